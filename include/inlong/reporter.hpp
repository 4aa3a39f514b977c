// SPDX-License-Identifier: Apache-2.0
// The blocking reporter.
#ifndef INLONG_REPORTER_HPP
#define INLONG_REPORTER_HPP

#include <inlong/config.hpp>
#include <inlong/counters.hpp>
#include <inlong/delivery/attempt.hpp>
#include <inlong/delivery/batch.hpp>
#include <inlong/delivery/parcel.hpp>
#include <inlong/delivery/queue.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/fork.hpp>
#include <inlong/detail/pool.hpp>
#include <inlong/detail/seed.hpp>
#include <inlong/endpoint/endpoint_list.hpp>
#include <inlong/error.hpp>
#include <inlong/options.hpp>
#include <inlong/outcome.hpp>
#include <inlong/record.hpp>
#include <inlong/text.hpp>
#include <inlong/transport/reach.hpp>
#include <inlong/transport/transport.hpp>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

INLONG_NAMESPACE_BEGIN

/// Reports records and waits for what becomes of them.
///
/// What fails for the server's or the network's fault is tried again, elsewhere or later, until
/// `options.delivery_timeout` is over: so long a call blocks where no address answers, and no
/// longer than 50 ms more. Any number of threads may call `report` at once: their calls run side by
/// side, each on a connection of its own, which is kept for the next call. What one call learns of
/// an endpoint, all know. No call may be running when the reporter is destroyed. After a fork the
/// child's copy refuses every call, and the parent's is not affected.
template <class Transport>
class basic_reporter {
 public:
  /// Addresses as `endpoint_list` takes them; the first call goes to a random one. Connects to none
  /// of them. Throws std::system_error for
  /// an address that can't be read or that the transport can't do, an empty list, or options that
  /// make no sense. With exceptions off, every call fails with that error.
  explicit basic_reporter(endpoint_list addresses, options how = {}, Transport transport = {});

  explicit basic_reporter(std::initializer_list<text> addresses, options how = {},
                          Transport transport = {})
      : basic_reporter(endpoint_list(addresses), std::move(how), std::move(transport)) {}

  /// One text, or a range of texts.
  template <
      class Addresses,
      std::enable_if_t<detail::is_text<Addresses> || detail::is_text_range<const Addresses>, int> = 0>
  explicit basic_reporter(const Addresses& addresses, options how = {}, Transport transport = {})
      : basic_reporter(endpoint_list(addresses), std::move(how), std::move(transport)) {}

  ~basic_reporter() {
    // A child has its parent's mutexes as they were at the fork, which can't be destroyed.
    if (!home_.is_here()) static_cast<void>(core_.release());
  }
  basic_reporter(const basic_reporter&) = delete;
  basic_reporter& operator=(const basic_reporter&) = delete;

  /// Reports one record, of the data time `time` or else of now. The body must be UTF-8 text that
  /// is not blank and does not hold the record separator; what is wrong with it comes back within
  /// the call, and nothing is sent. Blocks until an answer is there or `options.delivery_timeout`
  /// is over.
  outcome report(destination to, std::string_view body, std::optional<time_point> time = {}) {
    return report_all(to, std::array<text, 1>{text(body)}, false, time);
  }

  /// The same; a null pointer is a blank body.
  outcome report(destination to, const char* body, std::optional<time_point> time = {}) {
    return report(to, text(body).view(), time);
  }
  outcome report(destination to, std::nullptr_t, std::optional<time_point> time = {}) = delete;

  /// Reports several records of one data time, in as few requests as `options.max_request_bytes` and
  /// the server allow. All of them are checked first: if one is refused, nothing is sent. They are
  /// sent in their order; ends at the first record that can't be delivered.
  outcome report(destination to, std::initializer_list<text> bodies,
                 std::optional<time_point> time = {}) {
    return report_all(to, bodies, true, time);
  }

  /// The same for any range of texts, which is read once, and only read; it may be one that changes
  /// by that, such as a view that filters. What its iterators throw is passed on.
  template <class Bodies,
            std::enable_if_t<detail::is_text_range<std::remove_reference_t<Bodies>>, int> = 0>
  outcome report(destination to, Bodies&& bodies, std::optional<time_point> time = {}) {
    return report_all(to, bodies, true, time);
  }

