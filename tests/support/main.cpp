// SPDX-License-Identifier: Apache-2.0
// The main function of every unit test program, and its second translation unit that has the core:
// a missing `inline` does not link.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <inlong/core.hpp>
