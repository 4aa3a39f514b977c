// SPDX-License-Identifier: Apache-2.0
// A stand-in DataProxy for tests: stores reports as the real one does, misbehaves when told to.
#ifndef INLONG_TESTING_DATAPROXY_HPP
#define INLONG_TESTING_DATAPROXY_HPP

#include <inlong/config.hpp>
#include <inlong/testing/connection.hpp>
#include <inlong/testing/detail/journal.hpp>
#include <inlong/testing/detail/node.hpp>
#include <inlong/testing/detail/script.hpp>
#include <inlong/testing/detail/session.hpp>
#include <inlong/testing/reaction.hpp>
#include <inlong/testing/received_request.hpp>
#include <inlong/testing/socket_server.hpp>
#include <inlong/testing/stored_message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// A group and one of its streams; without a stream: all of them.
struct known_stream {
  std::string group_id;
  std::string stream_id;
};

struct dataproxy_options {
  /// Where to listen; port 0: one that is free.
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  /// How long a request's body may be: `max-msg-length`. This is DataProxy's default; it is shipped
  /// with 524288.
  std::size_t max_message_bytes = 65536;
  /// How long a connection may go without a complete request: `maxReadIdleTime`.
  std::chrono::milliseconds idle_timeout = std::chrono::minutes(3);
  /// More of them than this are closed without a byte: `connections`.
  std::size_t connections = 5000;
  /// False: everything gets code 1.
  bool ready = true;
  /// True: everything gets code 2.
  bool stopped = false;
  /// What is not among them gets code 115; empty: every group and stream is known.
  std::vector<known_stream> known;
  /// False: `requests()` stays empty, which saves memory in long runs.
  bool keep_requests = true;
  /// How many bytes of a connection the kernel takes before they are read; 0: as the system has it.
  int receive_buffer = 0;
};

/// Serves from its construction to its destruction, which ends every connection at once.
///
///     inlong::testing::dataproxy server;
///     inlong::reporter reporter({server.address()});
///     reporter.report({"group", "stream"}, "hello");
///     assert(server.records() == std::vector<std::string>{"hello"});
///
/// What it does unless told otherwise is what DataProxy 1.8 to 2.4 does, to the letter. All members
/// may be called from any thread at any time, from callbacks too. Callbacks run on connections'
/// threads and must not throw. It needs POSIX.
class dataproxy {
 public:
  /// Throws `std::system_error` if it can't listen.
  explicit dataproxy(const dataproxy_options& options = {})
      : node_(options.max_message_bytes, options.ready, options.stopped),
        journal_(options.keep_requests),
        connections_(options.connections),
        idle_timeout_(options.idle_timeout),
        server_([this](connection& link) { serve(link); },
                {options.host, options.port, options.receive_buffer}) {
    for (const known_stream& stream : options.known) know(stream.group_id, stream.stream_id);
  }

  /// Such as "127.0.0.1:40123" or "[::1]:40123".
  std::string address() const { return server_.address(); }
  std::uint16_t port() const noexcept { return server_.port(); }

  /// Queues what to do. Each request takes the first in the queue when its first byte arrives, and
  /// each connection the first that is `at_accept`. What DataProxy answers before it has a whole
  /// request is answered all the same: 100, and 413 and 417, which use up the request's turn.
  void next(const reaction& what) { script_.next(1, what); }
  void next(std::size_t times, const reaction& what) { script_.next(times, what); }
  /// What to do when nothing is queued.
  void always(const reaction& what) { script_.always(what); }
  /// Decides that from each whole request, asked by several connections at once.
  void decide_by(std::function<reaction(const received_request&)> rule) {
    script_.decide_by(std::move(rule));
  }
  /// Forgets the whole script.
  void behave() { script_.clear(); }

  /// Connections are refused, as if nothing listened on the port. Those that are open go on.
  void refuse() { server_.refuse(); }
  /// Takes connections again on the same port. Throws `std::system_error` if it can't.
  void listen_again() { server_.listen_again(); }
  /// Ends every open connection.
  void disconnect() { server_.disconnect(); }
  /// Sends bytes that nobody asked for on every open connection.
  void interject(std::string_view bytes) { server_.interject(bytes); }

  void set_ready(bool ready) { node_.ready = ready; }
  void set_stopped(bool stopped) { node_.stopped = stopped; }
  void set_max_message_bytes(std::size_t bytes) { node_.max_message_bytes = bytes; }
  /// From the first call on, only what was made known is. Without a stream: every stream of the
  /// group.
  void know(const std::string& group_id, const std::string& stream_id = {}) {
    node_.set_known(group_id, stream_id, true);
  }
  void forget(const std::string& group_id, const std::string& stream_id = {}) {
    node_.set_known(group_id, stream_id, false);
  }

  /// What was stored, in order.
  std::vector<stored_message> stored() const { return journal_.stored(); }
  /// All records that were stored, in order: the bodies, divided at line feeds.
  std::vector<std::string> records() const;
  /// What arrived, in the order in which it was answered.
  std::vector<received_request> requests() const { return journal_.requests(); }
  /// How many connections were accepted.
  std::size_t connections() const { return journal_.accepted(); }
  std::size_t open_connections() const { return journal_.open(); }
  /// Begins to count and to keep anew; the numbers of connections go on.
  void clear() { journal_.clear(); }

  /// Called with each message just before it is stored, by one connection at a time.
  void on_stored(std::function<void(const stored_message&)> callback) {
    journal_.on_stored(std::move(callback));
  }

  // Wait until there are so many, or the time is over: false.
  bool wait_for_stored(std::size_t messages, std::chrono::milliseconds timeout) const {
    return journal_.wait_for_stored(messages, timeout);
  }
  bool wait_for_records(std::size_t records, std::chrono::milliseconds timeout) const {
    return journal_.wait_for_records(records, timeout);
  }
  bool wait_for_requests(std::size_t requests, std::chrono::milliseconds timeout) const {
    return journal_.wait_for_requests(requests, timeout);
  }
  bool wait_for_connections(std::size_t accepted, std::chrono::milliseconds timeout) const {
    return journal_.wait_for_accepted(accepted, timeout);
  }
  /// Until exactly so many are open.
  bool wait_for_open_connections(std::size_t open, std::chrono::milliseconds timeout) const {
    return journal_.wait_for_open(open, timeout);
  }

 private:
  void serve(connection& link) {
    if (journal_.opened() <= connections_) {
      detail::session(link, node_, journal_, script_, idle_timeout_).run();
    }
    link.close();
    journal_.closed();
  }

  detail::node node_;
  detail::journal journal_;
  detail::script script_;
  const std::size_t connections_;
  const std::chrono::milliseconds idle_timeout_;
  // The last member: its threads use the others.
  socket_server server_;
};

inline std::vector<std::string> dataproxy::records() const {
  std::vector<std::string> all;
  for (const stored_message& message : stored()) {
    for (std::string& record : message.records()) all.push_back(std::move(record));
  }
  return all;
}

}  // namespace testing

INLONG_NAMESPACE_END

#endif
