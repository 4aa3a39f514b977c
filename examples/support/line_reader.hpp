// SPDX-License-Identifier: Apache-2.0
// Reads a file line by line, in little memory however long the file and its lines are.
#ifndef EXAMPLES_SUPPORT_LINE_READER_HPP
#define EXAMPLES_SUPPORT_LINE_READER_HPP

#include "stop_request.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// One line without its line feed. Everything else that is in it stays, carriage returns and NUL
/// bytes too.
struct line {
  std::uint64_t number = 0;  // from 1
  std::string body;          // of a line that is too long, its beginning
  std::uint64_t size = 0;    // of the whole line
};

class line_reader {
 public:
  /// `-` is standard input. Keeps `longest` bytes of a line and drops the rest of it.
  line_reader(const std::string& file, std::size_t longest)
      : longest_(longest),
        input_(file == "-" ? STDIN_FILENO : open(file.c_str(), O_RDONLY | O_CLOEXEC)),
        error_(input_ < 0 ? errno : 0) {}
  ~line_reader() {
    if (input_ > STDIN_FILENO) close(input_);
  }
  line_reader(const line_reader&) = delete;
  line_reader& operator=(const line_reader&) = delete;

  /// Reads the next line and waits for it if need be. False at the end of the file, at an error,
  /// and when there is a stop_request.
  bool next(line& into) {
    into.number = ++lines_;
    into.body.clear();
    into.size = 0;
    bool begun = false;  // what the last line feed is followed by, if anything, is a line too
    while (!unread_.empty() || read_block()) {
      begun = true;
      const std::size_t feed = unread_.find('\n');
      const std::string_view part = unread_.substr(0, feed);
      into.body += part.substr(0, longest_ - into.body.size());
      into.size += part.size();
      unread_.remove_prefix(feed == std::string_view::npos ? part.size() : feed + 1);
      if (feed != std::string_view::npos) return true;
    }
    return begun && error_ == 0 && !stopped_;
  }

  /// How many bytes of the file were used so far.
  std::uint64_t position() const { return read_ - unread_.size(); }

  /// Whether it was a stop_request that ended the reading.
  bool was_stopped() const { return stopped_; }

  /// Why the file could not be read to its end, as errno has it; 0 if it could.
  int error() const { return error_; }

 private:
  bool read_block() {
    if (error_ != 0) return false;
    stopped_ = !stop_request::wait_for(input_);
    if (stopped_) return false;
    ssize_t count = 0;
    do {
      count = read(input_, block_.data(), block_.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) error_ = errno;
    if (count <= 0) return false;
    unread_ = {block_.data(), static_cast<std::size_t>(count)};
    read_ += unread_.size();
    return true;
  }

  std::size_t longest_;
  int input_;
  int error_;
  bool stopped_ = false;
  std::vector<char> block_ = std::vector<char>(64 * 1024);
  std::string_view unread_;  // of block_
  std::uint64_t read_ = 0;
  std::uint64_t lines_ = 0;
};

#endif
