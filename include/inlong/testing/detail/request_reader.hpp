// SPDX-License-Identifier: Apache-2.0
// Collects whole requests and refuses some before that, as Netty's HttpObjectAggregator does.
#ifndef INLONG_TESTING_DETAIL_REQUEST_READER_HPP
#define INLONG_TESTING_DETAIL_REQUEST_READER_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/http_decoder.hpp>
#include <inlong/testing/detail/http_head.hpp>
#include <inlong/testing/detail/http_text.hpp>
#include <inlong/testing/received_request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// Told bytes, it says what to do about them.
class request_reader {
 public:
  enum class arrival {
    nothing,             // Read on.
    request,             // Answer `request()`.
    expected,            // Answer 100 and read on.
    expectation_failed,  // Answer 417 and read on.
    too_large,           // Answer 413 and read on.
    too_large_to_keep,   // Answer 413 and close.
  };

  void feed(std::string_view bytes) {
    decoder_.feed(bytes);
    fed_ += bytes.size();
  }

  /// What the bytes fed so far bring next. A body of more than `limit` bytes is too large.
  arrival next(std::size_t limit) {
    if (std::exchange(finished_, false)) begin_next();
    if (std::exchange(malformed_, false)) return finish();
    while (true) {
      const http_decoder::event event = decoder_.next();
      if (event == http_decoder::event::starved) return arrival::nothing;
      if (event == http_decoder::event::head) {
        const arrival found = judge_head(static_cast<std::int64_t>(limit));
        if (found != arrival::nothing) return found;
        continue;
      }
      if (!ignoring_ && !append(decoder_.content(), limit)) {
        ignoring_ = true;
        return arrival::too_large_to_keep;
      }
      if (event == http_decoder::event::content) continue;
      if (!ignoring_) return finish();
      begin_next();
    }
  }

  /// The request that `next` spoke of. May be moved from after `arrival::request`.
  received_request& request() noexcept { return decoder_.request(); }

  /// Tells requests apart: which byte of the connection is the first of the one that is arriving.
  std::uint64_t position() const noexcept { return begin_; }
  /// How many of its bytes have arrived.
  std::uint64_t arrived() const noexcept { return fed_ - begin_; }

  /// `request()` has a head that was not spoken of yet, since its body has not arrived.
  bool awaits_body() const noexcept { return !ignoring_ && decoder_.awaits_body(); }

  /// The rest of the request that is arriving is read and not spoken of.
  void ignore_request() noexcept { ignoring_ = true; }

 private:
  arrival judge_head(std::int64_t limit) {
    received_request& request = decoder_.request();
    if (ignoring_) return arrival::nothing;
    const bool fits = request.content_length <= limit;
    if (may_expect(request) && request.has_header("expect")) {
      return judge_expectation(request, fits);
    }
    if (!fits) {
      ignoring_ = true;
      return is_keep_alive(request) ? arrival::too_large : arrival::too_large_to_keep;
    }
    return request.malformed ? finish() : arrival::nothing;
  }

  arrival judge_expectation(received_request& request, bool fits) {
    const bool known = equal_ignoring_case(request.header("expect"), "100-continue");
    const std::string* length = find_header(request.headers, "content-length");
    if (known && length != nullptr && !parse_length(*length)) {
      request.exception =
          "java.lang.NumberFormatException: For input string: \"" + from_latin1(*length) + '"';
      return finish();
    }
    if (known && fits) {
      malformed_ = request.malformed;
      return arrival::expected;
    }
    ignoring_ = true;
    finished_ = !request.malformed;
    decoder_.expectation_failed();
    return known ? arrival::too_large : arrival::expectation_failed;
  }

  /// Of what is too large it keeps as much as the limit allows, however the pieces were divided.
  bool append(std::string_view piece, std::size_t limit) {
    std::string& body = decoder_.request().body;
    const bool fits = piece.size() <= limit && body.size() <= limit - piece.size();
    body += fits ? piece : piece.substr(0, limit - (std::min)(limit, body.size()));
    return fits;
  }

  arrival finish() {
    received_request& request = decoder_.request();
    if (request.content_length < 0) {
      request.content_length = static_cast<std::int64_t>(request.body.size());
    }
    finished_ = true;
    return arrival::request;
  }

  void begin_next() noexcept {
    begin_ = fed_ - decoder_.waiting();
    ignoring_ = false;
  }

  http_decoder decoder_;
  std::uint64_t fed_ = 0;
  std::uint64_t begin_ = 0;
  // The request that was spoken of last is over.
  bool finished_ = false;
  // It is malformed, which was not said yet.
  bool malformed_ = false;
  bool ignoring_ = false;
};

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
