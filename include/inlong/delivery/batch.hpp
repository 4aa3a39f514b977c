// SPDX-License-Identifier: Apache-2.0
// The records of one destination and data time, encoded once into the bytes that are sent.
#ifndef INLONG_DELIVERY_BATCH_HPP
#define INLONG_DELIVERY_BATCH_HPP

#include <inlong/config.hpp>
#include <inlong/delivery/check.hpp>
#include <inlong/detail/growing_array.hpp>
#include <inlong/detail/memory_budget.hpp>
#include <inlong/error.hpp>
#include <inlong/options.hpp>
#include <inlong/record.hpp>
#include <inlong/wire/blank.hpp>
#include <inlong/wire/byte_buffer.hpp>
#include <inlong/wire/form.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Room for the fields that follow the records in a form.
using form_tail = std::array<char, sizeof("&dt=-9223372036854775808&cnt=18446744073709551615")>;

/// The records of one destination that share a data time, and the bodies of the requests that carry
/// them.
///
/// A request's body is three pieces: the head (`groupId`, `streamId` and the name `body`), a run of
/// encoded records, and a tail (`dt`, `cnt`). DataProxy takes the fields in any order, so that the
/// records stand where they were encoded until they are sent, in whatever runs a limit asks for.
class batch {
 public:
  /// Forgets all records and takes a new destination. The ids are copied, encoded; errc says what
  /// is wrong with them.
  errc open(const destination& to, time_point time, form how, char separator) noexcept;

  /// Encodes one more record. When it is refused, the batch is what it was.
  errc append(std::string_view body) noexcept;
  /// The same, of a record that must fit into a request of its own.
  errc append(std::string_view body, std::size_t max_request_bytes) noexcept;

  /// Whether the last record fits into a request of its own.
  bool last_fits(std::size_t max_request_bytes) const noexcept {
    return request_bytes(size() - 1, 1) <= max_request_bytes;
  }
  /// Takes the last record out again.
  void drop_last() noexcept {
    ends_.truncate(size() - 1);
    bytes_.truncate(size() == 0 ? head_size_ : ends_[size() - 1]);
  }

  std::size_t size() const noexcept { return ends_.size(); }
  /// Where its records go, each id as it is sent.
  destination encoded_destination() const noexcept {
    constexpr std::string_view before("groupId=");
    constexpr std::string_view between("&streamId=");
    constexpr std::string_view behind("&body=");
    std::string_view head = bytes_.view().substr(0, head_size_ - behind.size());
    head.remove_prefix(before.size());
    const std::size_t end = head.find(between);  // no id has such a character
    return {head.substr(0, end), head.substr(end + between.size())};
  }
  /// A record as it is sent.
  std::string_view encoded(std::size_t record) const noexcept {
    return bytes_.view().substr(start(record), ends_[record] - start(record));
  }

  /// How many of the `count` records from `first` on one request can carry; at least one.
  std::size_t fitting(std::size_t first, std::size_t count,
                      std::size_t max_request_bytes) const noexcept;
  /// How many bytes the body of the request has that carries `count` records from `first` on.
  std::size_t request_bytes(std::size_t first, std::size_t count) const noexcept;
  /// How many bytes it has so far.
  std::size_t bytes() const noexcept { return bytes_.size(); }
  /// Not less than `request_bytes` of all records, and not much more; quicker.
  std::size_t most_request_bytes() const noexcept {
    return bytes_.size() + tail_size_ + std::numeric_limits<std::size_t>::digits10 + 1;
  }
  /// The body of that request. Its last piece is written into `tail`; the others are valid as long
  /// as the batch is not changed.
  std::array<std::string_view, 3> pieces(std::size_t first, std::size_t count,
                                         form_tail& tail) const noexcept;

  /// Its memory is paid for from this budget. Needs a batch that was not used yet.
  void pay_from(memory_budget& budget) noexcept {
    bytes_.pay_from(budget);
    ends_.pay_from(budget);
  }
  void pay_no_more() noexcept {
    bytes_.pay_no_more();
    ends_.pay_no_more();
  }
  /// Where the next record is written, and where its end.
  std::array<const void*, 2> next_written() const noexcept { return {bytes_.end(), ends_.end()}; }
  /// Memory that it holds, in bytes.
  std::size_t capacity() const noexcept {
    return bytes_.capacity() + ends_.capacity() * sizeof(std::size_t);
  }

 private:
  std::size_t start(std::size_t record) const noexcept {
    return record == 0 ? head_size_ : ends_[record - 1] + separator_size_;
  }
  static std::size_t digits(std::size_t count) noexcept;

