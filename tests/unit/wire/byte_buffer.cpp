// SPDX-License-Identifier: Apache-2.0
#include <inlong/wire/byte_buffer.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using inlong::detail::byte_buffer;

static_assert(std::is_nothrow_move_constructible_v<byte_buffer>);
static_assert(std::is_nothrow_move_assignable_v<byte_buffer>);
static_assert(!std::is_copy_constructible_v<byte_buffer>);
static_assert(!std::is_copy_assignable_v<byte_buffer>);
static_assert(noexcept(std::declval<byte_buffer&>().ensure_room(1)));
static_assert(noexcept(std::declval<byte_buffer&>().append("")));

TEST_CASE("a new buffer is empty and owns nothing") {
  byte_buffer buffer;
  CHECK(buffer.size() == 0);
  CHECK(buffer.capacity() == 0);
  CHECK(buffer.view().empty());
  CHECK(buffer.append(""));
  CHECK(buffer.capacity() == 0);
}

TEST_CASE("what is appended stands one behind the other, however often the buffer grows") {
  byte_buffer buffer;
  std::string expected;
  for (unsigned i = 0; i < 2000; ++i) {
    const std::string piece(i % 7, static_cast<char>('a' + i % 26));
    REQUIRE(buffer.append(piece));
    expected += piece;
  }
  CHECK(buffer.view() == expected);
  CHECK(buffer.data() == buffer.view().data());
}

TEST_CASE("room is made to measure at first, and then by doubling") {
  byte_buffer buffer;
  REQUIRE(buffer.ensure_room(100));
  CHECK(buffer.capacity() == 100);
  REQUIRE(buffer.append(std::string(100, 'x')));
  CHECK(buffer.capacity() == 100);
  REQUIRE(buffer.ensure_room(0));
  CHECK(buffer.capacity() == 100);
  REQUIRE(buffer.ensure_room(1));
  CHECK(buffer.capacity() == 200);
  REQUIRE(buffer.ensure_room(100));
  CHECK(buffer.capacity() == 200);
  REQUIRE(buffer.ensure_room(1000));
  CHECK(buffer.capacity() == 1100);
  CHECK(buffer.view() == std::string(100, 'x'));
}

TEST_CASE("bytes may be written in place") {
  byte_buffer buffer;
  REQUIRE(buffer.append("head "));
  REQUIRE(buffer.ensure_room(4));
  const std::size_t written = std::string_view("body").copy(buffer.end(), 4);
  buffer.extend_to(buffer.end() + written);
  CHECK(buffer.view() == "head body");
}

TEST_CASE("what is cut off makes room for something else, without an allocation") {
  byte_buffer buffer;
  REQUIRE(buffer.append("a text"));
  const char* const data = buffer.data();
  const std::size_t capacity = buffer.capacity();
  buffer.truncate(1);
  CHECK(buffer.view() == "a");
  REQUIRE(buffer.append(" test"));
  CHECK(buffer.view() == "a test");
  CHECK(buffer.data() == data);
  CHECK(buffer.capacity() == capacity);
}

TEST_CASE("room that no memory could ever give is refused, and nothing has changed") {
  byte_buffer buffer;
  REQUIRE(buffer.append("content"));
  const char* const data = buffer.data();
  const std::size_t capacity = buffer.capacity();
  for (const std::size_t count : {SIZE_MAX, SIZE_MAX - 6, SIZE_MAX / 2 + 1, SIZE_MAX / 2}) {
    CHECK_FALSE(buffer.ensure_room(count));
    CHECK(buffer.view() == "content");
    CHECK(buffer.data() == data);
    CHECK(buffer.capacity() == capacity);
  }
}

TEST_CASE("a moved buffer takes its bytes with it and leaves an empty one") {
  byte_buffer first;
  REQUIRE(first.append("first"));
  const char* const data = first.data();

  byte_buffer second(std::move(first));
  CHECK(second.view() == "first");
  CHECK(second.data() == data);
  CHECK(first.view().empty());
  CHECK(first.capacity() == 0);
  REQUIRE(first.append("used again"));

  first = std::move(second);
  CHECK(first.view() == "first");
  CHECK(first.data() == data);
  CHECK(second.capacity() == 0);

  byte_buffer& same = first;
  first = std::move(same);
  CHECK(first.view() == "first");
}
