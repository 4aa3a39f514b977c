// SPDX-License-Identifier: Apache-2.0
// What a DataProxy node makes of a request: its checks in their order, its codes, its words.
#ifndef INLONG_TESTING_DETAIL_NODE_HPP
#define INLONG_TESTING_DETAIL_NODE_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/http_text.hpp>
#include <inlong/testing/detail/java_text.hpp>
#include <inlong/testing/form_decoder.hpp>
#include <inlong/testing/received_request.hpp>
#include <inlong/testing/stored_message.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// What a node does about one request.
struct decision {
  /// False: it says nothing, and keeps the connection.
  bool answers = true;
  int code = 0;
  std::string message = "Ok";
  std::string callback;
  bool closes = false;
  std::optional<stored_message> stores;
};

inline decision closing(int code, std::string message) {
  return {true, code, std::move(message), {}, true, {}};
}

/// How a node answers an exception, by that exception's text.
inline decision process_failure(const std::string& text) {
  return closing(INT32_MAX, "Process message failure: " + text);
}

/// Whether an answer with that code is always the last one on its connection.
constexpr bool closes_after(int code) noexcept {
  return code == 1 || code == 2 || code == 31 || code == 32 || code == 35 || code == 36 ||
         code == 114 || code == INT32_MAX;
}

/// The node's own rule: only the first header counts, and it is no list.
inline bool asks_to_close(const received_request& request) noexcept {
  const std::string* value = find_header(request.headers, "connection");
  return value != nullptr && equal_ignoring_case(trim(*value), "close");
}

/// A node without its network. Thread safe.
class node {
 public:
  std::atomic<std::size_t> max_message_bytes;
  std::atomic<bool> ready;
  std::atomic<bool> stopped;

  node(std::size_t message_limit, bool is_ready, bool is_stopped)
      : max_message_bytes(message_limit), ready(is_ready), stopped(is_stopped) {}

  /// Without a stream: all streams of the group that nothing else was said of. Until one is made
  /// known, all are.
  void set_known(const std::string& group_id, const std::string& stream_id, bool known) {
    const std::lock_guard lock(mutex_);
    if (known) knows_others_ = false;
    topics_[stream_id.empty() ? group_id : group_id + '.' + stream_id] = known;
  }

  decision decide(const received_request& request, const std::string& client) const {
    if (!request.exception.empty()) return process_failure(request.exception);
    if (request.malformed) return closing(31, "Decode request failure");
    if (stopped) return closing(2, "Service closed");
    if (!ready) return closing(1, "Service sink not ready");
    if (request.method != "GET" && request.method != "POST") {
      return closing(32, "Only support [GET, POST] methods");
    }
    const decoded_path target = decode_path(request.target);
    if (!target.error.empty()) return process_failure(target.error);
    decision decided;
    if (target.path == "/dataproxy/heartbeat") {
      decided.closes = asks_to_close(request);
      return decided;
    }
    if (target.path == "/dataproxy/message") return take_message(request, client);
    if (target.path == "/favicon.ico") {
      decided.answers = false;
      return decided;
    }
    return closing(35, "Only support [/dataproxy/heartbeat, /dataproxy/message] paths!");
  }

 private:
  decision take_message(const received_request& request, const std::string& client) const {
    const decoded_form query = decode_query(request.target);
    if (!query.error.empty()) return process_failure(query.error);
    decoded_form form;
    // A body without a content type is not looked at.
    const std::string type = from_latin1(request.header("content-type"));
    if (request.method == "POST" && request.content_length > 0 && !is_blank(type)) {
      constexpr std::string_view expected = "application/x-www-form-urlencoded";
      if (!equal_ignoring_case(trim(type), expected)) {
        return closing(36, "Only support [" + std::string(expected) + "] content type!");
      }
      form = decode_form(request.body);
      if (!form.error.empty()) return process_failure(form.error);
    }
    decision decided = judge_fields([&](std::string_view name) {
      const std::string* value = form.find(name);
      return value != nullptr ? value : query.find(name);
    });
    decided.closes = asks_to_close(request);
    if (decided.stores) {
      decided.stores->client = client;
      decided.stores->connection = request.connection;
    }
    return decided;
  }

  /// `find` says a field's value, or nullptr.
  template <class Find>
  decision judge_fields(Find find) const {
    const std::string* callback = find("callback");
    const auto refusal = [&](int code, std::string message) {
      return decision{true, code, std::move(message), callback ? *callback : "", false, {}};
    };

    const std::string* group_id = find("groupId");
    if (group_id == nullptr || is_blank(*group_id)) {
      return refusal(100, "Field groupId must exist and not blank!");
    }
    const std::string* stream_id = find("streamId");
    if (stream_id == nullptr || is_blank(*stream_id)) {
      return refusal(101, "Field streamId must exist and not blank!");
    }
    if (!knows(*group_id, *stream_id)) {
      return refusal(
          115, "Topic not configured for groupId(" + *group_id + "),streamId(," + *stream_id + ")");
    }
    const std::string* body = find("body");
    if (body == nullptr) return refusal(103, "Field body is not exist!");
    if (is_blank(*body)) return refusal(111, "Field body is Blank!");
    if (const std::size_t length = utf16_length(*body), limit = max_message_bytes; length > limit) {
      return refusal(104, "Error msg, the body length(" + std::to_string(length) +
                              ") is bigger than allowed length(" + std::to_string(limit) + ")");
    }
    decision accepted = refusal(0, "Ok");
    stored_message& message = accepted.stores.emplace();
    message.group_id = *group_id;
    message.stream_id = *stream_id;
    message.body = *body;
    message.dt = time_of(find("dt"));
    message.cnt = count_of(find("cnt"));
    return accepted;
  }

  static std::int64_t time_of(const std::string* dt) {
    using std::chrono::milliseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t arrival = std::chrono::duration_cast<milliseconds>(now).count();
    return dt != nullptr ? parse_integer<std::int64_t>(*dt).value_or(arrival) : arrival;
  }
  static std::int32_t count_of(const std::string* cnt) {
    return cnt != nullptr ? parse_integer<std::int32_t>(*cnt).value_or(1) : 1;
  }

  bool knows(const std::string& group_id, const std::string& stream_id) const {
    const std::lock_guard lock(mutex_);
    for (const std::string& key : {group_id + '.' + stream_id, group_id}) {
      if (const auto topic = topics_.find(key); topic != topics_.end()) return topic->second;
    }
    return knows_others_;
  }

  mutable std::mutex mutex_;
  std::map<std::string, bool> topics_;
  bool knows_others_ = true;
};

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
