// SPDX-License-Identifier: Apache-2.0
// What became of the records of a queue: the deliveries of a batch, and what `close` leaves.
#ifndef INLONG_DELIVERY_DELIVERIES_HPP
#define INLONG_DELIVERY_DELIVERIES_HPP

#include <inlong/config.hpp>
#include <inlong/delivery/lane.hpp>
#include <inlong/delivery/parcel.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/error.hpp>
#include <inlong/outcome.hpp>
#include <inlong/record.hpp>
#include <inlong/wire/decode.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

INLONG_NAMESPACE_BEGIN

class deliveries;

/// What became of one accepted record; true if it was delivered. Valid within the callback that it
/// was given to, and no longer.
class delivery {
 public:
  /// The record's own mark.
  std::uint64_t token = 0;
  /// Why it was not delivered.
  errc error = errc::ok;
  certainty known = certainty::not_stored;
  /// The last answer's code, or `no_server_code`; `describe(server_code)` says what it means.
  int server_code = no_server_code;
  /// The last answer's HTTP status; 0 if there was no answer.
  int http_status = 0;
  /// How many requests carried it.
  std::uint64_t attempts = 0;
  /// Since its batch was opened.
  std::chrono::milliseconds age{0};
  /// As it was submitted.
  std::optional<time_point> time;

  explicit operator bool() const noexcept { return error == errc::ok; }
  /// The record's body, byte for byte; decoded by each call.
  std::string body() const { return detail::decode(records_->encoded(index_)); }
  /// The endpoint that was tried last; empty if none was.
  std::string address() const { return known_->where ? known_->where->address() : std::string(); }
  /// All of it in one line for people.
  std::string message() const {
    const std::string effort =
        " after " + detail::counted(attempts, "attempt") + " in " + detail::in_words(age);
    if (error == errc::ok) return "delivered" + effort;
    const detail::explanation why(error, server_code, http_status, address(), known_->detail);
    const std::string doubt =
        known == certainty::maybe_stored ? "; whether it was stored is not known" : "";
    return "failed: " + why.meaning + effort + doubt +
           (why.remedy.empty() ? "" : "; " + why.remedy);
  }

 private:
  friend class deliveries;
  delivery(const detail::lane_batch& of, std::size_t index, const detail::facts& of_it,
           std::chrono::milliseconds since_opening)
      : token(of.token_of(index)),
        error(of_it.error),
        known(of_it.known),
        server_code(of_it.server_code),
        http_status(of_it.http_status),
        attempts(of_it.attempts),
        age(since_opening),
        time(of.time_of(index)),
        records_(&of.records),
        index_(index),
        known_(&of_it) {}

  const detail::batch* records_;
  std::size_t index_;
  const detail::facts* known_;
};

/// The deliveries of one batch, in the order in which its records were submitted: a range of
/// `delivery`, made as it is read. Valid within the callback, as all that it gives.
class deliveries {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = delivery;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = delivery;

    delivery operator*() const {
      return delivery(*of_->batch_, index_, part_->known_facts, of_->age_);
    }
    iterator& operator++() {
      if (++index_ == part_->first + part_->count) part_ = part_->next;
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.index_ == b.index_;
    }
    friend bool operator!=(const iterator& a, const iterator& b) noexcept { return !(a == b); }

   private:
    friend class deliveries;
    iterator(const deliveries& of, std::size_t index, const detail::parcel* part) noexcept
        : of_(&of), index_(index), part_(part) {}

    const deliveries* of_;
    std::size_t index_;
    const detail::parcel* part_;
  };

  /// For the library: the deliveries of a batch that is finished.
  deliveries(const detail::lane_batch& finished, detail::steady_time now) noexcept
      : batch_(&finished),
        age_((std::max)(std::chrono::duration_cast<std::chrono::milliseconds>(now - finished.opened),
                        std::chrono::milliseconds(0))) {}

  /// Where its records went.
  destination to() const noexcept { return batch_->home->to(); }
  std::size_t size() const noexcept { return batch_->records.size(); }
  iterator begin() const noexcept { return {*this, 0, batch_->results}; }
  iterator end() const noexcept { return {*this, size(), nullptr}; }

 private:
  const detail::lane_batch* batch_;
  std::chrono::milliseconds age_;
};

/// A record that `close` could not wait for, and that no callback got. It need not be sent again if
/// it is `certainty::stored`.
struct undelivered {
  std::string group_id;
  std::string stream_id;
  /// Byte for byte.
  std::string body;
  /// As it was submitted.
  std::optional<time_point> time;
  std::uint64_t token = 0;
  errc error = errc::cancelled;
  certainty known = certainty::not_stored;
};

/// The records that no callback got, batch by batch: a range of `undelivered`, each made as it is
/// read. Copies share what they are made from, which stays in memory as long as one of them or the
/// reporter. Several threads may read.
class undelivered_records {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = undelivered;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = undelivered;

    undelivered operator*() const;
    iterator& operator++() {
      if (++index_ == part_->first + part_->count) part_ = part_->next;
      if (index_ == batch_->records.size()) *this = iterator(batch_->next);
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.batch_ == b.batch_ && a.index_ == b.index_;
    }
    friend bool operator!=(const iterator& a, const iterator& b) noexcept { return !(a == b); }

   private:
    friend class undelivered_records;
    explicit iterator(const detail::lane_batch* batch, std::size_t index = 0) noexcept
        : batch_(batch), index_(index), part_(batch == nullptr ? nullptr : batch->results) {
      while (part_ != nullptr && index_ >= part_->first + part_->count) part_ = part_->next;
    }

    const detail::lane_batch* batch_;
    std::size_t index_;
    const detail::parcel* part_;
  };

  undelivered_records() = default;
  /// For the library: those of finished batches, which the pointer keeps.
  undelivered_records(std::shared_ptr<const detail::lane_batch> first, std::size_t count) noexcept
      : first_(std::move(first)), size_(count) {}

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  iterator begin() const noexcept { return iterator(first_.get()); }
  iterator end() const noexcept { return iterator(nullptr); }
  /// Looks for the batch, from the first one on: to see all of them, iterate.
  undelivered operator[](std::size_t index) const;

 private:
  std::shared_ptr<const detail::lane_batch> first_;
  std::size_t size_ = 0;
};

inline undelivered undelivered_records::iterator::operator*() const {
  const destination to = batch_->records.encoded_destination();
  return {detail::decode(to.group_id),
          detail::decode(to.stream_id),
          detail::decode(batch_->records.encoded(index_)),
          batch_->time_of(index_),
          batch_->token_of(index_),
          part_->known_facts.error,
          part_->known_facts.known};
}

inline undelivered undelivered_records::operator[](std::size_t index) const {
  const detail::lane_batch* batch = first_.get();
  for (; index >= batch->records.size(); batch = batch->next) index -= batch->records.size();
  return *iterator(batch, index);
}

/// What `close` did.
struct [[nodiscard]] close_result {
  /// Of all records that the reporter ever accepted, those that were delivered.
  std::uint64_t delivered = 0;
  /// And those that were not, and what is left.
  std::uint64_t failed = 0;
  undelivered_records left;
};

INLONG_NAMESPACE_END

#endif
