// SPDX-License-Identifier: Apache-2.0
// What every fuzz target has: how it takes its input apart, and how it says that something is
// wrong.
#ifndef INLONG_TESTS_FUZZ_SUPPORT_HPP
#define INLONG_TESTS_FUZZ_SUPPORT_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

/// libFuzzer calls it with one input after the other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace fuzz {

/// libFuzzer takes the abort for a find, and keeps the input.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// A copy in memory of its own size, so that the address sanitizer sees what is read beside it.
class exact_copy {
 public:
  explicit exact_copy(std::string_view bytes)
      : size_(bytes.size()), bytes_(std::make_unique<char[]>(size_)) {
    if (size_ != 0) std::memcpy(bytes_.get(), bytes.data(), size_);
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

/// An input: some bytes that choose, taken off its front, and the bytes that are read.
class input {
 public:
  input(const std::uint8_t* bytes, std::size_t size)
      : rest_(reinterpret_cast<const char*>(bytes), size) {}

  /// The next byte; 0 where there is none.
  unsigned char choice() {
    if (rest_.empty()) return 0;
    const auto chosen = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return chosen;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// Calls `use` with one piece after the other. A choice of 0 is all in one piece; of any other,
/// pieces of as many bytes.
template <class Use>
void for_each_piece(std::string_view bytes, unsigned choice, Use use) {
  const std::size_t longest = choice == 0 ? bytes.size() : choice;
  while (!bytes.empty()) {
    const exact_copy piece(bytes.substr(0, (std::min)(longest, bytes.size())));
    bytes.remove_prefix(piece.view().size());
    use(piece.view());
  }
}

}  // namespace fuzz

#endif
