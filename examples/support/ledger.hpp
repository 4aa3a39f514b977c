// SPDX-License-Identifier: Apache-2.0
// Keeps account of the lines of a run: counts them, names those that fail, shows how far it is.
#ifndef EXAMPLES_SUPPORT_LEDGER_HPP
#define EXAMPLES_SUPPORT_LEDGER_HPP

#include <inlong/delivery/deliveries.hpp>
#include <inlong/error.hpp>

#include "line_reader.hpp"
#include "progress.hpp"
#include "settings.hpp"
#include "stop_request.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <limits>
#include <mutex>
#include <string>
#include <vector>

/// A line of one of the files. Places are in the order in which lines are read, and a place fits
/// into a record's token.
struct place {
  std::size_t file;
  std::uint64_t line;

  static place of(std::uint64_t token) {
    return {static_cast<std::size_t>(token >> 40), token & ((std::uint64_t{1} << 40) - 1)};
  }
  std::uint64_t token() const { return std::uint64_t{file} << 40 | line; }
};

/// Is told of lines by the thread that reads, and of batches by the reporter's workers.
class ledger {
 public:
  explicit ledger(const settings& wanted);

  /// A line was read; `position` is how much of the input that makes.
  void read(std::uint64_t position);
  void skip_blank();
  /// It can't be reported at all.
  void refuse(place where, const line& refused, inlong::errc why);
  /// Neither this line nor those behind it will be reported.
  void stop_before(place where);
  void reading_failed(const std::string& file, const std::string& why);

  void enter(const inlong::deliveries& batch);
  /// What was still under way when the reporter was closed.
  void enter(const inlong::undelivered_records& left);

  void show();
  /// Returns the exit status.
  int conclude();

 private:
  /// Neighbours in a batch that share their fate.
  struct stretch {
    std::uint64_t first;
    std::uint64_t last;
    std::uint64_t count;
    inlong::errc error;
    int server_code;
    std::string message;
  };
  static constexpr std::uint64_t nowhere = (std::numeric_limits<std::uint64_t>::max)();

  void enter(const stretch& lines);
  void fail(const stretch& lines);
  bool is_hopeless(inlong::errc error);
  std::string name(std::uint64_t first, std::uint64_t last) const;

  const settings& wanted_;
  std::mutex mutex_;  // guards all that follows
  progress progress_;
  tally tally_;
  std::size_t failures_ = 0;         // each of one line, or of several for one reason
  std::uint64_t unnamed_ = 0;        // lines that failed after enough had been named
  int vain_ = 0;                     // failures in a row, with nothing delivered between them
  std::uint64_t resume_ = nowhere;   // the first line of those, or the first that was given up
  std::uint64_t furthest_ = 0;       // the last line delivered
  bool read_all_ = true;
};

inline std::string name_of(const std::string& file) { return file == "-" ? "stdin" : file; }

inline progress::style style_for(const settings& wanted) {
  const bool someone_types =
      isatty(STDIN_FILENO) == 1 && std::count(wanted.files.begin(), wanted.files.end(), "-") != 0;
  if (wanted.quiet || wanted.dry_run) return progress::style::none;
  return isatty(STDERR_FILENO) == 1 && !someone_types ? progress::style::bar
                                                      : progress::style::lines;
}

/// 0 if one of them is no regular file, so that there is no telling.
inline std::uint64_t total_size(const std::vector<std::string>& files) {
  std::uint64_t total = 0;
  for (const std::string& file : files) {
    struct stat facts {};
    const int found = file == "-" ? fstat(STDIN_FILENO, &facts) : stat(file.c_str(), &facts);
    if (found != 0 || !S_ISREG(facts.st_mode)) return 0;
    total += static_cast<std::uint64_t>(facts.st_size);
  }
  return total;
}

inline ledger::ledger(const settings& wanted)
    : wanted_(wanted), progress_(style_for(wanted), total_size(wanted.files)) {}

// ---- by the thread that reads

inline void ledger::read(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  ++tally_.lines;
  tally_.read = position;
}

inline void ledger::skip_blank() {
  const std::lock_guard lock(mutex_);
  ++tally_.blank;
}

inline void ledger::refuse(place where, const line& refused, inlong::errc why) {
  const std::lock_guard lock(mutex_);
  const bool size_matters = why == inlong::errc::too_large;
  fail({where.token(), where.token(), 1, why, 0,
        (size_matters ? std::to_string(refused.size) + " bytes: " : "") +
            std::string(inlong::describe(why))});
}

