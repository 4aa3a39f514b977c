// SPDX-License-Identifier: Apache-2.0
// The options of a reporter, their defaults, and the check that they make sense.
#ifndef INLONG_OPTIONS_HPP
#define INLONG_OPTIONS_HPP

#include <inlong/config.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

INLONG_NAMESPACE_BEGIN

/// How a text is escaped in the form that goes to the server, which reads the same from both.
enum class form {
  /// Escapes what the server would misread, `%` `+` `&` `;` `#`, and for the sake of anything in
  /// between `=`,
  /// controls and DEL; everything else goes raw. Takes about 1.02 bytes a byte.
  compact,
  /// Escapes everything but the unreserved characters of RFC 3986, for a gateway that insists.
  /// Takes up to 3 bytes a
  /// byte.
  strict,
};

/// A header of an HTTP request.
struct header {
  std::string name;
  std::string value;
};

struct exchange;
struct verdict;

/// Changes what an answer means, for a gateway with ways of its own. See `verdict`.
struct classifier {
  /// Is given each exchange and what it would mean, and returns what it shall mean. Called from
  /// whichever thread sends, from several at once, without a lock held; must not throw.
  verdict (*function)(void* context, const exchange& got, const verdict& proposed) = nullptr;
  /// Passed to it. Must live as long as the reporter.
  void* context = nullptr;
};

/// How a reporter reports. Every field has a default that is safe with every DataProxy; in C++20
/// write
/// `{.connect_timeout = 1s}`.
struct options {
  /// How long one address may take to accept a connection.
  std::chrono::milliseconds connect_timeout{2'000};
  /// How long one request may take, connecting included; its body at 100 KiB a second comes on top.
  /// It never outlasts `delivery_timeout`.
  std::chrono::milliseconds request_timeout{10'000};
  /// How long a whole call may take, from hand-over to the last word. `milliseconds::max()`: no
  /// limit.
  std::chrono::milliseconds delivery_timeout{30'000};
  /// The most bytes that one request's form may have, encoded, field names included. DataProxy's
  /// own limit is `max-msg-length`: 64 KiB unless configured, 512 KiB in the configuration it is
  /// shipped with.
  std::size_t max_request_bytes = 60 * 1024;
  /// What stands between two records of one request, and therefore in no record. ASCII.
  char record_separator = '\n';
  /// False: a connection for each request, with `Connection: close`.
  bool keep_alive = true;
  /// How bodies are escaped.
  inlong::form form = inlong::form::compact;
  /// False: what may have been stored is not sent again, and fails instead. At most once then; at
  /// least once otherwise.
  bool resend_unknown = true;
  /// How long a group or stream that every open endpoint calls unknown is tried again: a new one
  /// takes up to a minute to reach every node. Zero: each is asked once.
  std::chrono::milliseconds unknown_stream_wait{0};
  /// Sent with every request, for a gateway that wants a token, say.
  std::vector<header> headers{};
  /// Changes what an answer means.
  classifier classify{};

  /// Names the first field that makes no sense and says why; empty if all do.
  std::string validate() const;
};

namespace detail {

inline std::string header_fault(const header& extra);
inline bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace detail

inline std::string options::validate() const {
  const auto longer_than_zero = [](std::string_view name, std::chrono::milliseconds value) {
    if (value.count() > 0) return std::string();
    return std::string(name) + " is " + std::to_string(value.count()) +
           " ms: a timeout must be longer than zero";
  };
  for (const std::string& why : {longer_than_zero("connect_timeout", connect_timeout),
                                 longer_than_zero("request_timeout", request_timeout),
                                 longer_than_zero("delivery_timeout", delivery_timeout)}) {
    if (!why.empty()) return why;
  }
  if (unknown_stream_wait.count() < 0) {
    return "unknown_stream_wait is " + std::to_string(unknown_stream_wait.count()) +
           " ms: use zero or more";
  }
  constexpr std::string_view smallest = "groupId=g&streamId=s&body=b&dt=0&cnt=1";
  if (max_request_bytes < smallest.size()) {
    return "max_request_bytes is " + std::to_string(max_request_bytes) +
           ", with which no record fits into a request: name the most bytes that one may have, such "
           "as 61440";
  }
  if (static_cast<unsigned char>(record_separator) >= 0x80) {
    return "record_separator is not ASCII: use a character below 0x80, such as a line feed";
  }
  if (form != inlong::form::compact && form != inlong::form::strict) {
    return "form is neither compact nor strict: use one of the two";
  }
  for (std::size_t index = 0; index < headers.size(); ++index) {
    const std::string why = detail::header_fault(headers[index]);
    if (!why.empty()) return "headers[" + std::to_string(index) + "] " + why;
  }
  return {};
}

namespace detail {

inline std::string header_fault(const header& extra) {
  constexpr std::string_view name_characters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
  if (extra.name.empty()) return "has no name: give it one, or leave it out";
  if (extra.name.find_first_not_of(name_characters) != std::string::npos) {
    return "has a name with a character that HTTP does not allow there: use letters, digits and "
           "'-'";
  }
  for (const std::string_view own :
       {"Host", "Content-Length", "Content-Type", "Connection", "Transfer-Encoding", "Expect",
        "Keep-Alive", "Upgrade", "Accept-Encoding", "Content-Encoding", "Proxy-Connection", "TE",
        "Trailer"}) {
    if (equals_ignoring_case(extra.name, own)) {
      return "is " + std::string(own) + ", which the library sets itself: leave it out";
    }
  }
  for (const char c : extra.value) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
      return "(" + extra.name +
             ") has a control character, such as CR or LF, in its value: remove it";
    }
  }
  return {};
}

inline bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : int{c}; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
