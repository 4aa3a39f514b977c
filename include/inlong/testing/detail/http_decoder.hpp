// SPDX-License-Identifier: Apache-2.0
// Divides bytes into heads and bodies of requests, within the limits of Netty's HttpObjectDecoder.
#ifndef INLONG_TESTING_DETAIL_HTTP_DECODER_HPP
#define INLONG_TESTING_DETAIL_HTTP_DECODER_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/header_lines.hpp>
#include <inlong/testing/detail/http_head.hpp>
#include <inlong/testing/detail/http_text.hpp>
#include <inlong/testing/detail/line_buffer.hpp>
#include <inlong/testing/received_request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// Told bytes, it says what they are. It never looks at what a request is for.
class http_decoder {
 public:
  enum class event {
    starved,  // More bytes are needed.
    head,     // `request()` has a head, which may be malformed.
    content,  // `content()` is a piece of its body.
    last,     // It is the last piece, or the body is malformed.
  };

  static constexpr std::size_t line_limit = 4096;
  static constexpr std::size_t headers_limit = 8192;

  void feed(std::string_view bytes) { buffer_.feed(bytes); }

  event next() {
    content_ = {};
    switch (state_) {
      case state::line:
        return read_request_line();
      case state::headers:
        return read_headers();
      case state::fixed:
      case state::chunk:
        return read_content();
      case state::chunk_size:
        return read_chunk_size();
      case state::chunk_end:
        return skip_chunk_end();
      case state::trailers:
        return read_trailers();
      case state::malformed:
        break;
    }
    // Whatever follows on a connection is ignored.
    buffer_.take(std::string_view::npos);
    return event::starved;
  }

  /// The request that `next` spoke of; may be moved from when it has spoken of the last of it.
  received_request& request() noexcept { return request_; }
  std::string_view content() const noexcept { return content_; }

  /// The request was refused for its Expect header, so that its body is not awaited: what comes
  /// next is a request.
  void expectation_failed() noexcept {
    if (state_ == state::fixed || state_ == state::chunk_size) state_ = state::line;
  }

  /// The head of `request()` has arrived, and its body has not.
  bool awaits_body() const noexcept {
    return state_ != state::line && state_ != state::headers && state_ != state::malformed;
  }

  /// How many bytes are not yet taken for anything.
  std::size_t waiting() const noexcept { return buffer_.rest().size(); }

 private:
  enum class state { line, headers, fixed, chunk_size, chunk, chunk_end, trailers, malformed };
  using line_state = line_buffer::line_state;

  event read_request_line() {
    request_ = {};
    const std::string_view rest = buffer_.rest();
    const auto begin = std::find_if_not(rest.begin(), rest.end(), is_skipped);
    std::string_view line;
    const line_state found = take_line(line, static_cast<std::size_t>(begin - rest.begin()));
    if (found != line_state::complete) return without_line(found, event::head);
    if (!parse_request_line(line, request_)) {
      request_ = {};
      return malformed(event::head);
    }
    headers_ = {};
    headers_size_ = 0;
    state_ = state::headers;
    return next();
  }

  event read_headers() {
    const line_state found = read_header_lines(request_.headers);
    if (found != line_state::complete) return without_line(found, event::head);
    const std::optional<body_framing> framing = framing_of(request_);
    if (!framing) return malformed(event::head);
    request_.content_length = framing->content_length;
    remaining_ = framing->content_length;
    state_ = framing->chunked ? state::chunk_size : state::fixed;
    return event::head;
  }

  event read_content() {
    const auto wanted = static_cast<std::uint64_t>((std::max)(remaining_, std::int64_t{0}));
    if (wanted > 0 && waiting() == 0) return event::starved;
    content_ = buffer_.take(static_cast<std::size_t>((std::min)(wanted, std::uint64_t{waiting()})));
    remaining_ -= static_cast<std::int64_t>(content_.size());
    if (remaining_ > 0) return event::content;
    const bool is_chunk = state_ == state::chunk;
    state_ = is_chunk ? state::chunk_end : state::line;
    return is_chunk ? event::content : event::last;
  }

  event read_chunk_size() {
    std::string_view line;
    const line_state found = take_line(line, 0);
    if (found != line_state::complete) return without_line(found, event::last);
    const std::optional<std::int64_t> size = parse_chunk_size(line);
    if (!size) return malformed(event::last);
    if (*size < 0) {
      request_.exception =
          "java.lang.IllegalArgumentException: minimumReadableBytes : " + std::to_string(*size) +
          " (expected: >= 0)";
      return malformed(event::last);
    }
    remaining_ = *size;
    headers_ = {};
    continues_trailer_ = false;
    state_ = *size == 0 ? state::trailers : state::chunk;
    return next();
  }

  /// Whatever stands between a chunk and the next line.
  event skip_chunk_end() {
    const std::size_t end = buffer_.rest().find('\n');
    buffer_.take(end == std::string_view::npos ? end : end + 1);
    if (end == std::string_view::npos) return event::starved;
    state_ = state::chunk_size;
    return next();
  }

  event read_trailers() {
    while (true) {
      std::string_view line;
      const line_state found = buffer_.take_line(line, headers_size_, headers_limit);
      if (found != line_state::complete) return without_line(found, event::last);
      if (line.empty()) break;
      if (!take_trailer(line)) return malformed(event::last);
    }
    state_ = state::line;
    return event::last;
  }

  /// Trailers are dropped, some before they are looked at. False: malformed.
  bool take_trailer(std::string_view line) {
    // Netty fails when it continues a trailer, but not one that it has dropped.
    if (headers_.is_continued_by(line)) return true;
    header_list ignored;
    headers_ = {};
    if (continues_trailer_ && (line.front() == ' ' || line.front() == '\t')) return false;
    continues_trailer_ = true;
    if (!headers_.add(line, ignored)) return false;
    for (const std::string_view dropped : {"content-length", "transfer-encoding", "trailer"}) {
      if (equal_ignoring_case(headers_.name(), dropped)) return true;
    }
    return headers_.finish(ignored);
  }

  line_state take_line(std::string_view& line, std::size_t skipped) noexcept {
    std::size_t size = 0;
    return buffer_.take_line(line, size, line_limit, skipped);
  }

  /// Up to the empty line. `too_long` stands for anything malformed.
  line_state read_header_lines(header_list& headers) {
    while (true) {
      std::string_view line;
      const line_state found = buffer_.take_line(line, headers_size_, headers_limit);
      if (found != line_state::complete) return found;
      if (!(line.empty() ? headers_.finish(headers) : headers_.add(line, headers))) {
        return line_state::too_long;
      }
      if (line.empty()) return line_state::complete;
    }
  }

  event without_line(line_state found, event what) {
    return found == line_state::incomplete ? event::starved : malformed(what);
  }

  event malformed(event what) {
    request_.malformed = true;
    state_ = state::malformed;
    // Netty looks at the length first, and refuses what is too large.
    const std::string* length = find_header(request_.headers, "content-length");
    if (length != nullptr) request_.content_length = parse_length(*length).value_or(-1);
    return what;
  }

  state state_ = state::line;
  line_buffer buffer_;
  received_request request_;
  header_lines headers_;
  std::size_t headers_size_ = 0;
  bool continues_trailer_ = false;  // A line before this one was a trailer.
  std::int64_t remaining_ = 0;
  std::string_view content_;
};

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
