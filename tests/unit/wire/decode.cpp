// SPDX-License-Identifier: Apache-2.0
#include <inlong/wire/decode.hpp>

#include <inlong/detail/random.hpp>
#include <inlong/wire/form.hpp>

#include <doctest/doctest.h>

#include <string>

using inlong::errc;
using inlong::detail::append_encoded;
using inlong::detail::byte_buffer;
using inlong::detail::decode;

namespace {

bool comes_back(const std::string& text) {
  for (const inlong::form how : {inlong::form::compact, inlong::form::strict}) {
    byte_buffer encoded;
    if (append_encoded(encoded, text, how) != errc::ok) return false;
    if (decode(encoded.view()) != text) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("what was encoded comes back byte for byte") {
  CHECK(comes_back(""));
  CHECK(comes_back("plain"));
  CHECK(comes_back("%"));
  CHECK(comes_back("%41%%25+ &=;#"));
  CHECK(comes_back(std::string("\0\x01\x1f\x7f", 4)));
  CHECK(comes_back("\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80"));
  for (int c = 0; c < 0x80; ++c) {
    CHECK(comes_back(std::string(1, static_cast<char>(c))));
    CHECK(comes_back("before" + std::string(40, static_cast<char>(c)) + "after"));
  }
}

TEST_CASE("a plus sign stays one, as no encoded text has one for a space") {
  CHECK(decode("a+b") == "a+b");
  CHECK(decode("%2B%20%C3%A9") == "+ \xc3\xa9");
}

TEST_CASE("random texts come back") {
  inlong::detail::random_sequence random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (auto left = random.below(100); left > 0; --left) {
      if (random.below(4) == 0) {
        text += "\xe2\x82\xac";
      } else {
        text += static_cast<char>(random.below(0x80));
      }
    }
    REQUIRE(comes_back(text));
  }
}
