// SPDX-License-Identifier: Apache-2.0
// Reads one address as a person writes it, and says what is wrong with one that can't be read.
#ifndef INLONG_ENDPOINT_ADDRESS_HPP
#define INLONG_ENDPOINT_ADDRESS_HPP

#include <inlong/config.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

inline constexpr std::uint16_t dataproxy_port = 46802;
inline constexpr std::string_view message_path = "/dataproxy/message";
inline constexpr std::string_view heartbeat_path = "/dataproxy/heartbeat";

/// The parts of an address, checked and brought into one form.
struct address_parts {
  std::string host;  // lower case; of a v6 address without its brackets
  std::uint16_t port = dataproxy_port;
  bool https = false;
  std::string prefix;  // a gateway's path before /dataproxy, without a slash at its end
};

inline std::string read_scheme(std::string_view& rest, address_parts& parts, bool& is_url);
inline std::string read_host_and_port(std::string_view authority, address_parts& parts);
inline std::string read_port(std::string_view digits, address_parts& parts);
inline std::string read_prefix(std::string_view path, address_parts& parts);
inline std::string name_fault(std::string_view name);
inline bool is_v4(std::string_view host) noexcept;
inline bool is_v6(std::string_view host) noexcept;
inline std::string lower_case(std::string_view characters);

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_hexadecimal(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Reads `host`, `host:port`, `[v6]`, `[v6]:port` or a URL of these into `parts`. Returns what is
/// wrong and what to write instead; empty if nothing is.
inline std::string read_address(std::string_view written, address_parts& parts) {
  if (written.empty()) return "it is empty: write host:port, or leave the entry out";
  // A host may be called unix, and have a port.
  const bool is_socket = written.substr(0, 5) == "unix:" &&
                         written.find_first_not_of("0123456789", 5) != std::string_view::npos;
  if (written.front() == '/' || is_socket) {
    return "unix sockets are not supported: write host:port";
  }
  for (const char c : written) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7f) {
      return "it holds white space or a control character: separate addresses by a comma";
    }
    if (byte >= 0x80) {
      return "it holds a character outside ASCII: write an international name in its xn-- form";
    }
  }
  bool is_url = false;
  std::string_view rest = written;
  if (std::string why = read_scheme(rest, parts, is_url); !why.empty()) return why;
  if (rest.find_first_of("?#") != std::string_view::npos) {
    return "a query or fragment has no place in it: leave out '?' and '#' and what follows";
  }
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::string_view path = rest.substr(authority.size());
  if (authority.find('@') != std::string_view::npos) {
    return "user name and password have no place in it: pass a token in options.headers";
  }
  if (!path.empty() && !is_url) {
    return "a path needs its scheme: write http://" + std::string(written);
  }
  if (std::string why = read_host_and_port(authority, parts); !why.empty()) return why;
  return read_prefix(path, parts);
}

inline std::string read_scheme(std::string_view& rest, address_parts& parts, bool& is_url) {
  const std::size_t end = rest.find("://");
  is_url = end != std::string_view::npos;
  if (!is_url) return {};
  const std::string scheme = lower_case(rest.substr(0, end));
  if (scheme != "http" && scheme != "https") {
    return "the scheme " + scheme + ":// is not supported: use http:// or https://";
  }
  parts.https = scheme == "https";
  parts.port = parts.https ? 443 : 80;
  rest.remove_prefix(end + 3);
  return {};
}

inline std::string read_host_and_port(std::string_view authority, address_parts& parts) {
  std::string_view host = authority;
  std::string_view after;
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return "the bracket is not closed: write [v6]:port";
    host = authority.substr(1, end - 1);
    after = authority.substr(end + 1);
    if (!is_v6(host))
      return "what stands in the brackets is not an IPv6 address: write [::1]:46802";
    if (!after.empty() && after.front() != ':') return "only :port may follow the bracket";
  } else {
    const std::size_t colon = authority.find(':');
    if (colon != authority.rfind(':')) {
      return is_v6(authority)
                 ? "an IPv6 address needs brackets: write [" + std::string(authority) + "]:46802"
                 : "it has more than one colon: write host:port, and [v6]:port for IPv6";
    }
    if (colon != std::string_view::npos) {
      host = authority.substr(0, colon);
      after = authority.substr(colon);
    }
    if (std::string why = name_fault(host); !why.empty()) return why;
  }
  const std::string_view zone = host.substr((std::min)(host.find('%'), host.size()));
  host.remove_suffix(zone.size());
  parts.host = lower_case(host).append(zone);  // a zone is the name of an interface, as it is
  return after.empty() ? std::string() : read_port(after.substr(1), parts);
}

