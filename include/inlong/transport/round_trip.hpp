// SPDX-License-Identifier: Apache-2.0
// One request out and its answer in, over an open connection: what was taken, came, and went wrong.
#ifndef INLONG_TRANSPORT_ROUND_TRIP_HPP
#define INLONG_TRANSPORT_ROUND_TRIP_HPP

#include <inlong/config.hpp>
#include <inlong/transport/answer_head.hpp>
#include <inlong/transport/exchange.hpp>
#include <inlong/transport/failure.hpp>
#include <inlong/transport/request_head.hpp>
#include <inlong/transport/socket.hpp>
#include <inlong/wire/reply.hpp>

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// The most bytes of one answer, heads and framing included. A body that is over its own limit
/// still fits in the smallest of chunks; a line without end between two chunks does not.
inline constexpr std::size_t max_answer_bytes = 8 * max_reply_bytes;

/// The most bytes that one call hands to the kernel. While a peer reads as fast as they are copied,
/// such a call goes on for as long as there are bytes, and no deadline or answer is looked at.
inline constexpr std::size_t max_bytes_at_once = 1024 * 1024;

/// Head and body of a request.
using request_pieces = std::array<std::string_view, 4>;

/// The first `count` bytes of all pieces together.
inline request_pieces first_of(request_pieces pieces, std::size_t count) noexcept {
  for (std::string_view& piece : pieces) {
    piece = piece.substr(0, count);
    count -= piece.size();
  }
  return pieces;
}

/// Carries one request: `send` it, `receive_head` of its answer, and then the body: `receive_body`
/// if the head says how long that is; or else whoever knows its coding is to `read` it. No call
/// outlasts the request's deadline or a cancellation.
class round_trip {
 public:
  /// What is passed must live as long as this.
  round_trip(int socket, const request& what, const cancellation& cancel)
      : socket_(socket), request_(what), cancel_(cancel), request_head_(request_head(what)) {}

  /// Hands the request to the kernel, from where it lies, in as few calls as it takes.
  /// True: there may be an answer. That is so even if the request was cut short: a server that
  /// refuses it (413) need not read the rest of it, and may close.
  bool send();
  /// The same on a connection that is new, which is looked at first: what its peer has said by now,
  /// or that it has ended it, is no answer to this request, of which nothing is sent then.
  bool send_on_new();
  /// Waits for the head of the final answer.
  bool receive_head();
  /// How many bytes the body has; nothing if the head does not say so.
  std::optional<std::uint64_t> body_size() const noexcept { return head_.body_size(); }
  /// Takes a body of that size, but for what is over `max_reply_bytes` + 1. False: it is longer, or
  /// cut short.
  bool receive_body(std::uint64_t size, std::string& body);
  /// Reads the essence of the head and then the body as it came. Returns how many bytes it read. 0:
  /// the peer has closed. -1: there won't be more.
  std::ptrdiff_t read(char* to, std::size_t size);

  /// Whether the kernel took every byte of the request. If not, no server can hold it.
  bool sent_all() const noexcept { return taken_ == size(); }
  /// Whether the peer has ended the connection before anything had come back.
  bool ended_unanswered() const noexcept { return ended_ && received_ == 0; }
  /// Whether the connection may carry another request: nothing failed, and nothing is left over,
  /// neither of the answer nor of the request.
  bool left_clean() const noexcept {
    return sent_all() && !ended_ && !why_.error && unread_.empty() && next_ == filled_ &&
           head_.keeps_open();
  }
  /// The final answer's status, once its head is complete; 0 before that.
  int status() const noexcept { return head_complete_ ? head_.status() : 0; }
  const std::string& retry_after() const noexcept { return head_.retry_after(); }
  /// Why there is no answer, if whoever parses it says that there is none.
  failure why() const;

 private:
  bool refill();
  bool receive();
  bool take_in(const transfer& received);
  bool scan_head();
  bool fail(failure why);
  bool fail_ended(std::string text) { return fail({end_error(), std::move(text)}); }
  std::error_code end_error() const noexcept {
    return std::make_error_code(received_ == 0 ? std::errc::connection_reset
                                               : std::errc::connection_aborted);
  }
  bool fail(const std::error_code& error) { return fail(explain(error, where())); }
  std::string where() const;

  std::size_t size() const noexcept { return request_head_.size() + request_.body_size(); }

  const int socket_;
  const request& request_;
  const cancellation& cancel_;
  const std::string request_head_;
  std::size_t taken_ = 0;

  answer_head head_;
  bool head_complete_ = false;
  bool essence_read_ = false;
  std::string essence_;
  std::string_view unread_;  // what comes next, and behind it
  std::size_t next_ = 0;     // what stands in the buffer from here
  std::size_t filled_ = 0;   // to here
  std::size_t received_ = 0;
  bool ended_ = false;
  bool late_ = false;
  failure why_;
  std::array<char, max_head_bytes> buffer_;
};

