// SPDX-License-Identifier: Apache-2.0
// Reports over a transport of one's own: plain sockets, to IPv4 addresses, one for each request.
#include <inlong/core.hpp>

#include "support/plain_http.hpp"
#include "support/tcp_stream.hpp"

#include <atomic>
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

class socket_transport {
 public:
  socket_transport() = default;
  socket_transport(const socket_transport&) {}  // a copy is not cancelled with the original

  inlong::exchange post(const inlong::request& wanted) {
    inlong::exchange result;
    const std::errc why = carry(wanted, result);
    result.error = std::make_error_code(why);
    result.error_text = result.error.message();
    return result;
  }
  void cancel() noexcept { cancelled_ = true; }

 private:
  std::errc carry(const inlong::request& wanted, inlong::exchange& result) {
    tcp_stream stream(wanted.deadline, cancelled_);
    std::errc why = stream.connect(wanted.to.host(), wanted.to.port(), wanted.connect_timeout);
    if (why == std::errc()) why = stream.send(request_head(wanted));
    for (const std::string_view piece : wanted.body) {
      if (why == std::errc()) why = stream.send(piece);
    }
    if (why != std::errc()) return why;

    result.what = inlong::transmission::maybe_sent;  // from now on the server may have it
    std::string answer;
    why = stream.receive(answer, 64 * 1024);
    if (why != std::errc()) return why;
    if (!read_answer(answer, result)) return std::errc::bad_message;
    result.what = inlong::transmission::answered;
    return {};
  }

  std::atomic<bool> cancelled_{false};
};

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  inlong::options how;
  how.delivery_timeout = std::chrono::seconds(2);
  inlong::basic_reporter<socket_transport> reporter(argv[1], how);  // an IPv4 address and a port
  const auto sent = reporter.report({"my_group", "my_stream"}, "over a plain socket");
  std::cout << sent.message() << '\n';
  return sent ? 0 : 1;
}