  byte_buffer bytes_;                // the head, then records with separators between them, encoded
  growing_array<std::size_t> ends_;  // where each record ends in bytes_
  std::size_t head_size_ = 0;
  std::size_t separator_size_ = 0;  // encoded
  form form_ = form::compact;
  char separator_ = '\n';
  std::array<char, 4> encoded_separator_{};
  std::size_t tail_size_ = 0;  // without the count
  form_tail tail_;
};

inline errc batch::open(const destination& to, time_point time, form how, char separator) noexcept {
  bytes_.truncate(0);
  ends_.truncate(0);
  form_ = how;
  separator_ = separator;
  if (const errc error = check_destination(to); error != errc::ok) return error;
  const errc unfit = append_encoded(bytes_, {&separator, 1}, how);
  if (unfit != errc::ok) return unfit;
  separator_size_ = bytes_.size();
  bytes_.view().copy(encoded_separator_.data(), separator_size_);
  bytes_.truncate(0);
  // At once what would take several steps.
  bool room = bytes_.ensure_room(128 + 3 * (to.group_id.size() + to.stream_id.size()));
  const auto append_id = [&](std::string_view name, std::string_view id) {
    room = room && bytes_.append(name) && append_encoded(bytes_, id, how) == errc::ok;
  };
  append_id("groupId=", to.group_id);
  append_id("&streamId=", to.stream_id);
  room = room && bytes_.append("&body=");
  if (!room) return errc::out_of_memory;
  head_size_ = bytes_.size();

  char* end = tail_.data() + std::string_view("&dt=").copy(tail_.data(), 4);
  end = std::to_chars(end, tail_.data() + tail_.size(), time.milliseconds()).ptr;
  end += std::string_view("&cnt=").copy(end, 5);
  tail_size_ = static_cast<std::size_t>(end - tail_.data());
  return errc::ok;
}

[[gnu::always_inline]] inline errc batch::append(std::string_view body) noexcept {
  if (is_blank(body)) return errc::blank_body;
  const std::size_t before = bytes_.size();
  if (size() != 0) {
    if (!bytes_.ensure_room(encoded_separator_.size())) return errc::out_of_memory;
    // Of a constant size, which is quicker; what is too much is written over.
    std::memcpy(bytes_.end(), encoded_separator_.data(), encoded_separator_.size());
    bytes_.extend_to(bytes_.end() + separator_size_);
  }
  errc error = append_encoded(bytes_, body, form_, separator_);
  if (error == errc::ok) {
    const std::size_t end = bytes_.size();
    if (ends_.append(&end, 1)) return errc::ok;
    error = errc::out_of_memory;
  }
  bytes_.truncate(before);
  return error;
}

inline errc batch::append(std::string_view body, std::size_t max_request_bytes) noexcept {
  // Encoding never shortens: what is too large as it is need not be looked at.
  if (body.size() > max_request_bytes) return errc::too_large;
  if (const errc error = append(body); error != errc::ok) return error;
  if (last_fits(max_request_bytes)) return errc::ok;
  drop_last();
  return errc::too_large;
}

inline std::size_t batch::fitting(std::size_t first, std::size_t count,
                                  std::size_t max_request_bytes) const noexcept {
  if (request_bytes(first, count) <= max_request_bytes) return count;
  std::size_t fits = 1;  // and `count` does not
  while (count - fits > 1) {
    const std::size_t middle = fits + (count - fits) / 2;
    (request_bytes(first, middle) <= max_request_bytes ? fits : count) = middle;
  }
  return fits;
}

inline std::array<std::string_view, 3> batch::pieces(std::size_t first, std::size_t count,
                                                     form_tail& tail) const noexcept {
  std::copy_n(tail_.data(), tail_size_, tail.data());
  char* const end = std::to_chars(tail.data() + tail_size_, tail.data() + tail.size(), count).ptr;
  const std::string_view bytes = bytes_.view();
  return {bytes.substr(0, head_size_),
          bytes.substr(start(first), ends_[first + count - 1] - start(first)),
          {tail.data(), static_cast<std::size_t>(end - tail.data())}};
}

inline std::size_t batch::request_bytes(std::size_t first, std::size_t count) const noexcept {
  return head_size_ + (ends_[first + count - 1] - start(first)) + tail_size_ + digits(count);
}

inline std::size_t batch::digits(std::size_t count) noexcept {
  std::size_t digits = 1;
  for (; count >= 10; count /= 10) ++digits;
  return digits;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