  /// Takes another list of addresses, from any thread. Calls that are under way go on; what is in
  /// both lists is not forgotten. Returns errc::no_endpoints or errc::unsupported_scheme for a list
  /// that is of no use, errc::out_of_memory, or what is wrong with the reporter, and keeps the old
  /// list then.
  [[nodiscard]] errc replace_endpoints(const endpoint_list& addresses);

  /// What has been done so far, and how the endpoints are. For any thread, at any time.
  statistics counters() const;

 private:
  using checked_transport = typename detail::require_transport<Transport>::type;

  /// What one call needs for itself. Its memory serves the next call.
  struct session {
    session(const checked_transport& original, detail::shared_state& shared, const options& how)
        : transport(original), path(shared, how, detail::order::strict) {}

    checked_transport transport;
    detail::batch records;
    detail::queue path;
  };

  /// What the calls share.
  struct core {
    explicit core(options&& wanted)
        : how(std::move(wanted)), shared(detail::seed_for(this), SIZE_MAX) {}

    const options how;
    mutable std::mutex mutex;  // guards what stands between it and the sessions, and their queues
    std::condition_variable changed;
    std::size_t waiting = 0;
    detail::shared_state shared;
    statistics counted;
    detail::pool<session> sessions{std::chrono::minutes(1)};
  };

  template <class Bodies>
  outcome report_all(destination to, Bodies&& bodies, bool is_range,
                     std::optional<time_point> time);
  template <class Bodies>
  void fill(detail::batch& records, destination to, Bodies& bodies, bool is_range,
            std::optional<time_point> time, outcome& result) const;
  void deliver(session& with, detail::steady_time start, outcome& result);
  bool collect(detail::queue& from, outcome& result) noexcept;
  static void name(const detail::facts& known, outcome& result) noexcept;

  checked_transport original_;
  detail::problem problem_;
  detail::process_mark home_;
  std::unique_ptr<core> core_;
};

template <class Transport>
basic_reporter<Transport>::basic_reporter(endpoint_list addresses, options how, Transport transport)
    : original_(std::move(transport)), problem_(detail::find_problem<checked_transport>(addresses)) {
  if (const std::string why = how.validate(); !problem_ && !why.empty()) {
    problem_ = {errc::bad_option, "options." + why};
  }
  if (problem_) {
    detail::raise(problem_);
    return;
  }
  core_ = std::make_unique<core>(std::move(how));
  core_->shared.endpoints.replace(addresses);
}

template <class Transport>
template <class Bodies>
outcome basic_reporter<Transport>::report_all(destination to, Bodies&& bodies, bool is_range,
                                              std::optional<time_point> time) {
  const auto start = std::chrono::steady_clock::now();
  outcome result;
  result.error = problem_.error;
  result.detail = problem_.text;
  if (!home_.is_here()) result.error = errc::forked;
  if (!result) return result;
#if INLONG_EXCEPTIONS
  try {
#endif
    const auto leased = core_->sessions.take([&] {
      return std::make_unique<session>(original_, core_->shared, core_->how);
    });
    fill((*leased).records, to, bodies, is_range, time, result);
    if (result) {
      deliver(*leased, start, result);
    } else {
      const std::lock_guard lock(core_->mutex);
      core_->counted.offered += result.records;
      core_->counted.refused += result.records;
    }
#if INLONG_EXCEPTIONS
  } catch (const std::bad_alloc&) {
    result.error = errc::out_of_memory;
  }
#endif
  result.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  return result;
}

template <class Transport>
template <class Bodies>
void basic_reporter<Transport>::fill(detail::batch& records, destination to, Bodies& bodies,
                                     bool is_range, std::optional<time_point> time,
                                     outcome& result) const {
  const options& how = core_->how;
  const time_point data_time = time ? *time : time_point(std::chrono::system_clock::now());
  result.error = records.open(to, data_time, how.form, how.record_separator);
  for (const auto& body : bodies) {
    ++result.records;
    if (!result) return;  // of a bad destination: the call has records
    const std::string_view characters = text(body).view();
    result.error = records.append(characters, how.max_request_bytes);
    if (result) continue;
    if (is_range) result.detail = "bodies[" + std::to_string(result.records - 1) + ']';
    if (result.error == errc::too_large) {
      result.detail += (is_range ? ", " : "") + detail::counted(characters.size(), "byte") +
                       " before encoding, where options.max_request_bytes is " +
                       std::to_string(how.max_request_bytes);
    }
    return;
  }
  if (result && result.records == 0) result.error = errc::no_records;
}

