// SPDX-License-Identifier: Apache-2.0
// The connections that stay open between two requests, and which of them may still be used.
#ifndef INLONG_TRANSPORT_KEPT_CONNECTIONS_HPP
#define INLONG_TRANSPORT_KEPT_CONNECTIONS_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/transport/socket.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// A connection to `authority`, an endpoint's `host:port`; none without a socket.
struct connection {
  std::string authority;
  descriptor socket;
};

/// The idle connections of one transport, one an endpoint.
class kept_connections {
 public:
  /// DataProxy closes a connection that is idle for its maxReadIdleTime, a minute at least, and
  /// sends an answer first that nobody asked for.
  static constexpr std::chrono::seconds idle_limit{50};
  static constexpr std::size_t capacity = 8;

  kept_connections() { idle_.reserve(capacity); }

  /// The connection to `authority`, if there is one and nothing has happened on it: whatever has
  /// arrived on an idle connection must not be taken for the next answer. Closes all that have been
  /// idle for too long.
  connection take(const std::string& authority, steady_time now);
  /// Keeps it; of too many, the one that has been idle for longest is closed.
  void keep(connection&& used, steady_time now) noexcept;

 private:
  struct entry {
    connection idle;
    steady_time since;
  };
  std::vector<entry> idle_;  // the longest idle comes first
};

inline connection kept_connections::take(const std::string& authority, steady_time now) {
  const auto fresh = std::find_if(idle_.begin(), idle_.end(),
                                  [&](const entry& each) { return now - each.since < idle_limit; });
  idle_.erase(idle_.begin(), fresh);
  const auto found = std::find_if(idle_.begin(), idle_.end(), [&](const entry& each) {
    return each.idle.authority == authority;
  });
  if (found == idle_.end()) return {};
  connection taken = std::move(found->idle);
  idle_.erase(found);
  return is_quiet(taken.socket.number()) ? std::move(taken) : connection();
}

inline void kept_connections::keep(connection&& used, steady_time now) noexcept {
  if (idle_.size() == capacity) idle_.erase(idle_.begin());
  idle_.push_back({std::move(used), now});
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
