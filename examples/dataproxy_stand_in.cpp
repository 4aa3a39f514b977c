// SPDX-License-Identifier: Apache-2.0
// The stand-in DataProxy as a program: takes reports and shows each record as it arrives.
#include <inlong/testing/dataproxy.hpp>

#include "support/standard_streams.hpp"

#include <CLI/CLI.hpp>

#include <signal.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

using inlong::testing::dataproxy;
using inlong::testing::dataproxy_options;
using inlong::testing::stored_message;

struct settings {
  std::uint16_t port = 46802;
  std::size_t max_message_bytes = dataproxy_options().max_message_bytes;
  std::vector<std::string> known;
  std::string store;
  bool quiet = false;
};

int serve(const settings& wanted);

int main(int argc, char** argv) {
  reserve_standard_streams();
  settings wanted;
  CLI::App app("Takes reports as Apache InLong's DataProxy does, and shows them.",
               "dataproxy-stand-in");
  app.add_option("-p,--port", wanted.port, "The port to listen on; 0 is one that is free")
      ->capture_default_str();
  app.add_option("--max-message-bytes", wanted.max_message_bytes, "The longest form that is taken")
      ->capture_default_str();
  app.add_option(
         "--known", wanted.known,
         "GROUP/STREAM, or GROUP for all its streams: what else comes is refused; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--store", wanted.store, "Append each record and a line feed to this file");
  app.add_flag("-q,--quiet", wanted.quiet, "Do not show the records");
  try {
    app.parse(argc, argv);
    return serve(wanted);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::system_error& error) {  // such as a port that is in use
    std::cerr << "dataproxy-stand-in: " << error.what() << '\n';
    return 1;
  }
}

dataproxy_options server_options(const settings& wanted) {
  dataproxy_options options;
  options.port = wanted.port;
  options.max_message_bytes = wanted.max_message_bytes;
  options.keep_requests = false;
  for (const std::string& each : wanted.known) {
    const std::size_t slash = each.find('/');
    options.known.push_back(
        {each.substr(0, slash), slash == std::string::npos ? "" : each.substr(slash + 1)});
  }
  return options;
}

void show(const stored_message& message) {
  const std::string from = message.group_id + '/' + message.stream_id + ": ";
  for (const std::string& record : message.records()) std::cout << from << record << '\n';
  std::cout << std::flush;
}

int serve(const settings& wanted) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  std::ofstream store;
  if (!wanted.store.empty()) store.open(wanted.store, std::ios::binary | std::ios::app);
  if (!store) throw std::system_error(errno, std::generic_category(), wanted.store);
  std::size_t messages = 0;
  std::size_t records = 0;
  {
    dataproxy server(server_options(wanted));
    server.on_stored([&](const stored_message& message) {
      ++messages;
      records += message.records().size();
      if (store.is_open()) store << message.body << '\n' << std::flush;
      if (!wanted.quiet) show(message);
      server.clear();  // it keeps everything for tests, which nobody asks for here
    });
    std::cout << "listening on " << server.address() << std::endl;
    int signal = 0;
    sigwait(&stop, &signal);
  }  // no connection is left, nothing more arrives
  std::cout << "requests: " << messages << ", records: " << records << '\n';
  if (store) return 0;
  std::cerr << "dataproxy-stand-in: could not write all of it to " << wanted.store << '\n';
  return 1;
}
