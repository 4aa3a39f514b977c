// SPDX-License-Identifier: Apache-2.0
// A transport without a network: answers from a script and remembers what it was given.
#ifndef INLONG_TESTING_SCRIPTED_TRANSPORT_HPP
#define INLONG_TESTING_SCRIPTED_TRANSPORT_HPP

#include <inlong/config.hpp>
#include <inlong/transport/exchange.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// For unit tests of code that reports: `basic_reporter<scripted_transport>`. Copies share one
/// script, so that the test's own copy sees what those of the reporter did. Thread safe.
class scripted_transport {
 public:
  /// What `post` was given, kept.
  struct posted {
    std::string address;
    std::string path;
    std::string body;
    std::vector<header> headers;
    bool keep_alive;
    std::chrono::milliseconds connect_timeout;
    std::chrono::steady_clock::time_point deadline;
    bool fresh;
  };

  /// Takes the place of the network; called with one request at a time.
  using network = std::function<exchange(const posted&)>;

  /// Answers everything with success.
  scripted_transport() : scripted_transport([](const posted&) { return code(0); }) {}
  explicit scripted_transport(network answers) : script_(std::make_shared<script>()) {
    script_->answers = std::move(answers);
  }

  exchange post(const request& sent) {
    posted kept{sent.to.address(), std::string(sent.path), {},            sent.headers,
                sent.keep_alive,   sent.connect_timeout,   sent.deadline, sent.fresh};
    for (const std::string_view piece : sent.body) kept.body += piece;
    const std::lock_guard lock(script_->mutex);
    script_->journal.push_back(kept);
    if (script_->next.empty()) return script_->answers(kept);
    exchange answer = std::move(script_->next.front());
    script_->next.pop_front();
    return answer;
  }
  void cancel() noexcept {}

  /// The answer to the next request that has none yet.
  void next(exchange answer) {
    const std::lock_guard lock(script_->mutex);
    script_->next.push_back(std::move(answer));
  }
  std::vector<posted> journal() const {
    const std::lock_guard lock(script_->mutex);
    return script_->journal;
  }

  /// An answer as DataProxy gives it.
  static exchange code(int code) {
    return status(200, "{\"code\":\"" + std::to_string(code) + "\",\"msg\":\"scripted\"}");
  }
  static exchange status(int status, std::string body = {}) {
    exchange answer;
    answer.what = transmission::answered;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
  }
  static exchange not_sent(std::errc why = std::errc::connection_refused) {
    return failure(transmission::not_sent, why);
  }
  static exchange maybe_sent(std::errc why = std::errc::connection_reset) {
    return failure(transmission::maybe_sent, why);
  }

 private:
  struct script {
    std::mutex mutex;
    network answers;
    std::deque<exchange> next;
    std::vector<posted> journal;
  };

  static exchange failure(transmission what, std::errc why) {
    exchange failed;
    failed.what = what;
    failed.error = std::make_error_code(why);
    failed.error_text = failed.error.message();
    return failed;
  }

  std::shared_ptr<script> script_;
};

}  // namespace testing

INLONG_NAMESPACE_END

#endif
