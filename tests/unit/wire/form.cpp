// SPDX-License-Identifier: Apache-2.0
#include <inlong/wire/form.hpp>

#include "reference.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

using inlong::errc;
using inlong::form;
using inlong::detail::append_encoded;
using inlong::detail::append_escaped;
using inlong::detail::byte_buffer;
using inlong::detail::compact_set;
using inlong::detail::strict_set;

static_assert(noexcept(append_encoded(std::declval<byte_buffer&>(), "", form::compact)));

namespace {

constexpr std::string_view already_there = "groupId=g&body=";

/// A buffer that something was appended to before.
byte_buffer started() {
  byte_buffer buffer;
  REQUIRE(buffer.append(already_there));
  return buffer;
}

std::string encoded(std::string_view text, form how) {
  byte_buffer buffer;
  REQUIRE(append_encoded(buffer, text, how) == errc::ok);
  return std::string(buffer.view());
}

/// Checks that a text is refused with that error, and leaves no trace.
void check_refused(std::string_view text, std::optional<char> separator, errc error) {
  for (const form how : {form::compact, form::strict}) {
    byte_buffer buffer = started();
    CHECK(append_encoded(buffer, text, how, separator) == error);
    CHECK(buffer.view() == already_there);
  }
}

/// Encodes with one type of block, both ways, and compares with the plain encoder and decoder.
template <class Block>
class comparison {
 public:
  void check(std::string_view text, std::optional<char> separator = {}) {
    const bool separated = separator && text.find(*separator) != std::string_view::npos;
    const bool good = !separated && reference::is_utf8(text);
    check<compact_set, reference::compact>(text, separator, good);
    check<strict_set, reference::strict>(text, separator, good);
  }

 private:
  template <class Set, class How>
  void check(std::string_view text, std::optional<char> separator, bool good) {
    buffer_.truncate(already_there.size());
    const errc error = append_escaped<Set, Block>(buffer_, text, separator);
    const std::string expected =
        std::string(already_there) + (good ? reference::encoded<How>(text) : "");
    if ((error == errc::ok) != good) FAIL_CHECK(std::string(text));
    if (buffer_.view() != expected) FAIL_CHECK(std::string(text));
  }

  byte_buffer buffer_ = started();
};

}  // namespace

TEST_CASE("the compact form escapes what the server misreads, `=`, controls and DEL") {
  CHECK(encoded("", form::compact) == "");
  CHECK(encoded("100% a+b&c;d#e=f", form::compact) == "100%25 a%2Bb%26c%3Bd%23e%3Df");
  CHECK(encoded("tab\tline\nNUL", form::compact) == "tab%09line%0ANUL");
  CHECK(encoded(std::string_view("\0\x1f\x7f", 3), form::compact) == "%00%1F%7F");
  CHECK(encoded("{\"k\":[1,'2'],\"p\":\"/a/b?c\"}~!@$^*()_-|\\<>`", form::compact) ==
        "{\"k\":[1,'2'],\"p\":\"/a/b?c\"}~!@$^*()_-|\\<>`");
  CHECK(encoded("\xe4\xb8\xad\xf0\x9f\x98\x80", form::compact) == "\xe4\xb8\xad\xf0\x9f\x98\x80");
}

TEST_CASE("the strict form escapes all but unreserved characters") {
  CHECK(encoded("", form::strict) == "");
  CHECK(encoded("AZaz09-._~", form::strict) == "AZaz09-._~");
  CHECK(encoded("a b+c/d*", form::strict) == "a%20b%2Bc%2Fd%2A");
  CHECK(encoded("\xe4\xb8\xad", form::strict) == "%E4%B8%AD");
}

TEST_CASE_TEMPLATE("every byte is encoded, or refused, at every place", Block, EVERY_BLOCK) {
  comparison<Block> compare;
  constexpr std::size_t sizes[] = {1, 2, 3, 15, 16, 17, 18, 31, 32, 33, 34, 47, 48, 49, 64};
  for (const std::size_t size : sizes) {
    for (std::size_t place = 0; place < size; ++place) {
      for (unsigned value = 0; value < 256; ++value) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(value);
        compare.check(text);
      }
    }
  }
}

TEST_CASE_TEMPLATE("texts of every length are encoded from every alignment", Block, EVERY_BLOCK) {
  comparison<Block> compare;
  reference::numbers roll;
  const std::string source = reference::text_of(roll, 300);
  for (std::size_t alignment = 0; alignment < 64; ++alignment) {
    for (std::size_t size = 0; size <= 200; ++size) {
      alignas(64) char place[64 + 200];
      const std::string_view text(place + alignment, source.copy(place + alignment, size));
      compare.check(text);
    }
  }
}

