// SPDX-License-Identifier: Apache-2.0
// The asynchronous reporter.
#ifndef INLONG_ASYNC_REPORTER_HPP
#define INLONG_ASYNC_REPORTER_HPP

#include <inlong/async/core.hpp>
#include <inlong/async_options.hpp>
#include <inlong/config.hpp>
#include <inlong/counters.hpp>
#include <inlong/delivery/deliveries.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/endpoint/endpoint_list.hpp>
#include <inlong/error.hpp>
#include <inlong/record.hpp>
#include <inlong/stream_handle.hpp>
#include <inlong/text.hpp>
#include <inlong/transport/reach.hpp>
#include <inlong/transport/transport.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

INLONG_NAMESPACE_BEGIN

/// Takes records without blocking, sends them in batches from threads of its own, and says of each
/// what became of it.
///
/// All members may be called by any thread at any time, but for the destructor, which no other call
/// may still be running beside; threads that may outlive the reporter use a `stream_handle`. After a
/// fork the child's copy refuses every record as `forked` and does nothing else, its destructor
/// included; the parent's is not affected. A child made by vfork or a raw clone is not noticed.
template <class Transport>
class basic_async_reporter {
 public:
  /// Given the deliveries of one batch, which it may keep no part of. Called by one thread at a
  /// time: a worker, or whoever calls `poll`, `flush` or `close` where there are none, or the
  /// destructor. While it runs, no other deliveries are reported, and in the end `submit` says
  /// `full`. What it throws is swallowed and counted. It may submit, flush and close; it may not
  /// destroy the reporter.
  using callback = std::function<void(const deliveries&)>;

  /// Starts `wanted.workers` threads. Throws std::system_error for an address that can't be read or
  /// that the transport can't do, an empty list, options that make no sense, or if the system gives
  /// no thread; it makes do with fewer, and tries to get the others later. With exceptions off,
  /// every record is refused as `closed`.
  explicit basic_async_reporter(endpoint_list addresses, async_options wanted = {},
                                callback on_delivery = {}, Transport transport = {});

  explicit basic_async_reporter(std::initializer_list<text> addresses, async_options wanted = {},
                                callback on_delivery = {}, Transport transport = {})
      : basic_async_reporter(endpoint_list(addresses), std::move(wanted), std::move(on_delivery),
                             std::move(transport)) {}

  /// One text, or a range of texts.
  template <
      class Addresses,
      std::enable_if_t<detail::is_text<Addresses> || detail::is_text_range<const Addresses>, int> = 0>
  explicit basic_async_reporter(const Addresses& addresses, async_options wanted = {},
                                callback on_delivery = {}, Transport transport = {})
      : basic_async_reporter(endpoint_list(addresses), std::move(wanted), std::move(on_delivery),
                             std::move(transport)) {}

  /// Closes, with `close_wait` for what is pending, and waits for a callback that is running. What
  /// is left then is reported as errc::cancelled, by this thread, unless `close` has handed it back.
  ~basic_async_reporter() {
    if (core_ == nullptr) return;
    if (is_here()) core_->finish();
    if (is_here()) return;
    // The parent's mutexes, as they were at the fork, must not be destroyed.
    new std::shared_ptr<core>(std::move(core_));
  }
  basic_async_reporter(const basic_async_reporter&) = delete;
  basic_async_reporter& operator=(const basic_async_reporter&) = delete;

  /// Copies the record into the queue, or says why not. Never blocks, never throws, never calls the
  /// callback. Refusals are counted.
  submit_status submit(destination to, const record& added) noexcept { return put(to, added); }
  submit_status submit(destination to, text body) noexcept {
    return put(to, record{body.view()});
  }

  /// As `submit`, but waits up to `wait` for room where the queue is full; not within the callback,
  /// as room is made only when that has returned.
  [[gnu::noinline]] submit_status submit_for(destination to, const record& added,
                                             std::chrono::milliseconds wait) noexcept {
    if (core_ == nullptr) return submit_status::closed;
    return is_here() ? core_->submit_patiently(to, added, from_now(wait)) : submit_status::forked;
  }
  submit_status submit_for(destination to, text body, std::chrono::milliseconds wait) noexcept {
    return submit_for(to, record{body.view()}, wait);
  }

