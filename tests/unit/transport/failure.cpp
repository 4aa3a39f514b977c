// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/failure.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <ostream>
#include <string>
#include <system_error>

using inlong::detail::explain;

namespace {

std::string words_for(int number) {
  return explain({number, std::generic_category()}, "while waiting").text;
}

}  // namespace

TEST_CASE("a failure keeps its code and says in words what happened and when") {
  const auto why =
      explain(std::make_error_code(std::errc::timed_out), "when connecting to 10.0.0.1:46802");
  CHECK(why.error == std::errc::timed_out);
  CHECK(why.text == "timed out when connecting to 10.0.0.1:46802");

  CHECK(words_for(ECANCELED) == "cancelled while waiting");
  CHECK(words_for(ECONNREFUSED) == "connection refused while waiting");
  CHECK(words_for(ECONNRESET) == "connection reset while waiting");
  CHECK(words_for(EPIPE) == "connection reset while waiting");
}

TEST_CASE("a failure without words of its own takes the system's") {
  CHECK(words_for(ENETUNREACH) ==
        std::error_code(ENETUNREACH, std::generic_category()).message() + " while waiting");
}
