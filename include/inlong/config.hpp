// SPDX-License-Identifier: Apache-2.0
// Every switch of the library with its default, and the ABI namespace that they make up.
#ifndef INLONG_CONFIG_HPP
#define INLONG_CONFIG_HPP

#include <inlong/version.hpp>

#if __cplusplus < 201703L
#error "inlong needs C++17 or later: compile with -std=c++17"
#endif

/// INLONG_EXCEPTIONS: 1 if constructors throw `std::system_error` on bad input; 0 if they make an
/// object whose every call fails with that error. Default: what the compiler was told.
#ifndef INLONG_EXCEPTIONS
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define INLONG_EXCEPTIONS 1
#else
#define INLONG_EXCEPTIONS 0
#endif
#endif

/// INLONG_SIMD: 1 if the encoder may use the vector instructions that the compiler was told to use
/// (SSE2, NEON); 0 for portable C++ only. Default: 1.
#ifndef INLONG_SIMD
#define INLONG_SIMD 1
#endif

// Code built with different switches, for other vector instructions, or with another version gets
// other symbols, so that two of them can be linked into one program.
#if INLONG_EXCEPTIONS
#define INLONG_ABI_EXCEPTIONS
#else
#define INLONG_ABI_EXCEPTIONS _noexcept
#endif
#if INLONG_SIMD && (defined(__SSE2__) || defined(_M_X64) || defined(__ARM_NEON))
#define INLONG_ABI_SIMD
#else
#define INLONG_ABI_SIMD _portable
#endif
#define INLONG_ABI_JOIN(major, minor, exceptions, simd) v##major##_##minor##exceptions##simd
#define INLONG_ABI_NAME(major, minor, exceptions, simd) \
  INLONG_ABI_JOIN(major, minor, exceptions, simd)
#define INLONG_ABI                                                                       \
  INLONG_ABI_NAME(INLONG_VERSION_MAJOR, INLONG_VERSION_MINOR, INLONG_ABI_EXCEPTIONS, INLONG_ABI_SIMD)

#define INLONG_NAMESPACE_BEGIN \
  namespace inlong {           \
  inline namespace INLONG_ABI {
#define INLONG_NAMESPACE_END \
  }                          \
  }

#endif
