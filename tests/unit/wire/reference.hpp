// SPDX-License-Identifier: Apache-2.0
// What the encoder's tests compare with, as plain as can be, and memory that ends with a text.
#ifndef INLONG_TESTS_WIRE_REFERENCE_HPP
#define INLONG_TESTS_WIRE_REFERENCE_HPP

#include <inlong/wire/block.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

// Every block type that this machine has, for TEST_CASE_TEMPLATE.
#if INLONG_HAS_SSE2
#define EVERY_BLOCK inlong::detail::portable_block, inlong::detail::sse2_block
#elif INLONG_HAS_NEON
#define EVERY_BLOCK inlong::detail::portable_block, inlong::detail::neon_block
#else
#define EVERY_BLOCK inlong::detail::portable_block
#endif

namespace reference {

struct compact {
  static bool escapes(unsigned char byte) {
    return byte < 0x20 || byte == 0x7f ||
           std::string_view("%+&;#=").find(static_cast<char>(byte)) != std::string_view::npos;
  }
};

struct strict {
  static bool escapes(unsigned char byte) {
    return std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
               .find(static_cast<char>(byte)) == std::string_view::npos;
  }
};

template <class How>
std::string encoded(std::string_view text) {
  std::string made;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (How::escapes(byte)) {
      made += '%';
      made += "0123456789ABCDEF"[byte / 16];
      made += "0123456789ABCDEF"[byte % 16];
    } else {
      made += character;
    }
  }
  return made;
}

inline void append_character(std::string& to, unsigned point) {
  const auto append = [&to](unsigned byte) { to += static_cast<char>(byte); };
  if (point < 0x80) {
    append(point);
  } else if (point < 0x800) {
    append(0xc0 + point / 0x40);
    append(0x80 + point % 0x40);
  } else if (point < 0x10000) {
    append(0xe0 + point / 0x1000);
    append(0x80 + point / 0x40 % 0x40);
    append(0x80 + point % 0x40);
  } else {
    append(0xf0 + point / 0x40000);
    append(0x80 + point / 0x1000 % 0x40);
    append(0x80 + point / 0x40 % 0x40);
    append(0x80 + point % 0x40);
  }
}

/// Decodes one character after the other and looks at its number.
inline bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const unsigned lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    const unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc0 || lead >= 0xf8) return false;
    unsigned point = lead & (0x3fu >> more);
    for (unsigned k = 0; k < more; ++k) {
      if (i == text.size()) return false;
      const unsigned byte = static_cast<unsigned char>(text[i++]);
      if (byte < 0x80 || byte >= 0xc0) return false;
      point = point * 0x40 + (byte - 0x80);
    }
    const unsigned smallest = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
    if (point < smallest || point > 0x10ffff) return false;
    if (point >= 0xd800 && point < 0xe000) return false;
  }
  return true;
}

/// Numbers that look random and are the same in every run.
class numbers {
 public:
  unsigned below(unsigned bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<unsigned>((state_ >> 33) % bound);
  }

 private:
  std::uint64_t state_ = 20240229;
};

/// Text of one of several kinds, of about `size` bytes.
inline std::string text_of(numbers& roll, std::size_t size) {
  const unsigned kind = roll.below(6);
  std::string made;
  while (made.size() < size) {
    switch (kind == 5 ? roll.below(5) : kind) {
      case 0:
        append_character(made, 'a' + roll.below(26));
        break;
      case 1:
        append_character(made, roll.below(0x80));
        break;
      case 2:
        made += "%+&;#=\x01\x7f"[roll.below(8)];
        break;
      case 3:
        append_character(made, 0x4e00 + roll.below(0x5000));
        break;
      default: {
        const unsigned point = roll.below(0x110000 - 0x800);
        append_character(made, point < 0xd800 ? point : point + 0x800);
      }
    }
  }
  return made;
}

/// Bytes between two pages that can't be touched.
class fenced_memory {
 public:
  fenced_memory() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* const mapped =
        mmap(nullptr, size() + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::system_error(errno, std::generic_category());
    mapped_ = static_cast<char*>(mapped);
    if (mprotect(begin(), size(), PROT_READ | PROT_WRITE) != 0) {
      throw std::system_error(errno, std::generic_category());
    }
  }
  fenced_memory(const fenced_memory&) = delete;
  fenced_memory& operator=(const fenced_memory&) = delete;
  ~fenced_memory() { munmap(mapped_, size() + 2 * page_); }

  std::size_t size() const { return 4 * page_; }
  char* begin() { return mapped_ + page_; }
  char* end() { return begin() + size(); }

  /// The text, copied to where nothing before it can be read.
  std::string_view at_begin(std::string_view text) {
    std::memcpy(begin(), text.data(), text.size());
    return {begin(), text.size()};
  }

  /// The text, copied to where nothing behind it can be read.
  std::string_view at_end(std::string_view text) {
    std::memcpy(end() - text.size(), text.data(), text.size());
    return {end() - text.size(), text.size()};
  }

 private:
  std::size_t page_;
  char* mapped_ = nullptr;
};

}  // namespace reference

#endif
