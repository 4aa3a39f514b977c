// SPDX-License-Identifier: Apache-2.0
#include <inlong/endpoint/endpoint_list.hpp>

#include <doctest/doctest.h>

#include <list>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using inlong::endpoint_list;
using inlong::errc;

namespace {

std::string shown(const endpoint_list& list) {
  std::string all;
  for (const inlong::endpoint& each : list) all += each.address() + ' ';
  return all;
}

}  // namespace

TEST_CASE("a list is made from texts, from a range of texts, and from one text with commas") {
  CHECK(shown({"a", "b:2"}) == "a:46802 b:2 ");
  CHECK(shown(endpoint_list("a,b:2")) == "a:46802 b:2 ");
  CHECK(shown(endpoint_list(std::string("a"))) == "a:46802 ");
  CHECK(shown(endpoint_list(std::vector<std::string>{"a,b", "c"})) == "a:46802 b:46802 c:46802 ");
  CHECK(shown(endpoint_list(std::list<std::string_view>{"a"})) == "a:46802 ");
  CHECK(shown(endpoint_list(std::vector<const char*>{"a", "b"})) == "a:46802 b:46802 ");
}

TEST_CASE("white space around an address and a second mention of it are dropped") {
  CHECK(shown(endpoint_list(" a , b:2\t,A:46802\n")) == "a:46802 b:2 ");
  CHECK(endpoint_list("a,a,a").size() == 1);
}

#if INLONG_EXCEPTIONS
namespace {

template <class Addresses>
std::string thrown(const Addresses& addresses, errc expected) {
  try {
    const endpoint_list made(addresses);
    return "nothing";
  } catch (const std::system_error& error) {
    CHECK(error.code() == expected);
    return error.what();
  }
}

bool holds(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a bad address is thrown with its index, counted over all texts, and its text") {
  CHECK(holds(thrown("a,host:0", errc::bad_address), "addresses[1] \"host:0\": the port is 0"));
  CHECK(holds(thrown(std::vector<std::string>{"a,b", "c", "::1"}, errc::bad_address),
              "addresses[3] \"::1\""));
  CHECK(holds(thrown("a,,b", errc::bad_address), "addresses[1] \"\""));
  CHECK(holds(thrown("a,", errc::bad_address), "addresses[1]"));
  CHECK(holds(thrown("", errc::bad_address), "addresses[0]"));
  CHECK(holds(thrown("bad host,also:bad:one", errc::bad_address), "addresses[0]"));
  CHECK(holds(thrown("a\nb", errc::bad_address), "addresses[0] \"a?b\": it holds"));
  CHECK(holds(thrown(std::string("a\0b", 3), errc::bad_address), "addresses[0] \"a?b\": it holds"));
}

TEST_CASE("an empty list is an error of its own") {
  CHECK(holds(thrown(std::vector<std::string>{}, errc::no_endpoints), "empty"));
  CHECK_THROWS_AS(endpoint_list(std::initializer_list<inlong::text>{}), std::system_error);
}
#else
TEST_CASE("without exceptions a list keeps its error and is empty") {
  const endpoint_list bad("a,host:0");
  CHECK(bad.error() == errc::bad_address);
  CHECK(bad.message().find("addresses[1]") == 0);
  CHECK(bad.empty());
}
#endif