/// Drives the queue of this call until all of its records are delivered, or one is not.
template <class Transport>
void basic_reporter<Transport>::deliver(session& with, detail::steady_time start,
                                        outcome& result) {
  detail::queue& path = with.path;
  const detail::steady_time deadline = detail::later(start, core_->how.delivery_timeout);
  detail::steady_time now = std::chrono::steady_clock::now();  // encoding has taken its time
  std::unique_lock lock(core_->mutex);
  if (!path.add(with.records, 0, result.records, nullptr, deadline)) {
    result.error = errc::out_of_memory;
    core_->counted.refused += result.records;
    core_->counted.offered += result.records;
    return;
  }
  path.allow_probe();
  core_->counted.offered += result.records;
  core_->counted.pending += result.records;
  while (collect(path, result)) {
    const std::optional<detail::attempt> wanted = path.next(now);
    if (wanted) {
      lock.unlock();
      detail::reply came = detail::carry_out(*wanted, with.transport, core_->how);
      now = std::chrono::steady_clock::now();
      lock.lock();
      if (wanted->carried != nullptr) ++result.attempts;
      path.told(*wanted, std::move(came), now);
      if (core_->waiting != 0) core_->changed.notify_all();
    } else if (!path.has_finished()) {
      ++core_->waiting;
      const detail::steady_time wake = path.wake();
      if (wake == (detail::steady_time::max)()) {
        core_->changed.wait(lock);
      } else {
        core_->changed.wait_until(lock, wake);
      }
      --core_->waiting;
      now = std::chrono::steady_clock::now();
    }
  }
}

/// Takes what is finished. False: that was all, or a record failed, and the rest is given up.
template <class Transport>
bool basic_reporter<Transport>::collect(detail::queue& from, outcome& result) noexcept {
  while (detail::parcel* const done = from.take()) {
    detail::facts& known = done->known_facts;
    if (result) {  // nothing has failed before it
      result.error = known.error;
      result.known = known.known;
      result.server_code = known.server_code;
      result.http_status = known.http_status;
      name(known, result);
      result.detail = std::move(known.detail);
      if (result) result.delivered += done->count;
    }
    if (!result && known.known == certainty::maybe_stored) result.in_doubt += done->count;
    core_->counted.pending -= done->count;
    (known.error == errc::ok ? core_->counted.delivered : core_->counted.failed) += done->count;
    from.release(*done);
    if (!result) from.abandon(errc::cancelled);
  }
  return !from.is_empty();
}

/// Without memory for it the address stays empty.
template <class Transport>
void basic_reporter<Transport>::name(const detail::facts& known, outcome& result) noexcept {
#if INLONG_EXCEPTIONS
  try {
#endif
    result.address = known.where != nullptr ? known.where->address() : std::string();
#if INLONG_EXCEPTIONS
  } catch (const std::bad_alloc&) {
    result.address.clear();
  }
#endif
}

template <class Transport>
errc basic_reporter<Transport>::replace_endpoints(const endpoint_list& addresses) {
  if (!home_.is_here()) return errc::forked;
  if (problem_) return problem_.error;
  if (const detail::problem wrong = detail::find_problem<checked_transport>(addresses)) {
    return wrong.error;
  }
#if INLONG_EXCEPTIONS
  try {
#endif
    const std::lock_guard lock(core_->mutex);
    core_->shared.endpoints.replace(addresses);
    core_->changed.notify_all();
#if INLONG_EXCEPTIONS
  } catch (const std::bad_alloc&) {
    return errc::out_of_memory;
  }
#endif
  return errc::ok;
}

template <class Transport>
statistics basic_reporter<Transport>::counters() const {
  if (core_ == nullptr || !home_.is_here()) return {};
  const std::lock_guard lock(core_->mutex);
  statistics all = core_->counted;
  all.retries = core_->shared.retries;
  all.endpoints = core_->shared.endpoints.describe(std::chrono::steady_clock::now());
  return all;
}

INLONG_NAMESPACE_END

#endif
