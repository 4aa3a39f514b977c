// SPDX-License-Identifier: Apache-2.0
// The main function of every unit test program, and its second translation unit that has the core:
// a missing `inline` does not link.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <inlong/core.hpp>

// Under a sanitizer too, an allocation of impossible size fails instead of ending the program.
extern "C" const char* __asan_default_options();
extern "C" const char* __tsan_default_options();
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }
