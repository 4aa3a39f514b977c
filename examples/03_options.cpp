// SPDX-License-Identifier: Apache-2.0
// Sets options: timeouts, the form for a strict gateway, a header that it asks for.
#include <inlong/core.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <chrono>
#include <iostream>

using network = inlong::testing::scripted_transport;  // remembers what it was given

int main() {
  using namespace std::chrono_literals;

  inlong::options how;
  how.connect_timeout = 500ms;
  how.request_timeout = 5s;
  how.delivery_timeout = 20s;  // for the whole call, however often it has to send
  how.form = inlong::form::strict;
  how.keep_alive = false;
  how.headers = {{"X-Token", "only for the gateway"}};

  const network script;
  inlong::basic_reporter<network> reporter("http://gateway/inlong", how, script);
  const inlong::outcome sent = reporter.report({"my_group", "my_stream"}, "50% of a+b");

  for (const auto& request : script.journal()) {
    std::cout << "POST " << request.path << " to " << request.address << '\n';
    for (const inlong::header& each : request.headers) {
      std::cout << each.name << ": " << each.value << '\n';
    }
    std::cout << request.body.substr(0, request.body.find("&dt=")) << '\n';
  }

  // Options that make no sense are refused when the reporter is made. `validate` says it before.
  how.request_timeout = -1s;
  std::cout << how.validate() << '\n';
  return sent ? 0 : 1;
}