  /// A handle by which a destination is found once, for whoever submits to it often.
  stream_handle stream(destination to) {
    return core_ == nullptr ? stream_handle() : stream_handle(core_, to);
  }

  /// Seals all batches at once, and waits up to `wait` until every record that was accepted before
  /// the call has been reported, delivered or not. True: they have. It does not shorten a back-off.
  /// Within the callback it is enough that their fate is known. `milliseconds::max()`: no limit.
  /// Where the caller does the work itself, without workers, or within the callback of the only one,
  /// a request that was begun in time is not broken off.
  [[nodiscard]] bool flush(std::chrono::milliseconds wait) {
    return is_usable() && core_->flush(from_now(wait));
  }

  /// Refuses all further records, sends what is pending for up to `wait`, and ends. Returns by then
  /// (+50 ms) in any state, and hands back what no callback got. Called again, it gives the same
  /// counts. `milliseconds::max()`: no limit.
  close_result close(std::chrono::milliseconds wait) {
    return is_usable() ? core_->close(from_now(wait)) : close_result();
  }

  /// Without workers: does work that is due, for up to `wait` but one thing at least, and waits for
  /// some if there is none; a request that was begun is not broken off. With workers: waits up to
  /// `wait` for them to do some. True while records are pending.
  [[nodiscard]] bool poll(std::chrono::milliseconds wait) {
    return is_usable() && core_->poll(from_now(wait));
  }

  /// Takes another list of addresses. Requests in flight go on, and what is in both lists is not
  /// forgotten. Returns errc::no_endpoints or errc::unsupported_scheme for a list that is of no use,
  /// errc::out_of_memory, errc::forked, or what is wrong with the reporter; the old list stays then.
  [[nodiscard]] errc replace_endpoints(const endpoint_list& addresses) {
    if (problem_) return problem_.error;
    if (!is_here()) return errc::forked;
    if (const detail::problem wrong = detail::find_problem<checked_transport>(addresses)) {
      return wrong.error;
    }
    return core_->replace(addresses);
  }

  /// One consistent snapshot of what has been done so far.
  statistics counters() const { return is_usable() ? core_->counters() : statistics(); }

 private:
  using checked_transport = typename detail::require_transport<Transport>::type;
  using core = detail::core<checked_transport>;

  // Not inlined, here and in a handle: an application logs in many places, and none of them needs
  // all of this, nor g++'s warning of the time that its record does not have.
  [[gnu::noinline]] submit_status put(const destination& to, const record& added) noexcept {
    if (core_ == nullptr) return submit_status::closed;
    return is_here() ? core_->submit(to, added) : submit_status::forked;
  }

  bool is_here() const noexcept { return core_->home.is_here(); }
  bool is_usable() const noexcept { return core_ != nullptr && is_here(); }
  static detail::steady_time from_now(std::chrono::milliseconds wait) noexcept {
    const std::chrono::milliseconds none(0);
    return detail::later(std::chrono::steady_clock::now(), (std::max)(wait, none));
  }

  detail::problem problem_;
  std::shared_ptr<core> core_;
};

template <class Transport>
basic_async_reporter<Transport>::basic_async_reporter(endpoint_list addresses,
                                                      async_options wanted, callback on_delivery,
                                                      Transport transport)
    : problem_(detail::find_problem<checked_transport>(addresses)) {
  if (const std::string why = wanted.validate(); !problem_ && !why.empty()) {
    problem_ = {errc::bad_option, "async_options." + why};
  }
  if (!problem_) {
    const checked_transport original(std::move(transport));
    auto made = std::make_shared<core>(wanted, std::move(on_delivery), original);
    if (made->replace(addresses) != errc::ok) {
      problem_ = {errc::out_of_memory, {}};
    } else if (const std::error_code failed = made->start(wanted.workers)) {
      problem_ = {errc::no_thread, failed.message()};
    }
    if (!problem_) core_ = std::move(made);
  }
  if (problem_) detail::raise(problem_);
}

INLONG_NAMESPACE_END

#endif
