// SPDX-License-Identifier: Apache-2.0
#include <inlong/wire/utf8.hpp>

#include "reference.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

using inlong::detail::is_utf8;
using inlong::detail::utf8_automaton;

namespace {

void check_like_reference(std::string_view text) {
  if (is_utf8(text) != reference::is_utf8(text)) FAIL_CHECK(std::string(text));
}

template <class Block>
bool read_whole(std::string_view text) {
  utf8_automaton automaton;
  automaton.read<Block>(text);
  return automaton.complete();
}

// Every way to be wrong, and what is only just right.
constexpr std::string_view wrong[] = {
    "\x80",                 // a continuation with nothing before it
    "\xbf",                 //
    "\xc0\x80",             // overlong
    "\xc1\xbf",             //
    "\xe0\x9f\xbf",         //
    "\xf0\x8f\xbf\xbf",     //
    "\xed\xa0\x80",         // surrogates
    "\xed\xbf\xbf",         //
    "\xed\xa0\xbd\xed\xb8\x80",
    "\xf4\x90\x80\x80",     // over U+10FFFF
    "\xf5\x80\x80\x80",     //
    "\xff",                 //
    "\xc3",                 // cut short
    "\xe4\xb8",             //
    "\xf0\x9f\x98",         //
    "\xc3" "a",             //
    "\xe4\xb8" "a",         //
    "\xf0\x9f\x98" "a",     //
    "\xe4\xb8\xc3\xa9",     //
};
constexpr std::string_view right[] = {
    "\x7f",         "\xc2\x80",     "\xdf\xbf",         "\xe0\xa0\x80",     "\xed\x9f\xbf",
    "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
};

}  // namespace

TEST_CASE("texts of one, two and three bytes are judged as a plain decoder does, all of them") {
  check_like_reference("");
  for (unsigned first = 0; first < 256; ++first) {
    std::string text(1, static_cast<char>(first));
    check_like_reference(text);
    for (unsigned second = 0; second < 256; ++second) {
      text.assign({static_cast<char>(first), static_cast<char>(second)});
      check_like_reference(text);
    }
  }
  // After an ASCII byte two more are the case above.
  char text[3];
  std::size_t wrong_verdicts = 0;
  for (unsigned lead = 0x80; lead < 0x100; ++lead) {
    for (unsigned rest = 0; rest < 0x10000; ++rest) {
      text[0] = static_cast<char>(lead);
      text[1] = static_cast<char>(rest >> 8);
      text[2] = static_cast<char>(rest & 0xff);
      const std::string_view view(text, 3);
      wrong_verdicts += is_utf8(view) != reference::is_utf8(view);
    }
  }
  CHECK(wrong_verdicts == 0);
}

TEST_CASE("texts of four bytes are judged as a plain decoder does, at every limit") {
  constexpr unsigned edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff};
  for (unsigned first = 0xe0; first < 0x100; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      for (const unsigned third : edges) {
        for (const unsigned fourth : edges) {
          const std::string text{static_cast<char>(first), static_cast<char>(second),
                                 static_cast<char>(third), static_cast<char>(fourth)};
          check_like_reference(text);
        }
      }
    }
  }
}

TEST_CASE("every character is UTF-8, and no surrogate is") {
  for (unsigned point = 0; point <= 0x10ffff; ++point) {
    std::string text;
    reference::append_character(text, point);
    const bool surrogate = point >= 0xd800 && point < 0xe000;
    if (is_utf8(text) == surrogate) FAIL_CHECK("U+", point);
  }
}

TEST_CASE_TEMPLATE("a fault is found wherever it stands among blocks", Block, EVERY_BLOCK) {
  for (const std::string_view filler : {"a", "\xe4\xb8\xad"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      constexpr std::size_t sizes_after[] = {0, 1, 2, 15, 16, 17, 40};
      for (const std::size_t after : sizes_after) {
        std::string head;
        std::string tail;
        for (std::size_t i = 0; i < before; ++i) head += filler;
        for (std::size_t i = 0; i < after; ++i) tail += filler;
        for (const std::string_view fault : wrong) {
          const std::string text = head + std::string(fault) + tail;
          if (read_whole<Block>(text)) FAIL_CHECK(before, " ", after, " ", std::string(fault));
        }
        for (const std::string_view character : right) {
          const std::string text = head + std::string(character) + tail;
          if (!read_whole<Block>(text)) FAIL_CHECK(before, " ", after, " ", std::string(character));
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("a character torn apart by whole blocks of ASCII is none", Block, EVERY_BLOCK) {
  for (std::size_t between = 1; between < 70; ++between) {
    const std::string ascii(between, 'a');
    CHECK_FALSE(read_whole<Block>("\xc3" + ascii + "\xa9"));
    CHECK_FALSE(read_whole<Block>("\xe4\xb8" + ascii + "\xad"));
    CHECK_FALSE(read_whole<Block>("\xf0\x9f" + ascii + "\x98\x80"));
  }
}

TEST_CASE_TEMPLATE("a text may come in pieces, cut anywhere", Block, EVERY_BLOCK) {
  reference::numbers roll;
  for (unsigned round = 0; round < 50; ++round) {
    std::string text = reference::text_of(roll, 20 + roll.below(60));
    if (roll.below(2) == 0) text[roll.below(20)] = static_cast<char>(roll.below(256));
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      utf8_automaton automaton;
      automaton.read<Block>(std::string_view(text).substr(0, cut));
      automaton.read<Block>(std::string_view(text).substr(cut));
      if (automaton.complete() != reference::is_utf8(text)) FAIL_CHECK(text, " cut at ", cut);
    }
  }
}

TEST_CASE("a text that is only cut short has not failed yet, and what is broken stays so") {
  utf8_automaton automaton;
  automaton.read("a\xe4\xb8");
  CHECK_FALSE(automaton.complete());
  CHECK_FALSE(automaton.failed());
  automaton.read("\xad");
  CHECK(automaton.complete());
  automaton.read("\xad");
  CHECK(automaton.failed());
  automaton.read("good again, for more than a block");
  CHECK(automaton.failed());
  CHECK_FALSE(automaton.complete());
}
