// SPDX-License-Identifier: Apache-2.0
// One node that takes reports.
#ifndef INLONG_ENDPOINT_ENDPOINT_HPP
#define INLONG_ENDPOINT_ENDPOINT_HPP

#include <inlong/config.hpp>
#include <inlong/endpoint/address.hpp>
#include <inlong/error.hpp>
#include <inlong/text.hpp>

#include <cstdint>
#include <string>
#include <utility>

INLONG_NAMESPACE_BEGIN

class endpoint_list;

/// One DataProxy node, or a gateway in front of some.
class endpoint {
 public:
  /// Reads `host`, `host:port`, `[v6]` or `[v6]:port` (port 46802 unless said), or an `http://` or
  /// `https://` URL of these (the scheme's own port unless said), whose path is a gateway's prefix
  /// before
  /// `/dataproxy/message`. No name is resolved.
  /// Throws std::system_error with errc::bad_address, saying what is wrong and what to write.
  explicit endpoint(text address);

  /// The host's name or address, in lower case; a v6 address without its brackets.
  const std::string& host() const noexcept { return parts_.host; }
  std::uint16_t port() const noexcept { return parts_.port; }
  bool https() const noexcept { return parts_.https; }
  /// A gateway's path before `/dataproxy`, such as `/inlong`; mostly empty.
  const std::string& prefix() const noexcept { return parts_.prefix; }
  /// `host:port` or `[v6]:port`, as a Host header has it.
  const std::string& authority() const noexcept { return authority_; }
  /// The prefix and `/dataproxy/message`.
  const std::string& message_path() const noexcept { return message_path_; }
  /// The prefix and `/dataproxy/heartbeat`.
  const std::string& heartbeat_path() const noexcept { return heartbeat_path_; }
  /// For people to read, and to make an equal endpoint from.
  std::string address() const;

  friend bool operator==(const endpoint& a, const endpoint& b) noexcept {
    return a.https() == b.https() && a.authority() == b.authority() && a.prefix() == b.prefix();
  }
  friend bool operator!=(const endpoint& a, const endpoint& b) noexcept { return !(a == b); }

 private:
  friend class endpoint_list;
  explicit endpoint(detail::address_parts&& parts);

  detail::address_parts parts_;
  std::string authority_;
  std::string message_path_;
  std::string heartbeat_path_;
};

namespace detail {

/// `"text": why`, without what may be a password.
inline std::string quote_address(std::string_view written, std::string_view why) {
  const std::size_t at = written.rfind('@');
  std::string shown = at == std::string_view::npos ? "" : "***";
  for (const char c : written.substr(at == std::string_view::npos ? 0 : at)) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    shown += is_control ? '?' : c;  // or it would end the line, or the text
  }
  return '"' + shown + "\": " + std::string(why);
}

inline address_parts read_address_or_raise(std::string_view written) {
  address_parts parts;
  if (std::string why = read_address(written, parts); !why.empty()) {
    raise({errc::bad_address, "address " + quote_address(written, why)});
  }
  return parts;
}

}  // namespace detail

inline endpoint::endpoint(text address) : endpoint(detail::read_address_or_raise(address.view())) {}

inline endpoint::endpoint(detail::address_parts&& parts)
    : parts_(std::move(parts)),
      authority_(parts_.host.find(':') == std::string::npos ? parts_.host
                                                            : '[' + parts_.host + ']'),
      message_path_(parts_.prefix + std::string(detail::message_path)),
      heartbeat_path_(parts_.prefix + std::string(detail::heartbeat_path)) {
  authority_ += ':' + std::to_string(parts_.port);
}

inline std::string endpoint::address() const {
  if (!https() && prefix().empty()) return authority();
  return (https() ? "https://" : "http://") + authority() + prefix();
}

INLONG_NAMESPACE_END

#endif
