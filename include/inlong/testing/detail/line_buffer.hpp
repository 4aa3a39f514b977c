// SPDX-License-Identifier: Apache-2.0
// Bytes that have arrived, taken off as lines or as pieces of content.
#ifndef INLONG_TESTING_DETAIL_LINE_BUFFER_HPP
#define INLONG_TESTING_DETAIL_LINE_BUFFER_HPP

#include <inlong/config.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// What is taken is valid until the next `feed`.
class line_buffer {
 public:
  enum class line_state { incomplete, complete, too_long };

  void feed(std::string_view bytes) {
    bytes_.erase(0, position_);
    position_ = 0;
    bytes_ += bytes;
  }

  std::string_view rest() const noexcept { return std::string_view(bytes_).substr(position_); }

  /// Takes the next so many bytes, or all there are.
  std::string_view take(std::size_t count) noexcept {
    const std::string_view taken = rest().substr(0, count);
    position_ += taken.size();
    return taken;
  }

  /// Takes the next line, without its LF or CRLF, once it is there. `size` grows by its length, and
  /// may not pass `limit`, a carriage return included. The first `skipped` bytes count, but are no
  /// part of the line.
  line_state take_line(std::string_view& line, std::size_t& size, std::size_t limit,
                       std::size_t skipped = 0) noexcept {
    const std::size_t end = (std::min)(rest().find('\n', skipped), rest().size());
    if (size + end > limit) return line_state::too_long;
    if (end == rest().size()) return line_state::incomplete;
    line = take(end + 1).substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    size += line.size();
    line.remove_prefix((std::min)(skipped, line.size()));
    return line_state::complete;
  }

 private:
  std::string bytes_;
  std::size_t position_ = 0;
};

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
