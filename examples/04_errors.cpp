// SPDX-License-Identifier: Apache-2.0
// Shows what goes wrong where: at construction, before anything is sent, at the server, on the way.
#include <inlong/core.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <chrono>
#include <iostream>
#include <system_error>

using network = inlong::testing::scripted_transport;

int main() {
  // A reporter that could never work is not made.
  try {
    inlong::basic_reporter<network> reporter({"10.0.0.1:46802", "10.0.0.2:468020"});
  } catch (const std::system_error& error) {
    std::cout << error.what() << "\n\n";
  }

  network script;
  inlong::basic_reporter<network> reporter("10.0.0.1:46802", {}, script);
  const inlong::destination to = {"my_group", "my_stream"};

  // What the server would spoil, or refuse with all its neighbours, is refused here.
  inlong::outcome sent = reporter.report(to, {"a record", "not UTF-8: \xff", "another"});
  std::cout << sent.message() << "\n\n";

  // `check` says the same of one record beforehand.
  if (inlong::check(to, " \t ") == inlong::errc::blank_body) std::cout << "blank\n\n";

  // A server answers with a code, which `message` explains. Programs look at `error`.
  script.next(network::code(115));
  sent = reporter.report(to, "a record");
  std::cout << sent.message() << "\n\n";
  if (sent.error != inlong::errc::unknown_stream) return 1;

  // What may pass is tried again until delivery_timeout, here with nobody there at all.
  inlong::options how;
  how.delivery_timeout = std::chrono::milliseconds(200);
  const network nobody([](const auto&) { return network::not_sent(); });
  sent = inlong::basic_reporter<network>("10.0.0.1:46802", how, nobody).report(to, "a record");
  std::cout << sent.message() << "\n\n";

  // Other libraries take an error as a std::error_code.
  const std::error_code code = sent.error;
  std::cout << code.category().name() << ": " << code.message() << '\n';
}
