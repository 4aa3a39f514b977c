// SPDX-License-Identifier: Apache-2.0
// Shows how far a run has come: a bar on a terminal, a line now and then elsewhere.
#ifndef EXAMPLES_SUPPORT_PROGRESS_HPP
#define EXAMPLES_SUPPORT_PROGRESS_HPP

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>

/// What has become of the lines so far.
struct tally {
  std::uint64_t lines = 0;  // read
  std::uint64_t delivered = 0;
  std::uint64_t blank = 0;
  std::uint64_t failed = 0;
  std::uint64_t bytes = 0;  // of the lines delivered
  std::uint64_t read = 0;   // bytes of the input

  std::uint64_t pending() const { return lines - delivered - blank - failed; }
};

/// `12.3 k`, `7`; and with a unit `12.3 kB`, `7 B`
template <class Number>
std::string in_short(Number number, const std::string& unit = {}) {
  const char* const prefixes[] = {"", "k", "M", "G", "T"};
  auto count = static_cast<double>(number);
  std::size_t thousands = 0;
  for (; count >= 1000 && thousands < 4; ++thousands) count /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, thousands == 0 ? "%.0f" : "%.1f", count);
  const std::string behind = prefixes[thousands] + unit;
  return behind.empty() ? text : text + (' ' + behind);
}

/// Owns standard error: what else is written there goes through `say`, so that it never ends up
/// inside the bar.
class progress {
 public:
  enum class style { none, lines, bar };

  /// `total`: how many bytes there are to read; 0 if that is not known.
  progress(style how, std::uint64_t total) : how_(how), total_(total) { wait_until_next(); }

  /// Shows the tally when it is time to.
  void show(const tally& now) {
    if (how_ == style::none || clock::now() < next_) return;
    wait_until_next();
    if (how_ == style::bar) {
      draw(now);
    } else {
      say("inlong-report: so far " + facts(now, "delivered"));
    }
  }

  /// Leaves the bar standing as it is at the end.
  void finish(const tally& now) {
    if (how_ != style::bar) return;
    draw(now);
    std::cerr << '\n';
    how_ = style::none;
  }

  void say(const std::string& message) {
    std::cerr << (how_ == style::bar ? erase_line : "") + message + '\n';
    next_ = how_ == style::bar ? clock::now() : next_;  // draw it again
  }

  /// `1234 delivered, 5 blank skipped, 0 failed; 1.2 MB in 3.10 s, 387 kB/s, 39 records/s`
  std::string facts(const tally& now, const std::string& done) const {
    char time[32];
    std::snprintf(time, sizeof time, " in %.2f s, ", seconds());
    return std::to_string(now.delivered) + ' ' + done + ", " + std::to_string(now.blank) +
           " blank skipped, " + std::to_string(now.failed) + " failed; " + in_short(now.bytes, "B") +
           time + rate(now) + records_rate(now);
  }

 private:
  using clock = std::chrono::steady_clock;
  static constexpr const char* erase_line = "\r\033[K";

  void wait_until_next() {
    next_ = clock::now() +
            (how_ == style::bar ? std::chrono::milliseconds(100) : std::chrono::seconds(10));
  }

  double seconds() const { return std::chrono::duration<double>(clock::now() - start_).count(); }

  std::string rate(const tally& now) const {
    return in_short(static_cast<double>(now.bytes) / seconds(), "B") + "/s";
  }

  std::string records_rate(const tally& now) const {
    char records[32];
    std::snprintf(records, sizeof records, ", %.0f records/s",
                  static_cast<double>(now.delivered) / seconds());
    return records;
  }

  void draw(const tally& now) const {
    winsize window{};
    ioctl(STDERR_FILENO, TIOCGWINSZ, &window);
    const std::size_t columns = window.ws_col > 1 ? window.ws_col : 80;
    const std::string text = bar(now) + in_short(now.delivered) + " delivered, " +
                             in_short(now.pending()) + " pending, " + in_short(now.failed) +
                             " failed; " + in_short(now.bytes, "B") + ", " + rate(now);
    std::cerr << erase_line + text.substr(0, columns - 1) << std::flush;
  }

  /// `[=====     ]  50% `, or nothing if there is no telling.
  std::string bar(const tally& now) const {
    if (total_ == 0) return {};
    constexpr std::size_t width = 10;
    const double share =
        (std::min)(static_cast<double>(now.read) / static_cast<double>(total_), 1.0);
    const auto full = static_cast<std::size_t>(share * width);
    char percent[8];
    std::snprintf(percent, sizeof percent, "%3.0f%% ", share * 100);
    return '[' + std::string(full, '=') + std::string(width - full, ' ') + "] " + percent;
  }

  style how_;
  std::uint64_t total_;
  clock::time_point start_ = clock::now();
  clock::time_point next_;
};

#endif
