// SPDX-License-Identifier: Apache-2.0
// What a test tells the stand-in to do in place of a proper answer.
#ifndef INLONG_TESTING_REACTION_HPP
#define INLONG_TESTING_REACTION_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/http_text.hpp>
#include <inlong/testing/http_answer.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// What becomes of one request, or of one connection. A static function makes it, the others change
/// it:
///
///     server.next(reaction::code(1));
///     server.next(3, reaction::status(503).with_header("Retry-After", "2"));
///     server.next(reaction::proper().cut_after(20).then_reset());
///     server.next(reaction::silence().storing());
///     server.next(reaction::reset().after_bytes(100));
///     server.always(reaction::close().at_accept());
struct reaction {
  using milliseconds = std::chrono::milliseconds;

  /// What DataProxy itself would do.
  static reaction proper() { return reaction(kind::proper); }
  /// DataProxy's answer with that code, after which it closes if the real one does. Nothing is
  /// stored.
  static reaction code(int code, const std::string& message = "scripted") {
    reaction made(kind::http);
    made.http = code_answer(code, message);
    made.answered_code = code;
    return made;
  }
  /// Any other HTTP answer. Nothing is stored.
  static reaction status(int status, std::string body = {}) {
    reaction made(kind::http);
    made.http = {status, {}, std::move(body)};
    return made;
  }
  /// Bytes as they are, in place of an answer. Nothing is stored.
  static reaction raw(std::string bytes) {
    reaction made(kind::raw);
    made.bytes = std::move(bytes);
    return made;
  }
  /// No answer; the connection stays open, and further requests on it are served. Nothing is
  /// stored.
  static reaction silence() { return reaction(kind::none); }
  /// No answer, and the connection ends in order.
  static reaction close() { return silence().then_close(); }
  /// No answer, and the connection ends by a reset.
  static reaction reset() { return silence().then_reset(); }
  /// Nothing of the request is read, and the connection is held open.
  static reaction deaf() { return silence().after_bytes(0).then_hold(); }

  /// Takes place when a connection has been accepted and before anything is read from it, whoever
  /// it is from.
  reaction& at_accept() { return set(on_accept, true); }
  /// Takes place as soon as so many bytes of the request have arrived, or else all of it. What is
  /// left of it is ignored, and it is not among `requests()`. 0: before any of it is read.
  reaction& after_bytes(std::size_t count) { return set(request_bytes, count); }
  /// The request is also stored, as if it had been answered properly.
  reaction& storing() { return set(stores, true); }

  /// The answer begins so much later.
  reaction& delayed_by(milliseconds time) { return set(delay, time); }
  /// Adds a header to the answer, or replaces that of the same name. Not for `raw`.
  reaction& with_header(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  /// Of the answer only so many bytes are sent.
  reaction& cut_after(std::size_t count) { return set(answer_bytes, count); }
  /// The answer goes out in pieces of so many bytes, with a pause after each.
  reaction& dribbled(std::size_t count, milliseconds between) {
    piece = count;
    return set(pause, between);
  }
  /// After the answer these bytes are sent again and again until the connection ends, with the
  /// pauses of `dribbled`.
  reaction& flooding(std::string again) { return set(flood, std::move(again)); }

  /// After the answer, and a rest, these bytes are sent, which nobody asked for.
  reaction& then_send(std::string unasked_for, milliseconds after = {}) {
    unasked_delay = after;
    return set(unasked, std::move(unasked_for));
  }
  /// At last, and after a rest, the connection ends in order.
  reaction& then_close(milliseconds after = {}) { return finish(ending::close, after); }
  /// At last, and after a rest, the connection ends by a reset.
  reaction& then_reset(milliseconds after = {}) { return finish(ending::reset, after); }
  /// At last nothing is read from the connection any more, and it is held open.
  reaction& then_hold() { return finish(ending::hold, {}); }
  /// The connection stays open, whatever answer and request say.
  reaction& then_keep() { return finish(ending::keep, {}); }

  // What the functions above have set.
  enum class kind { proper, http, raw, none };
  enum class ending { natural, keep, close, reset, hold };
  kind answer;
  http_answer http;
  std::optional<int> answered_code;
  std::string bytes;
  bool on_accept = false;
  std::optional<std::size_t> request_bytes;
  bool stores = false;
  milliseconds delay{};
  header_list headers;
  std::size_t answer_bytes = std::string::npos;
  std::size_t piece = std::string::npos;
  milliseconds pause{};
  std::string flood;
  milliseconds unasked_delay{};
  std::string unasked;
  milliseconds ending_delay{};
  ending end = ending::natural;

 private:
  explicit reaction(kind of_answer) : answer(of_answer) {}

  template <class Field, class Value>
  reaction& set(Field& field, Value value) {
    field = std::move(value);
    return *this;
  }
  reaction& finish(ending how, milliseconds after) {
    ending_delay = after;
    return set(end, how);
  }
};

}  // namespace testing

INLONG_NAMESPACE_END

#endif
