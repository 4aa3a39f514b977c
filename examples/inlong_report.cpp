// SPDX-License-Identifier: Apache-2.0
// The command-line tool: reports the lines of files, or of standard input, one record each.
#include <inlong/report.hpp>

#include "support/curl_transport.hpp"
#include "support/ledger.hpp"
#include "support/line_reader.hpp"
#include "support/settings.hpp"
#include "support/standard_streams.hpp"
#include "support/stop_request.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>

/// Reads the lines of all files and submits each, with its place as the token. What becomes of it
/// comes back, by that token, as a delivery.
template <class Transport>
class run {
 public:
  run(const settings& wanted, Transport transport);

  /// Returns the exit status.
  int report_files();

 private:
  void report_file(std::size_t index);
  /// False: there was a stop_request before there was room.
  bool report(place where, const line& next);
  void refuse(place where, const line& refused, inlong::submit_status why);

  const settings& wanted_;
  stop_request stop_;
  ledger ledger_;
  inlong::basic_async_reporter<Transport> reporter_;  // goes first: its callback uses the ledger
  std::uint64_t read_before_ = 0;                     // bytes of the files before this one
};

int main(int argc, char** argv) {
  reserve_standard_streams();
  settings wanted;
  if (const auto status = read_command_line(argc, argv, wanted)) return *status;
  try {
    return wanted.dry_run ? run(wanted, curl_transport()).report_files()
                          : run(wanted, inlong::httplib_transport()).report_files();
  } catch (const std::system_error& error) {  // an address or an id is wrong; nothing was sent
    std::cerr << "inlong-report: " << by_flags(error.what()) << '\n';
    return 2;
  }
}

template <class Transport>
run<Transport>::run(const settings& wanted, Transport transport)
    : wanted_(wanted),
      ledger_(wanted),
      reporter_(wanted.addresses, wanted.how,
                [this](const inlong::deliveries& batch) { ledger_.enter(batch); },
                std::move(transport)) {
  const inlong::errc fault = inlong::check(wanted.to(), "any record");
  if (fault != inlong::errc::ok) throw std::system_error(fault);
}

constexpr std::chrono::milliseconds glance(100);  // how long the bar may stand still

template <class Transport>
int run<Transport>::report_files() {
  for (std::size_t i = 0; i < wanted_.files.size(); ++i) report_file(i);
  // Every line ends as a delivery, at the latest when its --timeout is over.
  while (!stop_.is_made() && !reporter_.flush(glance)) ledger_.show();
  constexpr std::chrono::seconds patience(5);  // of somebody who has pressed Ctrl-C
  ledger_.enter(reporter_.close(patience).left);
  return ledger_.conclude();
}

template <class Transport>
void run<Transport>::report_file(std::size_t index) {
  line_reader reader(wanted_.files[index], wanted_.how.max_request_bytes);
  line next;
  while (reader.next(next)) {
    ledger_.read(read_before_ + reader.position());
    if (!report({index, next.number}, next)) return;
  }
  read_before_ += reader.position();
  if (reader.was_stopped()) ledger_.stop_before({index, next.number});
  if (reader.error() != 0) {
    ledger_.reading_failed(wanted_.files[index], std::strerror(reader.error()));
  }
}

template <class Transport>
bool run<Transport>::report(place where, const line& next) {
  const bool was_cut = next.body.size() < next.size;
  if (was_cut) {
    ledger_.refuse(where, next, inlong::errc::too_large);
    return true;
  }
  const inlong::record record{next.body, wanted_.data_time, where.token()};
  for (;;) {
    // A full queue is nothing to worry about: reading waits until some of it has been delivered.
    const inlong::submit_status status = reporter_.submit_for(wanted_.to(), record, glance);
    if (status == inlong::submit_status::accepted) return true;
    if (status != inlong::submit_status::full) {
      refuse(where, next, status);
      return true;
    }
    ledger_.show();
    if (!stop_.is_made()) continue;
    ledger_.stop_before(where);
    return false;
  }
}

template <class Transport>
void run<Transport>::refuse(place where, const line& refused, inlong::submit_status why) {
  const inlong::errc fault = why == inlong::submit_status::too_large ? inlong::errc::too_large
                             : why == inlong::submit_status::invalid
                                 ? inlong::check(wanted_.to(), refused.body)
                                 : inlong::errc::out_of_memory;
  if (fault == inlong::errc::blank_body) {
    ledger_.skip_blank();
  } else {
    ledger_.refuse(where, refused, fault);
  }
}
