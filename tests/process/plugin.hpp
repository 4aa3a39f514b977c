// SPDX-License-Identifier: Apache-2.0
// What the plugin offers to the program that loads it.
#ifndef INLONG_TESTS_PROCESS_PLUGIN_HPP
#define INLONG_TESTS_PROCESS_PLUGIN_HPP

#include <cstddef>

#if defined(__GNUC__)
#define PLUGIN_EXPORT extern "C" __attribute__((visibility("default")))
#else
#define PLUGIN_EXPORT extern "C"
#endif

/// Reports `count` records from `first` on, through reporters of both kinds; how many it did.
using plugin_report = std::size_t(const char* address, std::size_t first, std::size_t count);

#endif
