// SPDX-License-Identifier: Apache-2.0
#include <inlong/error.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

using inlong::errc;

// The compiler warns here of an enumerator that is missing.
static bool is_enumerator(errc error) {
  switch (error) {
    case errc::ok:
    case errc::no_endpoints:
    case errc::bad_address:
    case errc::unsupported_scheme:
    case errc::bad_option:
    case errc::no_thread:
    case errc::forked:
    case errc::no_records:
    case errc::blank_group:
    case errc::blank_stream:
    case errc::invalid_group:
    case errc::invalid_stream:
    case errc::blank_body:
    case errc::invalid_utf8:
    case errc::separator_in_body:
    case errc::too_large:
    case errc::out_of_memory:
    case errc::unreachable:
    case errc::connection_lost:
    case errc::timeout:
    case errc::cancelled:
    case errc::bad_reply:
    case errc::unavailable:
    case errc::unknown_stream:
    case errc::rejected:
      return true;
  }
  return false;
}

TEST_CASE("every error has a text of its own, and every other value says that it is none") {
  std::set<std::string_view> texts;
  std::size_t enumerators = 0;
  for (int value = -10; value < 200; ++value) {
    const auto error = static_cast<errc>(value);
    const std::string_view text = describe(error);
    CHECK_FALSE(text.empty());
    if (is_enumerator(error)) {
      ++enumerators;
      texts.insert(text);
      CHECK(text.substr(0, 13) != "unknown error");
    } else {
      CHECK(text.substr(0, 13) == "unknown error");
    }
  }
  CHECK(enumerators == 25);
  CHECK(texts.size() == enumerators);
}

TEST_CASE("an error becomes a std::error_code with the same value and text") {
  const std::error_code made = errc::blank_body;
  CHECK(made.value() == static_cast<int>(errc::blank_body));
  CHECK(std::string(made.category().name()) == "inlong");
  CHECK(made.message() == describe(errc::blank_body));
  CHECK(made == errc::blank_body);
  CHECK(made != errc::blank_group);
  CHECK_FALSE(std::error_code(errc::ok));
}
