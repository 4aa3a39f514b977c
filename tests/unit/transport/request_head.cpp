// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/request_head.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using inlong::header;
using inlong::detail::request_head;

namespace {

std::string head_with(const std::vector<header>& headers, bool keep_alive = true) {
  const inlong::endpoint to("http://[::1]:8080/a%20b+c,d'e;f%2fg");
  return request_head({to,
                       to.message_path(),
                       {"body=", "x", "&cnt=1"},
                       headers,
                       keep_alive,
                       std::chrono::milliseconds(1),
                       std::chrono::steady_clock::time_point()});
}

}  // namespace

TEST_CASE("a request has the headers that DataProxy wants, and the path as it is written") {
  CHECK(head_with({}) ==
        "POST /a%20b+c,d'e;f%2fg/dataproxy/message HTTP/1.1\r\n"
        "Host: [::1]:8080\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 12\r\n"
        "User-Agent: inlong-report/0.1.0\r\n"
        "\r\n");
}

TEST_CASE("a connection that is not to be kept is said to be closed") {
  CHECK(head_with({}, false).find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(head_with({}, true).find("Connection") == std::string::npos);
}

TEST_CASE("the caller's headers come as they are and in their order") {
  CHECK(head_with({{"X-Token", " a b "}, {"x-token", ""}})
            .find("\r\nX-Token:  a b \r\nx-token: \r\n\r\n") != std::string::npos);
}

TEST_CASE("the caller's own User-Agent takes the place of the library's") {
  const std::string head = head_with({{"user-agent", "mine/1"}});
  CHECK(head.find("\r\nuser-agent: mine/1\r\n") != std::string::npos);
  CHECK(head.find("inlong-report") == std::string::npos);
}
