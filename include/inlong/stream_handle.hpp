// SPDX-License-Identifier: Apache-2.0
// A destination of an asynchronous reporter, found once and used often.
#ifndef INLONG_STREAM_HANDLE_HPP
#define INLONG_STREAM_HANDLE_HPP

#include <inlong/async/dispatcher.hpp>
#include <inlong/config.hpp>
#include <inlong/delivery/lane.hpp>
#include <inlong/record.hpp>
#include <inlong/text.hpp>

#include <memory>
#include <string>
#include <utility>

INLONG_NAMESPACE_BEGIN

/// Submits to one destination without looking for it each time. Made by `stream`; copyable, and each
/// copy may be used by any thread, several at once. It may outlive the reporter, and answers
/// `closed` then.
class stream_handle {
 public:
  /// Belongs to no reporter: refuses everything as `closed`.
  stream_handle() = default;
  stream_handle(const stream_handle& other)
      : core_(other.core_), lane_(other.lane_), group_(other.group_), stream_(other.stream_) {
    if (lane_ != nullptr && core_->home.is_here()) core_->hold(*lane_);
  }
  stream_handle(stream_handle&& other) noexcept
      : core_(std::move(other.core_)),
        lane_(std::exchange(other.lane_, nullptr)),
        group_(std::move(other.group_)),
        stream_(std::move(other.stream_)) {}
  stream_handle& operator=(stream_handle other) noexcept {
    std::swap(core_, other.core_);
    std::swap(lane_, other.lane_);
    std::swap(group_, other.group_);
    std::swap(stream_, other.stream_);
    return *this;
  }
  ~stream_handle() {
    if (core_ == nullptr) return;
    if (!core_->home.is_here()) {
      // The parent's mutexes, as they were at the fork, must not be destroyed.
      new std::shared_ptr<detail::dispatcher>(std::move(core_));
    } else if (lane_ != nullptr) {
      core_->let_go(*lane_);
    }
  }

  /// As `basic_async_reporter::submit`.
  submit_status submit(text body) const noexcept { return submit(record{body.view()}); }
  [[gnu::noinline]] submit_status submit(const record& added) const noexcept {
    if (core_ == nullptr) return submit_status::closed;
    if (!core_->home.is_here()) return submit_status::forked;
    return lane_ != nullptr ? core_->submit(*lane_, added)
                            : core_->submit({group_, stream_}, added);
  }

 private:
  template <class Transport>
  friend class basic_async_reporter;

  stream_handle(std::shared_ptr<detail::dispatcher> core, const destination& to)
      : core_(std::move(core)) {
    if (!core_->home.is_here()) return;
    lane_ = core_->hold(to);
    if (lane_ != nullptr) return;
    // Refused, by each `submit` with the reason, or out of memory for now.
    group_ = to.group_id;
    stream_ = to.stream_id;
  }

  std::shared_ptr<detail::dispatcher> core_;
  detail::lane* lane_ = nullptr;
  std::string group_;
  std::string stream_;
};

INLONG_NAMESPACE_END

#endif
