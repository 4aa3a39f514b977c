// SPDX-License-Identifier: Apache-2.0
// Shows every way to write an address, and what a reporter reads in it.
#include <inlong/core.hpp>

#include <iostream>

int main() {
  const inlong::endpoint_list addresses{
      "10.0.0.1",                        // port 46802
      "dataproxy.example.org:8080",      // a name is resolved when it is used
      "[2001:db8::1]:46802",             // IPv6 in brackets
      "10.0.0.2:46802, 10.0.0.3:46802",  // several in one text, as from an environment variable
      "http://gateway/inlong",           // a gateway with a path of its own; port 80
  };
  for (const inlong::endpoint& each : addresses) {
    std::cout << each.host() << " port " << each.port() << ", path " << each.message_path() << '\n';
  }
}
