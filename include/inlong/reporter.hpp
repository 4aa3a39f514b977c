// SPDX-License-Identifier: Apache-2.0
// The blocking reporter.
#ifndef INLONG_REPORTER_HPP
#define INLONG_REPORTER_HPP

#include <inlong/config.hpp>
#include <inlong/delivery/batch.hpp>
#include <inlong/delivery/verdict.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/fork.hpp>
#include <inlong/detail/pool.hpp>
#include <inlong/detail/random.hpp>
#include <inlong/endpoint/endpoint_list.hpp>
#include <inlong/error.hpp>
#include <inlong/options.hpp>
#include <inlong/outcome.hpp>
#include <inlong/record.hpp>
#include <inlong/text.hpp>
#include <inlong/transport/exchange.hpp>
#include <inlong/transport/transport.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
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
/// Any number of threads may call `report` at once: their calls run side by side, each on a
/// connection of its own, which is kept for the next call. Without addresses that answer, a call
/// blocks for `options.delivery_timeout` at most. No call may be running when the reporter is
/// destroyed. After a fork the child's copy refuses every call; the parent's is not affected.
template <class Transport>
class basic_reporter {
 public:
  /// Addresses as `endpoint_list` takes them. The first call goes to a random one, and every call
  /// to the next if that can't be reached. Connects to none of them. Throws std::system_error for
  /// an address that can't be read or that the transport can't do, an empty list, or options that
  /// make no sense. With exceptions off, every call fails with that error.
  explicit basic_reporter(endpoint_list addresses, options how = {}, Transport transport = {});

  explicit basic_reporter(std::initializer_list<text> addresses, options how = {},
                          Transport transport = {})
      : basic_reporter(endpoint_list(addresses), std::move(how), std::move(transport)) {}

  /// One text, or a range of texts.
  template <
      class Addresses,
      std::enable_if_t<detail::is_text<Addresses> || detail::is_text_range<Addresses>, int> = 0>
  explicit basic_reporter(const Addresses& addresses, options how = {}, Transport transport = {})
      : basic_reporter(endpoint_list(addresses), std::move(how), std::move(transport)) {}

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

  /// Reports several records of one data time, in as few requests as `options.max_request_bytes`
  /// allows. All of them are checked first: if one is refused, nothing is sent. Ends at the first
  /// request that is not delivered.
  outcome report(destination to, std::initializer_list<text> bodies,
                 std::optional<time_point> time = {}) {
    return report_all(to, bodies, true, time);
  }

  /// The same for any range of texts, which is read once, and only read. What its iterators throw
  /// is passed on.
  template <class Bodies, std::enable_if_t<detail::is_text_range<Bodies>, int> = 0>
  outcome report(destination to, const Bodies& bodies, std::optional<time_point> time = {}) {
    return report_all(to, bodies, true, time);
  }

 private:
  using checked_transport = typename detail::require_transport<Transport>::type;

  /// What one call needs for itself. The memory of its batch serves the next call.
  struct session {
    explicit session(const checked_transport& original) : transport(original) {}

    checked_transport transport;
    detail::batch records;
  };

  template <class Bodies>
  outcome report_all(destination to, const Bodies& bodies, bool is_range,
                     std::optional<time_point> time);
  template <class Bodies>
  void fill(detail::batch& records, destination to, const Bodies& bodies, bool is_range,
            std::optional<time_point> time, outcome& result) const;
  void deliver(session& with, detail::steady_time deadline, outcome& result);
  detail::verdict send(checked_transport& transport, const std::array<std::string_view, 3>& body,
                       detail::steady_time deadline, outcome& result);

  endpoint_list endpoints_;
  options options_;
  checked_transport original_;
  detail::problem problem_;
  detail::process_mark home_;
  std::atomic<std::size_t> preferred_{0};  // the endpoint that was reached last
  detail::pool<session> sessions_{std::chrono::minutes(1)};
};

template <class Transport>
basic_reporter<Transport>::basic_reporter(endpoint_list addresses, options how, Transport transport)
    : endpoints_(std::move(addresses)),
      options_(std::move(how)),
      original_(std::move(transport)),
      problem_{endpoints_.error(), endpoints_.message()} {
  for (const endpoint& to : endpoints_) {
    if (!problem_ && !detail::can_reach<checked_transport>(to)) {
      problem_ = {errc::unsupported_scheme, "address " + to.address()};
    }
  }
  if (const std::string why = options_.validate(); !problem_ && !why.empty()) {
    problem_ = {errc::bad_option, "options." + why};
  }
  if (problem_) {
    detail::raise(problem_);
  } else {
    preferred_ = detail::random_sequence(detail::seed_for(this)).below(endpoints_.size());
  }
}

