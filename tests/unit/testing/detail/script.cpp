// SPDX-License-Identifier: Apache-2.0
#include <inlong/testing/detail/script.hpp>

#include <doctest/doctest.h>

#include <string>

using inlong::testing::reaction;
using inlong::testing::received_request;
using inlong::testing::detail::script;

namespace {

// A reaction's number; 0: none of them, but the proper one.
int number(const reaction& what) { return what.answered_code.value_or(0); }

reaction numbered(int number) { return reaction::code(number); }

}  // namespace

TEST_CASE("an empty script is proper behaviour") {
  script told;
  CHECK(told.at_accept().answer == reaction::kind::proper);
  CHECK(told.at_begin().value().answer == reaction::kind::proper);
}

TEST_CASE("requests take their turns in order, then comes what is always done") {
  script told;
  told.next(1, numbered(1));
  told.next(2, numbered(2));
  told.always(numbered(3));
  for (const int expected : {1, 2, 2, 3, 3}) CHECK(number(told.at_begin().value()) == expected);
  told.next(1, numbered(4));
  CHECK(number(told.at_begin().value()) == 4);
  told.always(reaction::proper());
  CHECK(number(told.at_begin().value()) == 0);
}

TEST_CASE("connections have a queue of their own") {
  script told;
  told.next(1, numbered(1));
  told.next(1, numbered(2).at_accept());
  CHECK(number(told.at_accept()) == 2);
  CHECK(number(told.at_accept()) == 0);
  CHECK(number(told.at_begin().value()) == 1);
  told.always(numbered(3).at_accept());
  CHECK(number(told.at_accept()) == 3);
  CHECK(number(told.at_begin().value()) == 0);
}

TEST_CASE("a rule decides when nothing is queued, from the whole request") {
  script told;
  told.next(1, numbered(1));
  told.decide_by(
      [](const received_request& request) { return numbered(request.target == "/two" ? 2 : 3); });
  CHECK(number(told.at_begin().value()) == 1);
  CHECK_FALSE(told.at_begin().has_value());
  received_request request;
  request.target = "/two";
  CHECK(number(told.at_end(request)) == 2);
  request.target = "/three";
  CHECK(number(told.at_end(request)) == 3);
}

TEST_CASE("a rule and what is always done take the place of each other") {
  script told;
  told.decide_by([](const received_request&) { return numbered(1); });
  told.always(numbered(2));
  CHECK(number(told.at_begin().value()) == 2);
  told.decide_by([](const received_request&) { return numbered(3); });
  CHECK(number(told.at_end({})) == 3);
}

TEST_CASE("a rule that was withdrawn while a request arrived leaves it to what is always done") {
  script told;
  told.decide_by([](const received_request&) { return numbered(1); });
  CHECK_FALSE(told.at_begin().has_value());
  told.always(numbered(2));
  CHECK(number(told.at_end({})) == 2);
}

TEST_CASE("a cleared script is empty") {
  script told;
  told.next(1, numbered(1));
  told.next(1, numbered(1).at_accept());
  told.always(numbered(2));
  told.decide_by([](const received_request&) { return numbered(3); });
  told.clear();
  CHECK(number(told.at_accept()) == 0);
  CHECK(number(told.at_begin().value()) == 0);
}