inline void ledger::stop_before(place where) {
  const std::lock_guard lock(mutex_);
  resume_ = (std::min)(resume_, where.token());
  read_all_ = false;
}

inline void ledger::reading_failed(const std::string& file, const std::string& why) {
  const std::lock_guard lock(mutex_);
  progress_.say(name_of(file) + ": " + why);
  read_all_ = false;
}

// ---- by the reporter

inline void ledger::enter(const inlong::deliveries& batch) {
  const std::lock_guard lock(mutex_);
  stretch lines{};
  for (const inlong::delivery& each : batch) {
    if (each) tally_.bytes += each.body().size();
    if (lines.count == 0 || each.error != lines.error || each.server_code != lines.server_code) {
      enter(lines);
      lines = {each.token, 0, 0, each.error, each.server_code, {}};
      if (!each || wanted_.verbose) lines.message = each.message();
    }
    lines.last = each.token;
    ++lines.count;
  }
  enter(lines);
  progress_.show(tally_);
}

inline void ledger::enter(const stretch& lines) {
  if (lines.count == 0) return;
  if (lines.error != inlong::errc::ok) {
    fail(lines);
    if (lines.error == inlong::errc::too_large) return;  // it says nothing about the others
    resume_ = (std::min)(resume_, lines.first);
    if (is_hopeless(lines.error)) stop_request::make();
    return;
  }
  tally_.delivered += lines.count;
  furthest_ = (std::max)(furthest_, lines.last);
  if (wanted_.verbose) progress_.say(name(lines.first, lines.last) + ": " + lines.message);
  if (stop_request::is_made()) return;
  vain_ = 0;
  resume_ = nowhere;
}

/// Whether the lines that follow would only fail as well.
inline bool ledger::is_hopeless(inlong::errc error) {
  constexpr int most_in_vain = 3;
  switch (error) {
    case inlong::errc::timeout:  // all the time that there is was not enough
    case inlong::errc::bad_reply:
    case inlong::errc::unknown_stream:
      return true;
    default:
      return ++vain_ == most_in_vain;
  }
}

inline void ledger::fail(const stretch& lines) {
  constexpr std::size_t most_named = 10;
  tally_.failed += lines.count;
  if (++failures_ > most_named && !wanted_.verbose) {
    unnamed_ += lines.count;
  } else {
    progress_.say(name(lines.first, lines.last) + ": " + by_flags(lines.message));
  }
}

/// `access.log:7`, or `access.log:7 to access.log:9`
inline std::string ledger::name(std::uint64_t first, std::uint64_t last) const {
  const place where = place::of(first);
  return name_of(wanted_.files[where.file]) + ':' + std::to_string(where.line) +
         (first == last ? "" : " to " + name(last, last));
}

// ---- in the end

inline void ledger::enter(const inlong::undelivered_records& left) {
  const std::lock_guard lock(mutex_);
  std::uint64_t first = nowhere;
  std::uint64_t last = 0;
  std::size_t count = 0;
  std::size_t in_doubt = 0;
  for (const inlong::undelivered& each : left) {
    if (each.known == inlong::certainty::stored) {
      ++tally_.delivered;
      continue;
    }
    ++count;
    first = (std::min)(first, each.token);
    last = (std::max)(last, each.token);
    if (each.known == inlong::certainty::maybe_stored) ++in_doubt;
  }
  if (count == 0) return;
  resume_ = (std::min)(resume_, first);
  fail({first, last, count, inlong::errc::cancelled, 0,
        std::to_string(count) + " lines given up on their way; " + std::to_string(in_doubt) +
            " of them may have been stored"});
}

inline void ledger::show() {
  const std::lock_guard lock(mutex_);
  progress_.show(tally_);
}

inline int ledger::conclude() {
  const std::lock_guard lock(mutex_);
  progress_.finish(tally_);
  const std::string program = "inlong-report: ";
  if (unnamed_ != 0) {
    progress_.say(program + std::to_string(unnamed_) + " more lines failed; --verbose names them");
  }
  if (stop_request::is_made() && resume_ != nowhere) {
    progress_.say(program + "stopped; all before " + name(resume_, resume_) +
                  " is dealt with, so that one can go on from there" +
                  (furthest_ > resume_ ? "; some lines behind it were delivered as well" : ""));
  }
  if (!wanted_.quiet) {
    progress_.say(program + progress_.facts(tally_, wanted_.dry_run ? "printed" : "delivered"));
  }
  return read_all_ && tally_.failed == 0 && std::cout.flush() ? 0 : 1;
}

#endif
