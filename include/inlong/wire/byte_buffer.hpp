// SPDX-License-Identifier: Apache-2.0
// A growing buffer of characters.
#ifndef INLONG_WIRE_BYTE_BUFFER_HPP
#define INLONG_WIRE_BYTE_BUFFER_HPP

#include <inlong/config.hpp>
#include <inlong/detail/growing_array.hpp>

#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

class byte_buffer : public growing_array<char> {
 public:
  std::string_view view() const noexcept { return {data(), size()}; }

  /// `bytes` may not be part of this buffer.
  [[nodiscard]] bool append(std::string_view bytes) noexcept {
    return growing_array::append(bytes.data(), bytes.size());
  }
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
