// SPDX-License-Identifier: Apache-2.0
// The life of one connection to the stand-in: what is read, what is answered, how it ends.
#ifndef INLONG_TESTING_DETAIL_SESSION_HPP
#define INLONG_TESTING_DETAIL_SESSION_HPP

#include <inlong/config.hpp>
#include <inlong/testing/connection.hpp>
#include <inlong/testing/detail/deadline.hpp>
#include <inlong/testing/detail/journal.hpp>
#include <inlong/testing/detail/node.hpp>
#include <inlong/testing/detail/performance.hpp>
#include <inlong/testing/detail/reply.hpp>
#include <inlong/testing/detail/request_reader.hpp>
#include <inlong/testing/detail/script.hpp>
#include <inlong/testing/http_answer.hpp>
#include <inlong/testing/reaction.hpp>
#include <inlong/testing/received_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// Serves one connection, on that connection's thread.
class session {
 public:
  session(connection& link, const node& served_by, journal& kept_in, script& told_by,
          std::chrono::milliseconds idle_timeout)
      : link_(link),
        node_(served_by),
        journal_(kept_in),
        script_(told_by),
        idle_timeout_(idle_timeout) {}

  /// Returns when the connection is to be closed, or has ended.
  void run() {
    const reaction accepted = script_.at_accept();
    if (accepted.answer != kind::proper && !play(accepted, treat({}, accepted))) return;
    restart_idle_timer();
    while (link_.is_open() && advance()) {
    }
  }

 private:
  using kind = reaction::kind;

  /// False: the connection is to be closed.
  bool advance() {
    switch (reader_.next(node_.max_message_bytes)) {
      case request_reader::arrival::nothing:
        return read_more();
      case request_reader::arrival::request:
        if (!continued_) note_method();
        return serve(take_request());
      case request_reader::arrival::expected:
        note_method();
        link_.post(http_answer{100, {}, {}}.bytes());
        take_method();
        continued_ = true;
        return true;
      case request_reader::arrival::expectation_failed:
        return refuse({417, {}, {}});
      case request_reader::arrival::too_large:
        return refuse({413, {}, {}});
      case request_reader::arrival::too_large_to_keep:
        refuse({413, {{"content-length", "0"}, {"connection", "close"}}, {}});
        return finish();
    }
    return false;
  }

  bool read_more() {
    if (reader_.arrived() > 0 && !react_early()) return false;
    switch (link_.wait_for_bytes(idle_deadline_)) {
      case connection::news::bytes:
        if (!react_early()) return false;
        reader_.feed(link_.read());
        return true;
      case connection::news::nothing:
        // DataProxy takes the timeout for an exception without a text, and says so, asked or not.
        if (reader_.awaits_body() && !continued_) note_method();
        answer(link_, code_answer(INT32_MAX, process_failure("null").message).bytes(take_method()));
        return false;
      case connection::news::end:
        return false;
    }
    return false;
  }

  /// Does what is not to wait until the request that is arriving is whole.
  bool react_early() {
    take_turn();
    if (!turn_ || !is_early(*turn_) || reader_.arrived() < *turn_->request_bytes) return true;
    reader_.ignore_request();
    const reaction what = *std::exchange(turn_, std::nullopt);
    return play(what, treat({}, what));
  }

  bool serve(received_request request) {
    take_turn();
    restart_idle_timer();
    const reaction what = turn_ ? *std::exchange(turn_, std::nullopt) : script_.at_end(request);
    const reply planned = treat(request, what);
    continued_ = false;
    if (!is_early(what)) keep(std::move(request), planned);
    return play(what, planned);
  }

  bool play(const reaction& what, const reply& planned) {
    if (!perform(link_, what, planned.bytes)) return false;
    return planned.closes && what.end == reaction::ending::natural ? finish() : true;
  }

  /// Answers a request that is not whole.
  bool refuse(const http_answer& refusal) {
    take_turn();
    turn_.reset();
    if (!continued_) note_method();
    take_method();
    const reply planned{refusal.bytes(), refusal.status, {}, false};
    keep(take_request(), planned);
    answer(link_, planned.bytes);
    return true;
  }

  /// After an answer that closes: requests that have arrived by now are stored all the same, and
  /// not answered.
  bool finish() {
    while (true) {
      const request_reader::arrival arrived = reader_.next(node_.max_message_bytes);
      if (arrived == request_reader::arrival::nothing) return false;
      if (arrived != request_reader::arrival::request) continue;
      received_request request = take_request();
      treat(request, reaction::proper());
      keep(std::move(request), {});
    }
  }

  /// A reaction takes the turn of a request when the first of its bytes arrive.
  void take_turn() {
    if (turn_position_ == reader_.position()) return;
    turn_position_ = reader_.position();
    turn_ = script_.at_begin();
  }

  static bool is_early(const reaction& what) noexcept {
    return what.request_bytes && what.answer != kind::proper;
  }

  received_request take_request() {
    received_request request = std::move(reader_.request());
    request.connection = link_.number();
    request.time = std::chrono::steady_clock::now();
    return request;
  }

  /// Stores the request, if that is what becomes of it.
  reply treat(const received_request& request, const reaction& what) {
    decision decided;
    if (what.answer == kind::proper || what.stores) decided = node_.decide(request, link_.peer());
    if (decided.stores) journal_.store(std::move(*decided.stores));
    const bool answers = what.answer != kind::none && decided.answers && can_answer(link_);
    return make_reply(what, request, decided, answers && take_method());
  }

  /// A head has arrived.
  void note_method() { unanswered_.push_back(reader_.request().method == "HEAD"); }
  /// An answer is sent: is it without a body? Netty takes it, be it a 100, for the answer to the
  /// first request that it has not answered, though DataProxy leaves some without an answer.
  bool take_method() {
    if (unanswered_.empty()) return false;
    const bool is_head = unanswered_.front();
    unanswered_.pop_front();
    return is_head;
  }

  void keep(received_request&& request, const reply& planned) {
    if (can_answer(link_)) {
      request.status = planned.status;
      request.code = planned.code;
    }
    journal_.add(std::move(request));
  }

  void restart_idle_timer() { idle_deadline_ = from_now(idle_timeout_); }

  connection& link_;
  const node& node_;
  journal& journal_;
  script& script_;
  const std::chrono::milliseconds idle_timeout_;
  request_reader reader_;
  steady_time idle_deadline_;
  // Of each request without an answer, whether it is a HEAD.
  std::deque<bool> unanswered_;
  // The request that is arriving was told to go on.
  bool continued_ = false;
  // What the script has for the request that is arriving, and which one that is.
  std::optional<reaction> turn_;
  std::uint64_t turn_position_ = (std::numeric_limits<std::uint64_t>::max)();
};

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
