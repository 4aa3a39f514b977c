// SPDX-License-Identifier: Apache-2.0
// The command-line tool: reports the lines of files, or of standard input, one record each.
#include <inlong/report.hpp>

#include "support/curl_transport.hpp"
#include "support/line_reader.hpp"
#include "support/progress.hpp"
#include "support/settings.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

/// Some lines of a batch. A range of what converts to a text is what `report` takes.
struct lines {
  const line* first;
  const line* last;

  const line* begin() const { return first; }
  const line* end() const { return last; }
  std::size_t size() const { return static_cast<std::size_t>(last - first); }
};

using report_function = std::function<inlong::outcome(const lines&)>;

/// Reads files, reports their lines batch by batch, and keeps account of what becomes of each.
class run {
 public:
  run(const settings& wanted, report_function report_lines);

  /// Returns the exit status.
  int report_files();

 private:
  void report_file(const std::string& file);
  void take(line&& next);
  void send();
  void report(const lines& batch);
  bool is_hopeless(const inlong::outcome& failed);
  void fail(const lines& lost, const std::string& why);
  int conclude();

  const settings& wanted_;
  const report_function report_lines_;
  progress progress_;
  tally tally_;
  std::vector<line> batch_;
  std::size_t batch_bytes_ = 0;
  int vain_calls_ = 0;         // failed calls in a row that delivered nothing
  std::size_t failures_ = 0;   // each of one line, or of several for one reason
  std::uint64_t unnamed_ = 0;  // lines that failed after enough had been named
  std::string stopped_at_;     // the line at which the rest was given up
  bool read_all_ = true;
};

template <class Transport>
int report_files(const settings& wanted, Transport transport);

int main(int argc, char** argv) {
  settings wanted;
  if (const auto status = read_command_line(argc, argv, wanted)) return *status;
  try {
    return wanted.dry_run ? report_files(wanted, curl_transport())
                          : report_files(wanted, inlong::httplib_transport());
  } catch (const std::system_error& error) {  // an address or an id is wrong; nothing was sent
    std::cerr << "inlong-report: " << error.what() << '\n';
    return 2;
  }
}

template <class Transport>
int report_files(const settings& wanted, Transport transport) {
  inlong::basic_reporter<Transport> reporter(wanted.addresses, wanted.how, std::move(transport));
  const inlong::errc fault = inlong::check(wanted.to(), "any record");
  if (fault != inlong::errc::ok) throw std::system_error(fault);
  const auto report_lines = [&](const lines& batch) {
    return reporter.report(wanted.to(), batch, wanted.data_time);
  };
  return run(wanted, report_lines).report_files();
}

progress::style style_for(const settings& wanted) {
  const bool someone_types =
      isatty(STDIN_FILENO) == 1 && std::count(wanted.files.begin(), wanted.files.end(), "-") != 0;
  if (wanted.quiet || wanted.dry_run) return progress::style::none;
  return isatty(STDERR_FILENO) == 1 && !someone_types ? progress::style::bar
                                                      : progress::style::lines;
}

/// 0 if one of them is no regular file, so that there is no telling.
std::uint64_t total_size(const std::vector<std::string>& files) {
  std::uint64_t total = 0;
  for (const std::string& file : files) {
    struct stat facts {};
    const int found = file == "-" ? fstat(STDIN_FILENO, &facts) : stat(file.c_str(), &facts);
    if (found != 0 || !S_ISREG(facts.st_mode)) return 0;
    total += static_cast<std::uint64_t>(facts.st_size);
  }
  return total;
}

run::run(const settings& wanted, report_function report_lines)
    : wanted_(wanted),
      report_lines_(std::move(report_lines)),
      progress_(style_for(wanted), total_size(wanted.files)) {}

int run::report_files() {
  for (const std::string& file : wanted_.files) report_file(file);
  send();
  return conclude();
}