inline bool round_trip::send() {
  request_pieces pieces{request_head_, request_.body[0], request_.body[1], request_.body[2]};
  for (;;) {
    const transfer sent = send_some(socket_, first_of(pieces, max_bytes_at_once));
    taken_ += sent.bytes;
    if (sent_all()) return true;
    if (sent.error && sent.error != std::errc::operation_would_block) {
      fail(sent.error);
      ended_ = sent.error == std::errc::broken_pipe || sent.error == std::errc::connection_reset;
      return ended_;
    }
    const request_pieces gone = first_of(pieces, sent.bytes);
    for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i].remove_prefix(gone[i].size());
    short ready = 0;
    const std::error_code error =
        wait_for(socket_, POLLIN | POLLOUT, ready, cancel_, request_.deadline);
    if (error) return fail(error);
    // A peer that reads as fast as this sends never makes it wait.
    if (std::chrono::steady_clock::now() >= request_.deadline) {
      return fail(std::make_error_code(std::errc::timed_out));
    }
    if ((ready & POLLIN) != 0) {
      if (!receive() || !scan_head()) return false;
      if (head_complete_) return true;
    }
  }
}

inline bool round_trip::send_on_new() {
  if (!is_quiet(socket_)) {
    if (!receive() || !scan_head()) return false;
    if (head_complete_) return true;
  }
  return send();
}

inline bool round_trip::receive_head() {
  while (!head_complete_) {
    // Hardly any answer is there when the request has just gone: to try first would be one call of
    // the kernel more.
    short ready = 0;
    const std::error_code error = wait_for(socket_, POLLIN, ready, cancel_, request_.deadline);
    if (error) return fail(error);
    if (!receive() || !scan_head()) return false;
  }
  return true;
}

inline bool round_trip::receive_body(std::uint64_t size, std::string& body) {
  const std::size_t wanted = size < max_reply_bytes ? static_cast<std::size_t>(size)
                                                    : max_reply_bytes + (size > max_reply_bytes);
  while (body.size() < wanted) {
    if (unread_.empty() && !refill()) return false;
    const std::string_view more = unread_.substr(0, wanted - body.size());
    body.append(more);
    unread_.remove_prefix(more.size());
  }
  return size <= max_reply_bytes;
}

inline std::ptrdiff_t round_trip::read(char* to, std::size_t size) {
  if (!std::exchange(essence_read_, true)) {
    essence_ = head_.essence();
    unread_ = essence_;
  }
  if (unread_.empty() && !refill()) return why_.error ? -1 : 0;
  const std::size_t count = (std::min)(size, unread_.size());
  if (count == 1) {  // parsers read heads so
    *to = unread_.front();
  } else {
    std::memcpy(to, unread_.data(), count);
  }
  unread_.remove_prefix(count);
  return static_cast<std::ptrdiff_t>(count);
}

inline bool round_trip::refill() {
  if (next_ == filled_) {
    next_ = filled_ = 0;
    if (!receive()) return false;
  }
  unread_ = {buffer_.data() + next_, filled_ - next_};
  next_ = filled_;
  return true;
}

inline bool round_trip::receive() {
  for (;;) {
    const transfer received =
        receive_some(socket_, buffer_.data() + filled_, buffer_.size() - filled_);
    if (received.error != std::errc::operation_would_block) return take_in(received);
    short ready = 0;
    const std::error_code error = wait_for(socket_, POLLIN, ready, cancel_, request_.deadline);
    if (error) return fail(error);
  }
}

inline bool round_trip::take_in(const transfer& received) {
  if (received.error || received.bytes == 0) {
    ended_ = true;
    if (!received.error && head_complete_) return false;  // perhaps this is how the body ends
    return fail_ended(received.error ? explain(received.error, where()).text
                                     : "connection closed " + where());
  }
  filled_ += received.bytes;
  received_ += received.bytes;
  if (received_ > max_answer_bytes) {
    return fail({std::make_error_code(std::errc::bad_message), "the answer is too long"});
  }
  // What is there at the deadline counts. Once: a peer that sends fast enough never makes this wait.
  if (std::chrono::steady_clock::now() < request_.deadline) return true;
  return std::exchange(late_, true) ? fail(std::make_error_code(std::errc::timed_out)) : true;
}

inline bool round_trip::scan_head() {
  const head_state state = head_.read({buffer_.data(), filled_});
  if (state == head_state::malformed) {
    return fail({std::make_error_code(std::errc::bad_message),
                 "the answer is not HTTP, or its head is too long"});
  }
  if (state == head_state::complete) {
    head_complete_ = true;
    next_ = head_.size();
  }
  return true;
}

inline bool round_trip::fail(failure why) {
  if (!why_.error) why_ = std::move(why);
  return false;
}

inline failure round_trip::why() const {
  if (why_.error) return why_;
  if (!sent_all()) return {end_error(), "an answer came " + where()};
  if (ended_) return {end_error(), "connection closed " + where()};
  return {std::make_error_code(std::errc::bad_message), "the answer's body is malformed"};
}

inline std::string round_trip::where() const {
  if (!sent_all()) {
    return "while sending the request (" + std::to_string(taken_) + " of " +
           std::to_string(size()) + " bytes taken)";
  }
  return received_ == 0 ? "while waiting for the answer" : "in the middle of the answer";
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
