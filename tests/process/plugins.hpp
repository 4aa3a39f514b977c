// SPDX-License-Identifier: Apache-2.0
// Plugins that carry the library, and are really unloaded.
#ifndef INLONG_TESTS_PROCESS_PLUGINS_HPP
#define INLONG_TESTS_PROCESS_PLUGINS_HPP

#include "forks.hpp"
#include "plugin.hpp"
#include "support.hpp"

#include <cstddef>
#include <string>

#include <dlfcn.h>

/// Loads the plugin, has it report, and unloads it. How much of that was done.
inline std::size_t use_plugin(const std::string& file, const char* function, std::size_t first,
                              std::size_t count) {
  void* const plugin = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  EXPECT(plugin != nullptr);
  if (plugin == nullptr) return 0;
  auto* const entry = reinterpret_cast<plugin_report*>(::dlsym(plugin, function));
  EXPECT(entry != nullptr);
  const std::size_t done = entry(address().c_str(), first, count);
  EXPECT(::dlclose(plugin) == 0);
  EXPECT(::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD) == nullptr);
  Dl_info found{};
  EXPECT(::dladdr(reinterpret_cast<void*>(entry), &found) == 0);
  EXPECT(contents("/proc/self/maps").find(file) == std::string::npos);
  return done;
}

/// FUNCTION is the plugin's `report`, whose reporters end before it is unloaded, or its `submit`,
/// whose reporter ends with it. OWN: the program carries the library too, or not until the end.
inline int unload() {
  const std::string file = setting("PLUGIN");
  const std::string function = setting("FUNCTION");
  if (setting("OWN") == "yes") {
    relatives() = std::make_unique<family>();
    relatives()->submit(10);
    EXPECT(relatives()->queue.flush(20s));
  }
  std::size_t threads_before = 0;
  std::size_t descriptors_before = 0;
  constexpr std::size_t rounds = 50;
  for (std::size_t round = 0; round < rounds; ++round) {
    EXPECT(use_plugin(file, function.c_str(), 10 * round, 10) == 10);
    if (round == 0) {
      threads_before = threads();
      descriptors_before = descriptors();
    }
    await([&] { return threads() == threads_before; });  // the system forgets them a little later
    EXPECT(descriptors() == descriptors_before);
    // What the plugin registered for forks is gone with it.
    const auto child = fork_and([] {}, "exit");
    expect_success(*child);
  }
  promise("plugin", 10 * rounds);
  // The plugin noticed forks for itself only: this program still does.
  if (!relatives()) relatives() = std::make_unique<family>();
  relatives()->submit(10);
  if (!fork_in_all_ways()) return status();
  return finish_parent();
}

/// The plugin's threads wait for answers, and have ended before it goes.
inline int unload_busy() {
  for (std::size_t round = 0; round < 20; ++round) {
    EXPECT(use_plugin(setting("PLUGIN"), "abandon", 10 * round, 10) == 10);
    await([] { return threads() == 1U + is_tsan; });
  }
  return status();
}

#endif