void run::report_file(const std::string& file) {
  line_reader reader(file, wanted_.how.max_request_bytes);
  const std::uint64_t read_before = tally_.read;
  for (line next; stopped_at_.empty();) {
    if (reader.must_wait()) send();  // what is here does not wait for what may come
    if (!reader.next(next)) break;
    tally_.read = read_before + reader.position();
    take(std::move(next));
    progress_.show(tally_);
  }
  if (reader.error() == 0) return;
  progress_.say(file + ": " + std::strerror(reader.error()));
  read_all_ = false;
}

std::string place(const line& where) {
  return (*where.file == "-" ? "stdin" : *where.file) + ':' + std::to_string(where.number);
}

std::string places(const lines& where) {
  return place(*where.first) + (where.size() == 1 ? "" : " to " + place(where.last[-1]));
}

std::string describe_refusal(const line& refused, inlong::errc why) {
  const bool size_matters = why == inlong::errc::too_large;
  return (size_matters ? std::to_string(refused.size) + " bytes: " : "") +
         std::string(inlong::describe(why));
}

void run::take(line&& next) {
  constexpr std::size_t most_bytes_held = 1024 * 1024;
  const bool was_cut = next.body.size() < next.size;
  const inlong::errc fault =
      was_cut ? inlong::errc::too_large : inlong::check(wanted_.to(), next.body);
  if (fault == inlong::errc::blank_body) {
    ++tally_.blank;
  } else if (fault != inlong::errc::ok) {
    fail({&next, &next + 1}, describe_refusal(next, fault));
  } else {
    batch_bytes_ += next.body.size();
    batch_.push_back(std::move(next));
    if (batch_.size() == wanted_.batch_size || batch_bytes_ >= most_bytes_held) send();
  }
}

void run::send() {
  if (!batch_.empty()) report({batch_.data(), batch_.data() + batch_.size()});
  batch_.clear();
  batch_bytes_ = 0;
}

void run::report(const lines& batch) {
  if (!stopped_at_.empty()) {
    tally_.failed += batch.size();
    return;
  }
  const inlong::outcome sent = report_lines_(batch);
  const lines lost = {batch.first + sent.delivered, batch.last};
  for (const line& each : lines{batch.first, lost.first}) tally_.bytes += each.body.size();
  tally_.delivered += sent.delivered;
  if (sent.delivered != 0) vain_calls_ = 0;
  if (sent) {
    if (wanted_.verbose) progress_.say(places(batch) + ": " + sent.message());
  } else if (sent.error == inlong::errc::too_large && lost.size() > 1) {
    // At least one of them is. The others need not fail with it.
    const line* const middle = lost.first + lost.size() / 2;
    report({lost.first, middle});
    report({middle, lost.last});
  } else {
    fail(lost, sent.attempts == 0 ? describe_refusal(*lost.first, sent.error) : sent.message());
    if (is_hopeless(sent)) stopped_at_ = place(*lost.first);
  }
}

/// Whether the lines that follow would only fail as well.
bool run::is_hopeless(const inlong::outcome& failed) {
  constexpr int most_vain_calls = 3;
  switch (failed.error) {
    case inlong::errc::too_large:
      return false;
    case inlong::errc::unreachable:
    case inlong::errc::timeout:
    case inlong::errc::bad_reply:
    case inlong::errc::unknown_stream:
      return true;
    default:
      return ++vain_calls_ == most_vain_calls;
  }
}

void run::fail(const lines& lost, const std::string& why) {
  constexpr std::size_t most_named = 10;
  tally_.failed += lost.size();
  if (++failures_ > most_named && !wanted_.verbose) {
    unnamed_ += lost.size();
    return;
  }
  progress_.say(places(lost) + ": " + why);
}

int run::conclude() {
  progress_.finish(tally_);
  const std::string program = "inlong-report: ";
  if (unnamed_ != 0) {
    progress_.say(program + std::to_string(unnamed_) + " more lines failed; --verbose names them");
  }
  if (!stopped_at_.empty()) {
    progress_.say(program + "stopped; all before " + stopped_at_ +
                  " is dealt with, so that one can go on from there");
  }
  if (!wanted_.quiet) {
    progress_.say(program + progress_.facts(tally_, wanted_.dry_run ? "printed" : "delivered"));
  }
  return read_all_ && tally_.failed == 0 && std::cout.flush() ? 0 : 1;
}
