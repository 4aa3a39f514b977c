// SPDX-License-Identifier: Apache-2.0
// Makes the answer that a reaction asks for.
#ifndef INLONG_TESTING_DETAIL_REPLY_HPP
#define INLONG_TESTING_DETAIL_REPLY_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/node.hpp>
#include <inlong/testing/http_answer.hpp>
#include <inlong/testing/reaction.hpp>
#include <inlong/testing/received_request.hpp>

#include <optional>
#include <string>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// What goes out, and what it says.
struct reply {
  /// Empty: nothing.
  std::string bytes;
  int status = 0;
  std::optional<int> code;
  /// It is the last one on its connection, unless a reaction says otherwise.
  bool closes = false;
};

/// `decided` is what the node would do; `head_only` leaves out the body.
inline reply make_reply(const reaction& what, const received_request& request,
                        const decision& decided, bool head_only) {
  const auto dressed = [&](http_answer plain) {
    for (const auto& [name, value] : what.headers) plain.set_header(name, value);
    return plain.bytes(head_only);
  };
  switch (what.answer) {
    case reaction::kind::proper: {
      if (!decided.answers) return {};
      const http_answer plain = code_answer(decided.code, decided.message, decided.callback);
      return {dressed(plain), plain.status, decided.code, decided.closes};
    }
    case reaction::kind::http: {
      const bool closes = asks_to_close(request) || closes_after(what.answered_code.value_or(0));
      return {dressed(what.http), what.http.status, what.answered_code, closes};
    }
    case reaction::kind::raw:
      return {what.bytes, 0, {}, asks_to_close(request)};
    case reaction::kind::none:
      break;
  }
  return {};
}

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
