// SPDX-License-Identifier: Apache-2.0
// How an answer goes out, with the delays, cuts and surprises that a reaction asks for.
#ifndef INLONG_TESTING_DETAIL_PERFORMANCE_HPP
#define INLONG_TESTING_DETAIL_PERFORMANCE_HPP

#include <inlong/config.hpp>
#include <inlong/testing/connection.hpp>
#include <inlong/testing/reaction.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// As soon as 64 KiB of earlier answers are unread, DataProxy drops further ones, and nobody is
/// told.
inline bool can_answer(const connection& link) noexcept { return link.unsent() < 65536; }

inline void answer(connection& link, std::string_view bytes) {
  if (can_answer(link)) link.post(bytes);
}

/// False: the connection has ended.
inline bool rest(connection& link, std::chrono::milliseconds time) {
  return time.count() > 0 ? link.wait(time) : link.is_open();
}

inline void answer_in_pieces(connection& link, std::string_view bytes, const reaction& what) {
  while (!bytes.empty() && link.write(bytes.substr(0, what.piece)) && rest(link, what.pause)) {
    bytes.remove_prefix((std::min)(what.piece, bytes.size()));
  }
}

/// Does all that a reaction asks for, but for a natural ending. False: the connection is to be
/// closed, or has ended.
inline bool perform(connection& link, const reaction& what, std::string_view bytes) {
  if (!rest(link, what.delay)) return false;
  bytes = bytes.substr(0, what.answer_bytes);
  if (what.piece < bytes.size()) {
    answer_in_pieces(link, bytes, what);
  } else {
    answer(link, bytes);
  }
  while (!what.flood.empty() && link.write(what.flood) && rest(link, what.pause)) {
  }
  if (!rest(link, what.unasked_delay)) return false;
  link.post(what.unasked);
  if (!rest(link, what.ending_delay)) return false;
  switch (what.end) {
    case reaction::ending::natural:
    case reaction::ending::keep:
      return true;
    case reaction::ending::close:
      return false;
    case reaction::ending::reset:
      link.reset();
      return false;
    case reaction::ending::hold:
      link.wait((std::chrono::milliseconds::max)());
      return false;
  }
  return false;
}

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
