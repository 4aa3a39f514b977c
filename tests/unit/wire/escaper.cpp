// SPDX-License-Identifier: Apache-2.0
#include <inlong/wire/escaper.hpp>

#include "reference.hpp"

#include <inlong/wire/plain_set.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

using inlong::detail::block_size;
using inlong::detail::compact_set;
using inlong::detail::escaper;
using inlong::detail::strict_set;

namespace {

/// Letters, but about one byte in `rarity` of any value.
std::string bytes_of(reference::numbers& roll, std::size_t size, unsigned rarity) {
  std::string made;
  while (made.size() < size) {
    made += static_cast<char>(roll.below(rarity) == 0 ? roll.below(256) : 'a' + roll.below(26));
  }
  return made;
}

/// Escapes texts behind which nothing can be read, into room behind which nothing can be written.
template <class Plain, class Block>
class fenced_escaper {
 public:
  std::string_view escape(const std::string& text, char looked_for = '\n') {
    writer_ = escaper<Plain, Block>(looked_for);
    if (text.empty()) return {};
    char* const to = room_.end() - escaper<Plain, Block>::room_for(text.size());
    char* const written = writer_.escape_last(to, texts_.at_end(text));
    return {to, static_cast<std::size_t>(written - to)};
  }

  /// Escapes a text that has just the room that it needs.
  std::string_view escape_head(const std::string& text) {
    const std::size_t head = text.size() - block_size;
    char* const to = room_.end() - escaper<Plain, Block>::room_for(head);
    char* const written = writer_.escape(to, texts_.at_end(text).substr(0, head));
    return {to, static_cast<std::size_t>(written - to)};
  }

  const escaper<Plain, Block>& writer() const { return writer_; }

 private:
  reference::fenced_memory texts_;
  reference::fenced_memory room_;
  escaper<Plain, Block> writer_{'\n'};
};

template <class Plain, class Block, class How>
void check_every_length() {
  fenced_escaper<Plain, Block> fenced;
  reference::numbers roll;
  for (std::size_t size = 0; size <= 200; ++size) {
    for (const unsigned rarity : {1u, 3u, 20u, 1000u}) {
      const std::string text = bytes_of(roll, size, rarity);
      const std::string expected = reference::encoded<How>(text);
      if (fenced.escape(text) != expected) FAIL_CHECK(text);
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("a text of any length is escaped without a look or a step over its limits",
                   Block, EVERY_BLOCK) {
  check_every_length<compact_set, Block, reference::compact>();
  check_every_length<strict_set, Block, reference::strict>();
}

TEST_CASE_TEMPLATE("a piece needs no more than its own room and what follows of its text", Block,
                   EVERY_BLOCK) {
  fenced_escaper<compact_set, Block> fenced;
  for (const char byte : {'a', '%', '\xe4'}) {
    for (std::size_t size = 1; size <= 100; ++size) {
      const std::string text(size, byte);
      const std::string expected = reference::encoded<reference::compact>(text);
      CHECK(fenced.escape_head(text + std::string(block_size, '%')) == expected);
    }
  }
}

TEST_CASE_TEMPLATE("one or more escapes stand at every place of a block", Block, EVERY_BLOCK) {
  fenced_escaper<compact_set, Block> fenced;
  constexpr std::size_t sizes[] = {1, 7, 15, 16, 17, 31, 32, 33, 48, 63, 64};
  for (const std::size_t size : sizes) {
    std::string letters;
    while (letters.size() < size) letters += static_cast<char>('A' + letters.size() % 26);
    for (std::size_t first = 0; first < size; ++first) {
      for (std::size_t second = first; second < size; ++second) {
        std::string text = letters;
        text[first] = '&';
        text[second] = '+';
        if (fenced.escape(text) != reference::encoded<reference::compact>(text)) FAIL_CHECK(text);
      }
    }
  }
}

TEST_CASE_TEMPLATE("the byte looked for is met if and only if it is in the text", Block,
                   EVERY_BLOCK) {
  fenced_escaper<compact_set, Block> fenced;
  for (const char looked_for : {'\n', '%', '=', '\0', '\x7f'}) {
    REQUIRE(escaper<compact_set, Block>::can_look_for(looked_for));
    const char other = 'a';
    for (std::size_t size = 1; size <= 70; ++size) {
      fenced.escape(std::string(size, other), looked_for);
      CHECK_FALSE(fenced.writer().met());
      for (std::size_t place = 0; place < size; ++place) {
        std::string text(size, other);
        text[place] = looked_for;
        fenced.escape(text, looked_for);
        if (!fenced.writer().met()) FAIL_CHECK(size, " ", place, " ", int{looked_for});
      }
    }
  }
}

TEST_CASE_TEMPLATE("a byte that is not ASCII is noticed wherever it stands", Block, EVERY_BLOCK) {
  fenced_escaper<compact_set, Block> fenced;
  for (std::size_t size = 1; size <= 70; ++size) {
    fenced.escape(std::string(size, '\x7f'));
    CHECK(fenced.writer().all_ascii());
    for (std::size_t place = 0; place < size; ++place) {
      std::string text(size, 'a');
      text[place] = '\x80';
      fenced.escape(text);
      CHECK_FALSE(fenced.writer().all_ascii());
    }
  }
}
