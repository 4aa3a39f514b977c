// SPDX-License-Identifier: Apache-2.0
// Memory that is asked for before it is needed.
#ifndef INLONG_DETAIL_PREFETCH_HPP
#define INLONG_DETAIL_PREFETCH_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <cstdint>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Brings memory into the processor's caches, where it is about to be written. Nothing is read and
/// nothing waits: it may be any address, also of memory that is gone.
///
/// Inlined, as is whoever calls nothing else: g++ leaves out a call that it takes to be without
/// effect.
[[gnu::always_inline]] inline void prefetch(const void* from, std::size_t bytes) noexcept {
  constexpr std::size_t cache_line = 64;
  const auto address = reinterpret_cast<std::uintptr_t>(from);
  for (std::size_t i = 0; i < bytes; i += cache_line) {
    __builtin_prefetch(reinterpret_cast<const void*>(address + i), 1);
  }
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
