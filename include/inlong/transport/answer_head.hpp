// SPDX-License-Identifier: Apache-2.0
// The head of an answer, read as it arrives: refused if it is not quite HTTP, or else understood.
#ifndef INLONG_TRANSPORT_ANSWER_HEAD_HPP
#define INLONG_TRANSPORT_ANSWER_HEAD_HPP

#include <inlong/config.hpp>
#include <inlong/options.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// The most bytes of a status line.
inline constexpr std::size_t max_status_line = 256;
/// The most bytes of all heads of one answer, interim ones (1xx) included.
inline constexpr std::size_t max_head_bytes = 16 * 1024;

enum class head_state { incomplete, complete, malformed };

/// The head of the final answer. Strict, so that there is no doubt where the body ends: lines end
/// with CR LF, every line has a name, a length is one number, and no transfer coding is known but
/// `chunked`.
class answer_head {
 public:
  /// Reads on; `bytes` is all that has arrived so far, from the first byte.
  head_state read(std::string_view bytes);

  /// Where the head ends and the body starts.
  std::size_t size() const noexcept { return line_; }
  int status() const noexcept { return status_; }
  /// Whether the connection may carry another request, as far as the head tells.
  bool keeps_open() const noexcept {
    const bool doubtful = chunked_ && !length_.empty();  // whoever sent it may mean the other end
    return keeps_open_ && !closes_ && !doubtful;
  }
  /// The value of the first Retry-After.
  const std::string& retry_after() const noexcept { return retry_after_; }
  /// How many bytes the body has; nothing if it ends with its last chunk, or with the connection.
  std::optional<std::uint64_t> body_size() const noexcept;
  /// A head of which no size is known, reduced to its status and coding: that is all that a parser
  /// needs, and parsers are slow, and recurse, over more.
  std::string essence() const;

 private:
  bool read_status_line(std::string_view line);
  bool read_field(std::string_view line);
  bool read_length(std::string_view value);
  void read_connection(std::string_view options);

  std::size_t line_ = 0;      // where the first line that is not read yet starts
  std::size_t searched_ = 0;  // no line ends between there and here
  int status_ = 0;            // 0: its line is still to come
  std::string length_;
  bool chunked_ = false;
  bool keeps_open_ = false;
  bool closes_ = false;
  bool has_retry_after_ = false;
  std::string retry_after_;
};

inline head_state answer_head::read(std::string_view bytes) {
  for (;;) {
    const std::size_t end = bytes.find('\n', searched_);
    const std::size_t length = (end == std::string_view::npos ? bytes.size() : end) - line_;
    if ((status_ == 0 && length > max_status_line) || line_ + length >= max_head_bytes) {
      return head_state::malformed;
    }
    if (end == std::string_view::npos) {
      searched_ = bytes.size();
      return head_state::incomplete;
    }
    const std::string_view line = bytes.substr(line_, length);
    line_ = searched_ = end + 1;
    if (length == 0 || line.find('\r') + 1 != length || line.find('\0') != std::string_view::npos) {
      return head_state::malformed;
    }
    if (status_ == 0) {
      if (!read_status_line(line)) return head_state::malformed;
    } else if (length > 1) {
      if (!read_field(line)) return head_state::malformed;
    } else if (status_ >= 200) {
      return head_state::complete;
    } else {  // an interim answer: the final one is still to come
      *this = answer_head();
      line_ = searched_ = end + 1;
    }
  }
}

/// `HTTP/1.1 200 OK`; the reason may be missing.
inline bool answer_head::read_status_line(std::string_view line) {
  constexpr std::size_t size = std::string_view("HTTP/1.1 200").size();
  if (line.size() <= size || line.substr(0, 7) != "HTTP/1." || line[8] != ' ') return false;
  if ((line[7] != '0' && line[7] != '1') || (line[size] != ' ' && line[size] != '\r')) return false;
  for (const char digit : line.substr(9, 3)) {
    if (digit < '0' || digit > '9') return false;
    status_ = status_ * 10 + (digit - '0');
  }
  keeps_open_ = line[7] == '1';
  return status_ >= 100;
}

inline bool answer_head::read_field(std::string_view line) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view name = line.substr(0, colon);
  if (std::any_of(name.begin(), name.end(), is_blank)) return false;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);

  if (equals_ignoring_case(name, "Content-Length")) return read_length(value);
  if (equals_ignoring_case(name, "Transfer-Encoding")) {
    const bool again = chunked_;
    chunked_ = true;
    return !again && equals_ignoring_case(value, "chunked");
  }
  if (equals_ignoring_case(name, "Connection")) {
    read_connection(value);
  } else if (equals_ignoring_case(name, "Retry-After") && !has_retry_after_) {
    has_retry_after_ = true;
    retry_after_ = std::string(value);
  }
  return true;
}

inline bool answer_head::read_length(std::string_view value) {
  if (!length_.empty()) return false;
  length_ = std::string(value);
  return !value.empty() && value.size() <= 18 &&
         value.find_first_not_of("0123456789") == std::string_view::npos;
}

inline void answer_head::read_connection(std::string_view options) {
  constexpr std::string_view between = " \t,";
  for (;;) {
    options.remove_prefix((std::min)(options.find_first_not_of(between), options.size()));
    if (options.empty()) return;
    const std::string_view option = options.substr(0, options.find_first_of(between));
    if (equals_ignoring_case(option, "close")) closes_ = true;
    if (equals_ignoring_case(option, "keep-alive")) keeps_open_ = true;
    options.remove_prefix(option.size());
  }
}

inline std::optional<std::uint64_t> answer_head::body_size() const noexcept {
  if (status_ == 204 || status_ == 304) return 0;
  if (chunked_ || length_.empty()) return std::nullopt;
  std::uint64_t size = 0;  // read_length has looked at the digits
  std::from_chars(length_.data(), length_.data() + length_.size(), size);
  return size;
}

inline std::string answer_head::essence() const {
  std::string head;
  head.reserve(64);
  head.append("HTTP/1.1 ").append(std::to_string(status_));
  if (chunked_) head.append("\r\nTransfer-Encoding: chunked");
  return head.append("\r\n\r\n");
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
