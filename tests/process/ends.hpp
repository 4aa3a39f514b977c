// SPDX-License-Identifier: Apache-2.0
// A reporter that lives as long as the program or a thread, and every way in which these end.
#ifndef INLONG_TESTS_PROCESS_ENDS_HPP
#define INLONG_TESTS_PROCESS_ENDS_HPP

#include "support.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <thread>

/// A reporter of either kind, which has something to do when it is destroyed: records to send, or
/// last words.
class subject {
 public:
  subject() {
    const std::chrono::milliseconds wait = milliseconds("WAIT");
    if (setting("FACE") == "async") {
      async_options how;
      how.close_wait = wait;
      if (setting("IN_FLIGHT").empty()) how.linger = 1h;  // nothing is sent before the end
      queue_.emplace({address()}, how);
    } else {
      options how;
      how.delivery_timeout = wait;
      blocking_.emplace({address()}, how);
    }
  }
  subject(const subject&) = delete;
  subject& operator=(const subject&) = delete;
  ~subject() {
    if (blocking_ && records_ != 0) static_cast<void>(blocking_->report(to, body("last", 0)));
  }

  void use() {
    records_ = static_cast<std::size_t>(std::atoi(setting("RECORDS").c_str()));
    if (blocking_) {
      for (std::size_t i = 0; i < records_; ++i) {
        static_cast<void>(blocking_->report(to, body("record", i)));
      }
      return;
    }
    for (std::size_t i = 0; i < records_; ++i) {
      EXPECT(queue_->submit(to, body("record", i)) == submit_status::accepted);
    }
    if (setting("IN_FLIGHT").empty()) return;
    await([this] { return queue_->counters().endpoints[0].requests != 0; });
  }

 private:
  std::optional<reporter> blocking_;
  std::optional<async_reporter> queue_;
  std::size_t records_ = 0;
};

inline bool is_wanted(const char* where) { return setting("WHERE") == where; }

/// A global, if that is wanted.
struct global_subject {
  global_subject() {
    if (is_wanted("global")) made.emplace();
  }
  std::optional<subject> made;
};
inline global_subject global;

inline subject& in_function() {
  static subject made;
  return made;
}
inline subject& in_thread() {
  thread_local subject made;
  return made;
}

inline int end_process() {
  if (is_wanted("global")) global.made->use();
  if (is_wanted("static")) in_function().use();
  if (is_wanted("thread_local")) in_thread().use();
  if (is_wanted("ended_thread")) {
    std::thread([] {
      in_thread().use();
      mark_end();
    }).join();
  } else {
    mark_end();
  }
  constexpr int code = 7;
  leave(setting("HOW"), code);
  return code;
}

#endif
