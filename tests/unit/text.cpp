// SPDX-License-Identifier: Apache-2.0
#include <inlong/text.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using inlong::text;
using inlong::detail::is_text;
using inlong::detail::is_text_range;

TEST_CASE("a text is made from a literal, a char array, a string and a string view") {
  const char array[8] = {'a', 'b', '\0', 'c'};
  CHECK(text("literal").view() == "literal");
  CHECK(text(array).view() == "ab");
  CHECK(text(std::string("a\0b", 3)).view() == std::string_view("a\0b", 3));
  CHECK(text(std::string_view("a\0b", 3)).view() == std::string_view("a\0b", 3));
}

TEST_CASE("a text is never made from a null pointer literal, a number or two iterators") {
  CHECK_FALSE(std::is_constructible_v<text, std::nullptr_t>);
  CHECK_FALSE(std::is_constructible_v<text, int>);
  CHECK_FALSE(std::is_constructible_v<text, const char*, const char*>);
  CHECK_FALSE(std::is_convertible_v<std::filesystem::path, text>);
}

TEST_CASE("a null pointer that only shows at run time is an empty text") {
  const char* const nothing = nullptr;
  CHECK(text(nothing).view().empty());
}

TEST_CASE("a range of texts is told from a text and from ranges of anything else") {
  CHECK(is_text_range<std::vector<std::string>>);
  CHECK(is_text_range<std::vector<const char*>>);
  CHECK(is_text_range<std::list<std::string_view>>);
  CHECK(is_text_range<std::string[3]>);
  CHECK(is_text_range<std::initializer_list<text>>);
  CHECK_FALSE(is_text_range<std::string>);
  CHECK_FALSE(is_text_range<char[4]>);
  CHECK_FALSE(is_text_range<std::vector<char>>);
  CHECK_FALSE(is_text_range<std::vector<int>>);
  CHECK_FALSE(is_text_range<std::map<std::string, std::string>>);
  CHECK_FALSE(is_text_range<std::filesystem::path>);
  CHECK(is_text<std::string>);
  CHECK(is_text<char[4]>);
  CHECK_FALSE(is_text<std::vector<char>>);
}
