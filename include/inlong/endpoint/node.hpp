// SPDX-License-Identifier: Apache-2.0
// One endpoint of a fleet, with all that is remembered about it.
#ifndef INLONG_ENDPOINT_NODE_HPP
#define INLONG_ENDPOINT_NODE_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/endpoint/endpoint.hpp>
#include <inlong/endpoint/health.hpp>
#include <inlong/error.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// How large a request an endpoint takes, as far as it has said.
class size_limit {
 public:
  /// A server may have been given a larger limit meanwhile.
  static constexpr std::chrono::minutes remembered{10};

  std::size_t get(steady_time now) const noexcept { return now < until_ ? bytes_ : SIZE_MAX; }
  /// A request of so many bytes was too large.
  void refuse(std::size_t bytes, steady_time now) noexcept {
    bytes_ = (std::min)(get(now), (std::max<std::size_t>)(bytes / 2, 1));
    until_ = later(now, remembered);
  }

 private:
  std::size_t bytes_ = 0;
  steady_time until_{};
};

/// One endpoint. Its address does not change, and may be read without the fleet's lock, as long as a
/// request to it is in flight or someone shares it.
struct node {
  node(const endpoint& to, std::uint32_t number)
      : where(std::make_shared<const endpoint>(to)), id(number) {}

  const std::shared_ptr<const endpoint> where;
  const std::uint32_t id;  // no other node of the fleet, past or future, has it
  health state;
  size_limit limit;
  bool active = false;          // among those that are used
  bool retired = false;         // no longer in the list; goes with its last request
  bool ignores_heartbeats = false;  // perhaps it is only far away, or knows none
  std::size_t in_flight = 0;    // heartbeats included
  std::size_t lost = 0;         // of these, those that were begun before it was closed last
  unsigned closings = 0;

  errc last_error = errc::ok;
  std::string last_error_text;  // empty if there was no memory for it
  std::uint64_t requests = 0;
  std::uint64_t delivered = 0;
  std::uint64_t failures = 0;

  void note_failure(errc error, const std::string& text) noexcept {
    last_error = error;
    last_error_text.clear();
#if INLONG_EXCEPTIONS
    try {
#endif
      last_error_text = text.empty() ? std::string(describe(error)) : text;
#if INLONG_EXCEPTIONS
    } catch (const std::bad_alloc&) {
    }
#endif
  }
};

/// The nodes that a batch has been to, of which it wants another.
class node_set {
 public:
  bool contains(const node& one) const noexcept {
    return std::find(ids_.begin(), ids_.begin() + size_, one.id) != ids_.begin() + size_;
  }
  /// Of more than it has room for, the first are forgotten.
  void insert(const node& one) noexcept {
    if (contains(one)) return;
    if (size_ == static_cast<std::ptrdiff_t>(ids_.size())) {
      std::rotate(ids_.begin(), ids_.begin() + 1, ids_.end());
      --size_;
    }
    ids_[static_cast<std::size_t>(size_++)] = one.id;
  }
  void clear() noexcept { size_ = 0; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  std::array<std::uint32_t, 16> ids_{};
  std::ptrdiff_t size_ = 0;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