TEST_CASE_TEMPLATE("texts of many kinds and sizes are encoded, or refused", Block, EVERY_BLOCK) {
  comparison<Block> compare;
  reference::numbers roll;
  for (unsigned round = 0; round < 1500; ++round) {
    std::string text = reference::text_of(roll, 1 + roll.below(round % 10 == 0 ? 5000 : 300));
    const char separator = static_cast<char>(roll.below(128));
    compare.check(text);
    compare.check(text, separator);
    compare.check(std::string_view(text).substr(0, text.size() - 1), separator);
    text[roll.below(static_cast<unsigned>(text.size()))] = static_cast<char>(roll.below(256));
    compare.check(text);
    compare.check(text, separator);
  }
}

TEST_CASE_TEMPLATE("a character may stand across the border of two pieces", Block, EVERY_BLOCK) {
  comparison<Block> compare;
  for (const std::string_view character : {"\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80"}) {
    for (std::size_t before = 1000; before <= 1040; ++before) {
      constexpr std::size_t sizes_after[] = {0, 1, 16, 17, 1024, 1030};
      for (const std::size_t after : sizes_after) {
        const std::string head(before, 'a');
        const std::string tail(after, 'b');
        const std::string cut(character.substr(0, character.size() - 1));
        compare.check(head + std::string(character) + tail);
        compare.check(head + cut + tail);
        compare.check(head + cut);
        compare.check(head + std::string(character) + character[1] + tail);
      }
    }
  }
}

TEST_CASE_TEMPLATE("nothing is read before a text or behind it", Block, EVERY_BLOCK) {
  comparison<Block> compare;
  reference::fenced_memory memory;
  reference::numbers roll;
  for (std::size_t size = 0; size <= 200; ++size) {
    const std::string text = reference::text_of(roll, 210).substr(0, size);
    compare.check(memory.at_end(text));
    compare.check(memory.at_begin(text));
  }
  for (std::size_t size = 1020; size <= 1090; ++size) {
    const std::string text = reference::text_of(roll, 1100).substr(0, size);
    compare.check(memory.at_end(text));
    compare.check(memory.at_begin(text));
  }
}

TEST_CASE("a text that is not UTF-8 is refused and leaves no trace") {
  const std::string longer(2000, 'a');
  for (const std::string_view fault : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xe4\xb8"}) {
    check_refused(fault, std::nullopt, errc::invalid_utf8);
    check_refused(longer + std::string(fault), '\n', errc::invalid_utf8);
    check_refused(std::string(fault) + longer, '\n', errc::invalid_utf8);
    check_refused(longer + std::string(fault) + longer, '\n', errc::invalid_utf8);
  }
}

TEST_CASE("the separator is found at every place, escaped or not, and leaves no trace") {
  for (const char separator : {'\n', '|', '%', 'x', '\0'}) {
    constexpr std::size_t sizes[] = {1, 5, 16, 17, 32, 50, 1100};
    for (const std::size_t size : sizes) {
      for (std::size_t place = 0; place < size; place += size > 100 ? 7 : 1) {
        std::string text(size, 'a');
        text[place] = separator;
        check_refused(text, separator, errc::separator_in_body);
      }
    }
  }
}

TEST_CASE("only the separator separates, and without one nothing does") {
  for (const std::optional<char> separator : {std::optional<char>('|'), std::optional<char>()}) {
    byte_buffer buffer;
    const std::string_view text("a\nb\0c", 5);
    CHECK(append_encoded(buffer, text, form::compact, separator) == errc::ok);
    CHECK(buffer.view() == "a%0Ab%00c");
  }
}

TEST_CASE("nothing is allocated while there is room") {
  byte_buffer buffer;
  REQUIRE(buffer.ensure_room(64 * 1024));
  const char* const data = buffer.data();
  for (unsigned i = 0; i < 100; ++i) {
    REQUIRE(append_encoded(buffer, std::string(200, '%'), form::compact, '\n') == errc::ok);
  }
  CHECK(buffer.data() == data);
  CHECK(buffer.capacity() == 64 * 1024);
}

TEST_CASE("a large text takes the room of its encoded form, not of the longest it could have") {
  byte_buffer buffer;
  const std::string text(1 << 20, 'a');
  REQUIRE(append_encoded(buffer, text, form::compact, '\n') == errc::ok);
  CHECK(buffer.view() == text);
  CHECK(buffer.capacity() < text.size() * 2 + 8 * 1024);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

// A sanitizer can't live with such a limit.
#ifndef SANITIZED
TEST_CASE("where memory runs out, the buffer keeps what it had") {
  const std::string text(64 << 20, 'a');
  byte_buffer buffer = started();
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_AS, &limit) == 0);
  const rlimit none{0, limit.rlim_max};
  const bool lowered = setrlimit(RLIMIT_AS, &none) == 0;
  void* const probe = std::malloc(text.size());
  const errc error = append_encoded(buffer, text, form::compact);
  REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
  REQUIRE(lowered);
  const bool ignored = probe != nullptr;  // as an emulator may do
  std::free(probe);
  if (ignored) return;
  CHECK(error == errc::out_of_memory);
  CHECK(buffer.view() == already_there);
}
#endif
