// SPDX-License-Identifier: Apache-2.0
// Parses the lines that make a request, as Netty's HttpObjectDecoder does.
#ifndef INLONG_TESTING_DETAIL_HTTP_HEAD_HPP
#define INLONG_TESTING_DETAIL_HTTP_HEAD_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/http_text.hpp>
#include <inlong/testing/detail/java_text.hpp>
#include <inlong/testing/received_request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

inline bool all_digits(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

struct http_version {
  std::string protocol;
  int first = 0;
  int second = 0;

  std::tuple<std::string_view, int, int> order() const { return {protocol, first, second}; }
};

inline std::optional<http_version> parse_version(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == 0 || slash == std::string_view::npos) return std::nullopt;
  const std::size_t dot = text.find('.', slash);
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view first = text.substr(slash + 1, dot - slash - 1);
  const std::string_view second = text.substr(dot + 1);
  if (!all_digits(first) || !all_digits(second)) return std::nullopt;
  const auto first_number = parse_integer<std::int32_t>(first);
  const auto second_number = parse_integer<std::int32_t>(second);
  if (!first_number || !second_number) return std::nullopt;
  http_version version{std::string(text.substr(0, slash)), *first_number, *second_number};
  if (version.protocol.find_first_of(" \t\v\f\r") != std::string::npos) return std::nullopt;
  for (char& letter : version.protocol) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return version;
}

/// From this version on, Expect is looked at.
inline bool may_expect(const received_request& request) {
  const auto version = parse_version(request.version);
  return version && version->order() >= std::tuple<std::string_view, int, int>("HTTP", 1, 1);
}

/// Netty's `HttpUtil.isKeepAlive`. DataProxy itself has another rule.
inline bool is_keep_alive(const received_request& request) noexcept {
  if (lists_token(request.headers, "connection", "close")) return false;
  return request.version != "HTTP/1.0" || lists_token(request.headers, "connection", "keep-alive");
}

/// Sets method, target and version, and false if they are malformed. The line begins with no space.
inline bool parse_request_line(std::string_view line, received_request& request) {
  constexpr std::string_view separators = " \t\v\f\r";
  std::string_view words[2];
  for (std::string_view& word : words) {
    const std::size_t end = (std::min)(line.find_first_of(separators), line.size());
    word = line.substr(0, end);
    line.remove_prefix((std::min)(line.find_first_not_of(separators, end), line.size()));
    if (!line.empty() && is_space(line.front())) return false;
  }
  request.method = words[0];
  request.target = words[1];
  request.version = trim(line);
  const std::string_view method = trim(words[0]);
  return parse_version(request.version) && !method.empty() &&
         std::none_of(method.begin(), method.end(), is_skipped);
}

/// How the body of a request ends.
struct body_framing {
  bool chunked;
  /// What Content-Length says; -1 if there is none, or none that counts.
  std::int64_t content_length;
};

/// `Long.parseLong` of a header.
inline std::optional<std::int64_t> parse_length(const std::string& value) {
  return parse_integer<std::int64_t>(from_latin1(value));
}

/// Nothing: malformed.
inline std::optional<body_framing> framing_of(const received_request& request) {
  body_framing framing{lists_token(request.headers, "transfer-encoding", "chunked"), -1};
  const std::string* length = find_header(request.headers, "content-length");
  if (length == nullptr) return framing;
  const auto is_length = [](const auto& header) {
    return equal_ignoring_case(header.first, "content-length");
  };
  const auto count = std::count_if(request.headers.begin(), request.headers.end(), is_length);
  const auto version = parse_version(request.version);
  const bool is_old = version && std::tuple(version->first, version->second) <= std::tuple(1, 0);
  if (!all_digits(*length) || (count > 1 && !is_old)) return std::nullopt;
  const auto value = parse_length(*length);
  if (!value) return std::nullopt;
  if (!framing.chunked || request.version != "HTTP/1.1") framing.content_length = *value;
  return framing;
}

/// May be negative, as Java reads it. Nothing: malformed.
inline std::optional<std::int64_t> parse_chunk_size(std::string_view line) noexcept {
  line = trim(line);
  const auto end = std::find_if(line.begin(), line.end(),
                                [](char letter) { return letter == ';' || is_skipped(letter); });
  line = line.substr(0, static_cast<std::size_t>(end - line.begin()));
  const bool negative = !line.empty() && line.front() == '-';
  if (negative || (!line.empty() && line.front() == '+')) line.remove_prefix(1);
  if (line.empty()) return std::nullopt;
  std::int64_t size = 0;
  for (const char letter : line) {
    const int digit = hex_value(letter);
    if (digit < 0) return std::nullopt;
    size = size * 16 + digit;
    if (size > INT32_MAX) return std::nullopt;
  }
  return negative ? -size : size;
}

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