template <class Transport>
template <class Bodies>
outcome basic_reporter<Transport>::report_all(destination to, const Bodies& bodies, bool is_range,
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
    const auto leased = sessions_.take([&] { return std::make_unique<session>(original_); });
    fill((*leased).records, to, bodies, is_range, time, result);
    if (result) deliver(*leased, detail::later(start, options_.delivery_timeout), result);
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
void basic_reporter<Transport>::fill(detail::batch& records, destination to, const Bodies& bodies,
                                     bool is_range, std::optional<time_point> time,
                                     outcome& result) const {
  const time_point data_time = time ? *time : time_point(std::chrono::system_clock::now());
  result.error = records.open(to, data_time, options_.form, options_.record_separator);
  if (!result) return;
  for (const auto& body : bodies) {
    const std::string_view characters = text(body).view();
    result.error = records.append(characters, options_.max_request_bytes);
    ++result.records;
    if (result) continue;
    if (is_range) result.detail = "bodies[" + std::to_string(result.records - 1) + ']';
    if (result.error == errc::too_large) {
      result.detail += (is_range ? ", " : "") + detail::counted(characters.size(), "byte") +
                       " before encoding, where options.max_request_bytes is " +
                       std::to_string(options_.max_request_bytes);
    }
    return;
  }
  if (result.records == 0) result.error = errc::no_records;
}

template <class Transport>
void basic_reporter<Transport>::deliver(session& with, detail::steady_time deadline,
                                        outcome& result) {
  while (result.delivered < with.records.size()) {
    const std::size_t count = with.records.fitting(result.delivered, options_.max_request_bytes);
    const detail::verdict what =
        send(with.transport, with.records.pieces(result.delivered, count), deadline, result);
    result.error = what.error;
    result.known = what.known;
    result.in_doubt = what.known == certainty::maybe_stored ? count : 0;
    if (!result) return;
    result.delivered += count;
  }
}

template <class Transport>
detail::verdict basic_reporter<Transport>::send(checked_transport& transport,
                                                const std::array<std::string_view, 3>& body,
                                                detail::steady_time deadline, outcome& result) {
  const auto latest_answer = [&] {
    std::size_t bytes = 0;
    for (const std::string_view piece : body) bytes += piece.size();
    const std::chrono::milliseconds sending(bytes / (100 * 1024 / 1000));  // at 100 KiB a second
    return detail::later(detail::later(std::chrono::steady_clock::now(), options_.request_timeout),
                         sending);
  };
  const std::size_t first = preferred_.load(std::memory_order_relaxed);
  bool was_stale = false;
  for (std::size_t passed = 0;;) {
    const std::size_t index = (first + passed) % endpoints_.size();
    const endpoint& to = endpoints_[index];
    ++result.attempts;
    result.address = to.address();
    result.known = certainty::maybe_stored;  // should memory run out inside
    const exchange got =
        transport.post({to, to.message_path(), body, options_.headers, options_.keep_alive,
                        options_.connect_timeout, (std::min)(deadline, latest_answer())});
    if (got.what == transmission::not_sent && got.error != std::errc::operation_canceled &&
        std::chrono::steady_clock::now() < deadline) {
      // A connection that turned out stale says nothing of its endpoint, which is asked once more.
      if (got.stale && !std::exchange(was_stale, true)) continue;
      was_stale = false;
      if (++passed < endpoints_.size()) continue;
    }
    const std::optional<int> code = detail::find_code(got);
    result.server_code = code.value_or(no_server_code);
    result.http_status = got.status;
    result.detail = got.error_text;
    const detail::verdict what = detail::judge(got, code);
    // The next call begins with whoever takes records, and does not stay with one who can't.
    const bool works = what.error == errc::ok || what.error == errc::too_large ||
                       what.error == errc::unknown_stream || what.error == errc::rejected;
    preferred_.store((index + (works ? 0 : 1)) % endpoints_.size(), std::memory_order_relaxed);
    return what;
  }
}

INLONG_NAMESPACE_END

#endif