inline std::string read_port(std::string_view digits, address_parts& parts) {
  if (digits.empty()) return "the port is missing behind the colon: write host:46802";
  std::uint32_t port = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return "the port is not a number: write host:46802";
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
    if (port > 65535) return "the port is over 65535: write a port from 1 to 65535";
  }
  if (port == 0) return "the port is 0: write a port from 1 to 65535";
  parts.port = static_cast<std::uint16_t>(port);
  return {};
}

inline std::string read_prefix(std::string_view path, address_parts& parts) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' &&
        !(i + 2 < path.size() && is_hexadecimal(path[i + 1]) && is_hexadecimal(path[i + 2]))) {
      return "the path has a '%' without two hexadecimal digits behind it: write %25 for a percent "
             "sign";
    }
  }
  const auto strip_slashes = [&path] {
    while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  };
  strip_slashes();
  while (path.size() >= message_path.size() &&
         path.substr(path.size() - message_path.size()) == message_path) {
    path.remove_suffix(message_path.size());
    strip_slashes();
  }
  parts.prefix = std::string(path);
  return {};
}

inline std::string name_fault(std::string_view name) {
  if (name.empty()) return "the host is missing: write host:port";
  if (name.size() > 253) return "the host name is longer than 253 characters";
  std::string_view rest = name;
  if (rest.back() == '.') rest.remove_suffix(1);  // the root's own dot: a full name
  std::string_view label;
  for (bool is_last = false; !is_last;) {
    const std::size_t dot = rest.find('.');
    is_last = dot == std::string_view::npos;
    label = rest.substr(0, dot);
    if (label.empty()) return "the host name has an empty part: remove the extra dot";
    if (label.size() > 63) return "a part of the host name is longer than 63 characters";
    for (const char c : label) {
      const bool allowed =
          is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
      if (!allowed) {
        return std::string("the host name holds '") + c +
               "': write a name, an IPv4 address or [v6]";
      }
    }
    rest.remove_prefix(is_last ? rest.size() : dot + 1);
  }
  // The system's resolver would read "10.1" as 10.0.0.1 and "010.0.0.1" as 8.0.0.1.
  const bool is_number = label.find_first_not_of("0123456789") == std::string_view::npos ||
                         label.substr(0, 2) == "0x" || label.substr(0, 2) == "0X";
  if (is_number && !is_v4(name)) {
    return "it looks like an IPv4 address and is none: write four numbers from 0 to 255, such as "
           "10.0.0.1";
  }
  return {};
}

inline bool is_v4(std::string_view host) noexcept {
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = host.find('.');
    const std::string_view digits = host.substr(0, dot);
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0'))
      return false;
    int value = 0;
    for (const char c : digits) {
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    if (value > 255 || (dot == std::string_view::npos) != (part == 3)) return false;
    host.remove_prefix(part == 3 ? host.size() : dot + 1);
  }
  return true;
}

inline bool is_v6(std::string_view host) noexcept {
  const std::size_t percent = host.find('%');
  if (percent != std::string_view::npos) {  // a zone, as in fe80::1%eth0
    const std::string_view zone = host.substr(percent + 1);
    if (zone.empty() || zone.find_first_of("%/[]:") != std::string_view::npos) return false;
    host = host.substr(0, percent);
  }
  int groups = 0;
  bool gap = false;
  if (host.substr(0, 2) == "::") {
    gap = true;
    host.remove_prefix(2);
  }
  while (!host.empty()) {
    const std::size_t colon = host.find(':');
    const std::string_view group = host.substr(0, colon);
    if (colon == std::string_view::npos && is_v4(group)) {
      groups += 2;
      break;
    }
    if (group.empty() || group.size() > 4) return false;
    for (const char c : group) {
      if (!is_hexadecimal(c)) return false;
    }
    ++groups;
    if (colon == std::string_view::npos) break;
    host.remove_prefix(colon + 1);
    if (host.empty()) return false;  // a single colon at the end
    if (host.front() == ':') {
      if (gap) return false;
      gap = true;
      host.remove_prefix(1);
    }
  }
  return gap ? groups < 8 : groups == 8;
}

inline std::string lower_case(std::string_view characters) {
  std::string lower(characters);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
