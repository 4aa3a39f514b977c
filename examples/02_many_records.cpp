// SPDX-License-Identifier: Apache-2.0
// Reports a range of records at most once, and goes on behind those that are in doubt.
#include <inlong/core.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <cstddef>
#include <iostream>
#include <iterator>
#include <list>
#include <string>
#include <system_error>

using network = inlong::testing::scripted_transport;

int main() {
  std::list<std::string> readings;  // any range of texts will do
  for (int i = 1; i <= 1000; ++i) readings.push_back("reading " + std::to_string(i));

  inlong::options how;
  how.max_request_bytes = 4096;  // so that these records need several requests
  // What may have been stored is sent again unless one says this: nothing is lost, but a record may
  // be there twice. With this it is there once or not at all.
  how.resend_unknown = false;

  network script;  // in place of a server: takes two requests, and does not answer the third
  script.next(network::code(0));
  script.next(network::code(0));
  script.next(network::maybe_sent(std::errc::timed_out));
  inlong::basic_reporter<network> reporter("10.0.0.1:46802", how, script);

  // What was delivered is always the beginning of the range. Behind it come those in doubt, all
  // records of one request, and nothing that comes behind these was sent.
  inlong::outcome sent = reporter.report({"my_group", "my_stream"}, readings);
  std::cout << sent.message() << '\n';

  const std::size_t done = sent.delivered + sent.in_doubt;
  readings.erase(readings.begin(), std::next(readings.begin(), static_cast<long>(done)));
  sent = reporter.report({"my_group", "my_stream"}, readings);
  std::cout << sent.message() << '\n';
  return sent ? 0 : 1;
}
