// SPDX-License-Identifier: Apache-2.0
// A buffer of bytes that grows in steps and answers false, not with an exception, when it can't.
#ifndef INLONG_WIRE_BYTE_BUFFER_HPP
#define INLONG_WIRE_BYTE_BUFFER_HPP

#include <inlong/config.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Owns `capacity()` bytes, of which the first `size()` are its content. Only `ensure_room` and
/// `append` allocate; where memory runs out they answer false and have changed nothing.
class byte_buffer {
 public:
  byte_buffer() = default;
  byte_buffer(byte_buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  byte_buffer& operator=(byte_buffer&& other) noexcept {
    byte_buffer taken(std::move(other));
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    std::swap(capacity_, taken.capacity_);
    return *this;
  }
  ~byte_buffer() { std::free(data_); }

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  const char* data() const noexcept { return data_; }
  std::string_view view() const noexcept { return {data_, size_}; }

  /// Makes `capacity() - size()` at least `count`. A step of growth at least doubles the capacity.
  [[nodiscard]] bool ensure_room(std::size_t count) noexcept {
    return count <= capacity_ - size_ || grow(count);
  }

  /// `bytes` may not be part of this buffer.
  [[nodiscard]] bool append(std::string_view bytes) noexcept {
    if (!ensure_room(bytes.size())) {
      return false;
    }
    if (!bytes.empty()) {
      std::memcpy(end(), bytes.data(), bytes.size());
    }
    size_ += bytes.size();
    return true;
  }

  /// Where the next byte goes. Whoever writes there, in the room ensured, calls `extend_to` then.
  char* end() noexcept { return data_ + size_; }

  /// Adds what was written from `end()` up to `written` to the content.
  void extend_to(const char* written) noexcept {
    size_ = static_cast<std::size_t>(written - data_);
  }

  /// Keeps the first `size` bytes of the content, and the capacity.
  void truncate(std::size_t size) noexcept { size_ = size; }

 private:
  bool grow(std::size_t count) noexcept {
    constexpr std::size_t most = PTRDIFF_MAX;  // no object is larger
    if (count > most - size_) {
      return false;
    }
    const std::size_t doubled = capacity_ + (std::min)(capacity_, most - capacity_);
    const std::size_t grown = (std::max)(doubled, size_ + count);
    void* const moved = std::realloc(data_, grown);
    if (moved == nullptr) {
      return false;
    }
    data_ = static_cast<char*>(moved);
    capacity_ = grown;
    return true;
  }

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
