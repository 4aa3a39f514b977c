// SPDX-License-Identifier: Apache-2.0
// Reports a range of records, and goes on where a call that failed came to an end.
#include <inlong/core.hpp>
#include <inlong/testing/scripted_transport.hpp>

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

  network script;  // in place of a server: takes two requests and loses the third
  script.next(network::code(0));
  script.next(network::code(0));
  script.next(network::maybe_sent(std::errc::connection_reset));
  inlong::basic_reporter<network> reporter("10.0.0.1:46802", how, script);

  // What was delivered is always the beginning of the range.
  inlong::outcome sent = reporter.report({"my_group", "my_stream"}, readings);
  std::cout << sent.message() << '\n';
  readings.erase(readings.begin(), std::next(readings.begin(), static_cast<long>(sent.delivered)));

  // The first of the others may have been stored although no answer came. Whoever can live with a
  // record that is there twice sends it again; whoever can't asks `known` first.
  if (sent.known == inlong::certainty::maybe_stored) std::cout << "some of them may arrive twice\n";
  sent = reporter.report({"my_group", "my_stream"}, readings);
  std::cout << sent.message() << '\n';
  return sent ? 0 : 1;
}
