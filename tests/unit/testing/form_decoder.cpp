// SPDX-License-Identifier: Apache-2.0
#include <inlong/testing/form_decoder.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::string_literals;
using inlong::testing::decode_form;
using inlong::testing::decode_path;
using inlong::testing::decode_query;
using inlong::testing::decoded_form;

namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

const std::string lost = "\xEF\xBF\xBD";

std::string value_of(std::string_view escaped) {
  const decoded_form form = decode_form("body=" + std::string(escaped));
  REQUIRE(form.error.empty());
  REQUIRE(form.find("body") != nullptr);
  return *form.find("body");
}

}  // namespace

TEST_CASE("ampersands and semicolons separate fields") {
  CHECK(decode_form("a=1&b=2;c=3").fields == fields{{"a", "1"}, {"b", "2"}, {"c", "3"}});
  CHECK(decode_form("body=one;two").fields == fields{{"body", "one"}, {"two", ""}});
}

TEST_CASE("empty fields are skipped, and nameless values become names") {
  CHECK(decode_form("").fields.empty());
  CHECK(decode_form("&&;;&").fields.empty());
  CHECK(decode_form("a&b=").fields == fields{{"a", ""}, {"b", ""}});
  CHECK(decode_form("=x&==y=z").fields == fields{{"x", ""}, {"y", "z"}});
}

TEST_CASE("further equals signs belong to the value") { CHECK(value_of("a=b==c") == "a=b==c"); }

TEST_CASE("a plus is a space, in names too") {
  CHECK(decode_form("a+b=+c+").fields == fields{{"a b", " c "}});
}

TEST_CASE("a hash ends everything") {
  CHECK(decode_form("body=one#two&cnt=2").fields == fields{{"body", "one"}});
  CHECK(decode_form("#body=one").fields.empty());
}

TEST_CASE("a question mark is skipped at the beginning and kept elsewhere") {
  CHECK(decode_form("?a=?").fields == fields{{"a", "?"}});
}

TEST_CASE("of fields of the same name, which may be escaped, the first is found") {
  const decoded_form form = decode_form("group%49d=one&groupId=two&groupid=three");
  REQUIRE(form.find("groupId") != nullptr);
  CHECK(*form.find("groupId") == "one");
  CHECK(form.find("GROUPID") == nullptr);
}

TEST_CASE("fields after the 1024th are ignored, empty ones not counted") {
  std::string text;
  for (int i = 0; i < 1023; ++i) text += "a=1&;";
  CHECK(decode_form(text + "last=1").find("last") != nullptr);
  CHECK(decode_form(text + "a=1&last=1").find("last") == nullptr);
  CHECK(decode_form(text + "a=1&%").error.empty());
}

TEST_CASE("escapes of any byte are undone, in either case") {
  CHECK(value_of("%41%2b%2B%26%3B%23%25%3d%00%0A") == "A++&;#%=\0\n"s);
  CHECK(value_of("%e4%B8%ad") == "\xE4\xB8\xAD");
}

TEST_CASE("only five bytes need an escape in a value") {
  std::string raw;
  for (char byte = 0; byte < 0x7F; ++byte) {
    if (std::string_view("%+&;#").find(byte) == std::string_view::npos) raw += byte;
  }
  raw += "\x7F\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80";
  CHECK(value_of(raw) == raw);
}

TEST_CASE("what is not UTF-8 is lost, whether raw or escaped") {
  CHECK(value_of("a\xFF"
                 "b") == "a" + lost + "b");
  CHECK(value_of("a%FFb") == "a" + lost + "b");
  CHECK(value_of("%ED%A0%80") == lost);
  CHECK(value_of("\xE4\xB8&x=y") == lost);
}

TEST_CASE("a character that is half raw and half escaped is lost") {
  CHECK(value_of("\xC3%A9") == lost + lost);
  CHECK(value_of("%C3\xA9") == lost + lost);
  CHECK(value_of("%E4%B8\xAD") == lost + lost);
  CHECK(value_of("%C3+%A9") == lost + " " + lost);
}

TEST_CASE("a bad escape is an error that quotes the whole text") {
  CHECK(decode_form("a=1&b=%").error == "unterminated escape sequence at index 6 of: a=1&b=%");
  CHECK(decode_form("a=%4&b=1").error == "unterminated escape sequence at index 2 of: a=%4&b=1");
  CHECK(decode_form("%4=1").error == "unterminated escape sequence at index 0 of: %4=1");
  CHECK(decode_form("a=%zz").error == "invalid hex byte 'zz' at index 3 of 'a=%zz'");
  CHECK(decode_form("a=%41%4g").error == "invalid hex byte '4g' at index 6 of 'a=%41%4g'");
}

TEST_CASE("the error of a bad escape counts in UTF-16 units") {
  const std::string smile = "\xF0\x9F\x98\x80";
  CHECK(decode_form("a=" + smile + "%x").error ==
        "unterminated escape sequence at index 4 of: a=" + smile + "%x");
  CHECK(decode_form("a=%\xC3\xA9").error ==
        "unterminated escape sequence at index 2 of: a=%\xC3\xA9");
  CHECK(decode_form("a=%\xC3\xA9x").error ==
        "invalid hex byte '\xC3\xA9x' at index 3 of 'a=%\xC3\xA9x'");
  CHECK(decode_form("a=%" + smile).error ==
        "invalid hex byte '" + smile + "' at index 3 of 'a=%" + smile + "'");
  CHECK(decode_form("a=%x" + smile).error ==
        "invalid hex byte 'x?' at index 3 of 'a=%x" + smile + "'");
}

TEST_CASE("a query stands between question mark and hash") {
  CHECK(decode_query("/path?a=1&b=%41#c=2").fields == fields{{"a", "1"}, {"b", "A"}});
  CHECK(decode_query("/path?a=?").fields == fields{{"a", "?"}});
  CHECK(decode_query("/path").fields.empty());
  CHECK(decode_query("/path?").fields.empty());
  CHECK(decode_query("/path#a?b=1").fields.empty());
}

TEST_CASE("raw bytes above 0x7F in a query are single characters, escaped ones UTF-8") {
  CHECK(decode_query("/path?a=\xC3\xA9&b=%C3%A9").fields ==
        fields{{"a", "\xC3\x83\xC2\xA9"}, {"b", "\xC3\xA9"}});
}

TEST_CASE("a path is unescaped, and a plus in it is kept") {
  CHECK(decode_path("/a+%62%2F?c#d").path == "/a+b/");
  CHECK(decode_path("/a#b?c").path == "/a");
  CHECK(decode_path("/a%6?b").error == "unterminated escape sequence at index 2 of: /a%6?b");
}
