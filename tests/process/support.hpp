// SPDX-License-Identifier: Apache-2.0
// What all cases share: settings, checks, the ways to end a process, and what the driver is told.
#ifndef INLONG_TESTS_PROCESS_SUPPORT_HPP
#define INLONG_TESTS_PROCESS_SUPPORT_HPP

#include <inlong/report.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dirent.h>
#include <pthread.h>
#include <unistd.h>

using namespace std::chrono_literals;
using inlong::async_options;
using inlong::async_reporter;
using inlong::errc;
using inlong::options;
using inlong::reporter;
using inlong::stream_handle;
using inlong::submit_status;
using clock_type = std::chrono::steady_clock;

constexpr inlong::destination to{"group", "stream"};

// ---- settings, from the environment: a global is made before main has its arguments

inline std::string setting(const char* name) {
  const char* const value = std::getenv((std::string("CASE_") + name).c_str());
  return value == nullptr ? "" : value;
}
inline std::string address() { return setting("ADDRESS"); }
inline std::chrono::milliseconds milliseconds(const char* name) {
  return std::chrono::milliseconds(std::atoi(setting(name).c_str()));
}

// ---- checks

inline std::atomic<bool> failed{false};
inline int status() { return failed ? 1 : 0; }

inline void expect(bool holds, const char* what, const char* file, int line) {
  if (holds) return;
  failed = true;
  std::fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
}
#define EXPECT(condition) expect(static_cast<bool>(condition), #condition, __FILE__, __LINE__)

/// Lets other threads run until it is so; the driver ends a process that never ends.
template <class Condition>
void await(Condition is_so) {
  while (!is_so()) std::this_thread::yield();
}

// ---- words to the driver, each in one write, so that those of several processes do not mix

inline void say(const std::string& words) {
  const std::string line = words + '\n';
  EXPECT(::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}
/// From now on the process has so long to end.
inline void mark_end() {
  say("end " + std::to_string(clock_type::now().time_since_epoch() / 1us));
}
/// A busy machine may take longer; the driver then tries again.
inline void took(const char* what, clock_type::time_point since, std::chrono::milliseconds limit) {
  const auto elapsed = (clock_type::now() - since) / 1ms;
  say("took " + std::to_string(elapsed) + ' ' + std::to_string(limit.count()) + ' ' + what);
}
/// The server is to have PREFIX-0 to PREFIX-(count - 1), each once.
inline void promise(const std::string& prefix, std::size_t count) {
  say("expect " + prefix + ' ' + std::to_string(count));
}
inline std::string body(const std::string& prefix, std::size_t number) {
  return prefix + '-' + std::to_string(number);
}

// ---- what a process has

#if !defined(__has_feature)
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
constexpr bool is_tsan = true;
#else
constexpr bool is_tsan = false;
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
constexpr bool is_asan = true;
#else
constexpr bool is_asan = false;
#endif

inline std::size_t entries(const char* folder) {
  std::size_t count = 0;
  DIR* const open = ::opendir(folder);
  while (open != nullptr && ::readdir(open) != nullptr) ++count;
  if (open != nullptr) ::closedir(open);
  return count - 2;  // itself and its parent
}
inline std::size_t threads() { return entries("/proc/self/task"); }
inline std::size_t descriptors() { return entries("/proc/self/fd") - 1; }  // but for the folder's
inline std::string contents(const std::string& file) {
  std::ifstream open(file);
  return {std::istreambuf_iterator<char>(open), {}};
}

// ---- how a process ends

inline const std::vector<std::string> ways_to_end{"return",     "exit",  "exit_elsewhere",
                                                  "quick_exit", "_exit", "pthread_exit"};

/// Ends it, other than by a return.
inline void leave(const std::string& how, int code) {
  if (how == "exit") std::exit(code);
  if (how == "quick_exit") std::quick_exit(code);
  if (how == "_exit") ::_exit(code);
  if (how == "exit_elsewhere") {
    std::thread([code] { std::exit(code); }).join();
  }
  if (how == "pthread_exit") {
    std::thread([code] {
      // Until the first thread is no more than an entry.
      await([] { return contents("/proc/self/stat").find(") Z ") != std::string::npos; });
      std::exit(code);
    }).detach();
    ::pthread_exit(nullptr);
  }
}

#endif
