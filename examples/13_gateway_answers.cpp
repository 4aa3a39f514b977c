// SPDX-License-Identifier: Apache-2.0
// Tells the reporter what a gateway in front of DataProxy means by answers of its own.
#include <inlong/core.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <iostream>

using network = inlong::testing::scripted_transport;

/// This gateway takes records into a queue of its own and answers 202. Its 409 means that the token
/// has run out: to go on trying would be of no use.
inlong::verdict with_gateway(void*, const inlong::exchange& got, const inlong::verdict& proposed) {
  inlong::verdict means = proposed;
  if (got.what != inlong::transmission::answered) return means;
  if (got.status == 202) {
    means = {inlong::action::deliver, inlong::errc::ok, inlong::certainty::stored,
             inlong::standing::sound};
  } else if (got.status == 409) {
    means = {inlong::action::fail, inlong::errc::rejected, inlong::certainty::not_stored,
             inlong::standing::neutral};
  }
  return means;
}

int main() {
  inlong::options how;
  how.classify.function = with_gateway;

  network script;
  script.next(network::status(202));
  script.next(network::status(409));
  script.next(network::status(413));  // still means what it always does
  inlong::basic_reporter<network> reporter("http://gateway/inlong", how, script);
  for (const char* record : {"the first", "the second", "the third"}) {
    const inlong::outcome sent = reporter.report({"my_group", "my_stream"}, record);
    std::cout << sent.message() << '\n';
  }
}
