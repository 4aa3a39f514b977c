// SPDX-License-Identifier: Apache-2.0
// As much HTTP as a transport needs that talks to nothing but DataProxy, on a connection for each
// request.
#ifndef EXAMPLES_SUPPORT_PLAIN_HTTP_HPP
#define EXAMPLES_SUPPORT_PLAIN_HTTP_HPP

#include <inlong/transport/exchange.hpp>

#include <cstddef>
#include <cstdlib>
#include <string>

/// All that goes before the body.
inline std::string request_head(const inlong::request& wanted) {
  std::string head = "POST " + std::string(wanted.path) + " HTTP/1.1\r\n";
  const auto add = [&head](const std::string& name, const std::string& value) {
    head += name + ": " + value + "\r\n";
  };
  add("Host", wanted.to.authority());
  add("Content-Type", "application/x-www-form-urlencoded");
  add("Content-Length", std::to_string(wanted.body_size()));
  add("Connection", "close");
  for (const inlong::header& each : wanted.headers) add(each.name, each.value);
  return head + "\r\n";
}

/// Reads an answer as DataProxy gives it: `HTTP/1.1 200 OK`, a length in lower case, no chunks.
/// False if it isn't one, or not all of one.
inline bool read_answer(const std::string& bytes, inlong::exchange& result) {
  const std::string length = "\r\ncontent-length: ";
  const std::size_t head_end = bytes.find("\r\n\r\n");
  const std::size_t length_start = bytes.find(length);
  if (bytes.compare(0, 9, "HTTP/1.1 ") != 0 || head_end == std::string::npos) return false;
  if (length_start >= head_end) return false;
  result.status = std::atoi(&bytes[9]);
  result.body = bytes.substr(head_end + 4);
  return result.body.size() == std::strtoull(&bytes[length_start + length.size()], nullptr, 10);
}

#endif
