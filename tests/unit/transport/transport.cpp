// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/transport.hpp>

#include <doctest/doctest.h>

#include <inlong/reporter.hpp>

namespace {

// Nothing but what a transport must have: proves that no more is asked than is said.
struct archetype {
  archetype() = delete;
  explicit archetype(int) {}
  archetype(const archetype&) = default;
  archetype& operator=(const archetype&) = delete;

  inlong::exchange post(const inlong::request&) {
    inlong::exchange answer;
    answer.what = inlong::transmission::answered;
    answer.status = 200;
    answer.body = "{\"code\":\"0\"}";
    return answer;
  }
  void cancel() noexcept {}
};

struct with_https : archetype {
  using archetype::archetype;
  static bool supports(const inlong::endpoint&) { return true; }
};

struct no_post {
  void cancel() noexcept {}
};
struct wrong_post : no_post {
  int post(const inlong::request&) { return 0; }
};
struct hidden_post : no_post {
 private:
  inlong::exchange post(const inlong::request&) { return {}; }
};
struct throwing_cancel {
  inlong::exchange post(const inlong::request&) { return {}; }
  void cancel() {}
};
struct immobile : archetype {
  explicit immobile(int number) : archetype(number) {}
  immobile(const immobile&) = delete;
};
struct only_declared;

}  // namespace

using inlong::is_transport;

TEST_CASE("a transport with nothing but the required members works") {
  inlong::basic_reporter<archetype> sender({"a"}, {}, archetype(1));
  CHECK(sender.report({"g", "s"}, "x"));
}

TEST_CASE("what lacks a member, or has another one, is not a transport") {
  CHECK(is_transport<archetype>);
  CHECK(is_transport<with_https>);
  CHECK_FALSE(is_transport<no_post>);
  CHECK_FALSE(is_transport<wrong_post>);
  CHECK_FALSE(is_transport<hidden_post>);
  CHECK_FALSE(is_transport<throwing_cancel>);
  CHECK_FALSE(is_transport<immobile>);
  CHECK_FALSE(is_transport<int>);
#if defined(__cpp_concepts) && __cpp_concepts >= 201907L
  CHECK(inlong::transport<archetype>);
  CHECK_FALSE(inlong::transport<no_post>);
#endif
}

TEST_CASE("https is for transports that say they can do it") {
  using inlong::detail::can_reach;
  CHECK(can_reach<archetype>(inlong::endpoint("http://a")));
  CHECK_FALSE(can_reach<archetype>(inlong::endpoint("https://a")));
  CHECK(can_reach<with_https>(inlong::endpoint("https://a")));
}
