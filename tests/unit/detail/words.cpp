// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/words.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using inlong::detail::equal;
using inlong::detail::mix;

namespace {

std::string text_of(std::size_t size) {
  std::string made;
  while (made.size() < size) made += static_cast<char>('a' + made.size() % 26);
  return made;
}

}  // namespace

TEST_CASE("texts are equal if every byte is, whatever their size") {
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string text = text_of(size);
    const std::vector<char> same(text.begin(), text.end());
    CHECK(equal(text, {same.data(), same.size()}));
    CHECK_FALSE(equal(text, text + '.'));
    for (std::size_t place = 0; place < size; ++place) {
      std::vector<char> other = same;
      other[place] = static_cast<char>(other[place] ^ 0x80);
      CHECK_FALSE(equal(text, {other.data(), other.size()}));
    }
  }
}

TEST_CASE("a text is spread by every byte, by its size, and by what came before it") {
  std::set<std::uint64_t> all;
  std::size_t count = 0;
  const auto add = [&](std::uint64_t state, std::string_view text) {
    all.insert(mix(state, text));
    ++count;
  };
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string text = text_of(size);
    add(0, text);
    add(1, text);
    for (std::size_t place = 0; place < size; ++place) {
      std::string other = text;
      other[place] = static_cast<char>(other[place] ^ 0x80);
      add(0, other);
    }
  }
  CHECK(all.size() == count);
}
