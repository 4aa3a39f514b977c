// SPDX-License-Identifier: Apache-2.0
// An HTTP answer, and the form that DataProxy gives to its answers.
#ifndef INLONG_TESTING_HTTP_ANSWER_HPP
#define INLONG_TESTING_HTTP_ANSWER_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/http_text.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// An answer before it becomes bytes.
struct http_answer {
  int status = 200;
  header_list headers;
  std::string body;

  /// Adds a header, or replaces those of that name in any case.
  void set_header(const std::string& name, const std::string& value) {
    const auto is_it = [&](const auto& header) {
      return detail::equal_ignoring_case(header.first, name);
    };
    headers.erase(std::remove_if(headers.begin(), headers.end(), is_it), headers.end());
    headers.emplace_back(name, value);
  }

  /// What goes out. Content-Length is added unless a header says it, or the status is one without a
  /// body. `head_only` leaves out the body, as for a HEAD request.
  std::string bytes(bool head_only = false) const;
};

/// DataProxy's answer with that code; `message` is not escaped, as the server doesn't. A callback
/// that is not blank makes it JSONP.
inline http_answer code_answer(int code, std::string_view message, std::string_view callback = {});

namespace detail {

inline std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 413:
      return "Request Entity Too Large";
    case 417:
      return "Expectation Failed";
    default:
      return "Scripted";
  }
}

}  // namespace detail

inline std::string http_answer::bytes(bool head_only) const {
  std::string text = "HTTP/1.1 " + std::to_string(status) + ' ';
  text += detail::reason_phrase(status);
  text += "\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  const bool without_body = status < 200 || status == 204 || status == 304;
  if (!without_body && detail::find_header(headers, "content-length") == nullptr) {
    text += "content-length: " + std::to_string(body.size()) + "\r\n";
  }
  text += "\r\n";
  if (!head_only && !without_body) text += body;
  return text;
}

inline http_answer code_answer(int code, std::string_view message, std::string_view callback) {
  std::string body = "{\"code\":\"" + std::to_string(code) + "\",\"msg\":\"";
  body += message;
  body += "\"}";
  if (!detail::is_blank(callback)) body = std::string(callback) + '(' + body + ')';
  return {200, {{"content-type", "application/json;charset=utf-8"}}, std::move(body)};
}

}  // namespace testing

INLONG_NAMESPACE_END

#endif
