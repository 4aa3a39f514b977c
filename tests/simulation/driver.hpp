// SPDX-License-Identifier: Apache-2.0
// The engine's third driver: virtual workers in virtual time, and a count of its own of what became
// of every record.
#ifndef INLONG_SIMULATION_DRIVER_HPP
#define INLONG_SIMULATION_DRIVER_HPP

#include "network.hpp"

#include <inlong/delivery/attempt.hpp>
#include <inlong/delivery/batch.hpp>
#include <inlong/delivery/queue.hpp>
#include <inlong/endpoint/endpoint_list.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulation {

using namespace std::chrono_literals;
using inlong::certainty;
using inlong::errc;
using inlong::detail::order;

/// What became of one record.
struct fate {
  int reports = 0;  // one in the end
  errc error = errc::ok;
  certainty known = certainty::not_stored;
  int server_code = 0;
  std::uint64_t attempts = 0;
  std::size_t call = 0;
  steady_time submitted{};
  steady_time deadline{};
  steady_time ended{};

  bool delivered() const noexcept { return reports == 1 && error == errc::ok; }
  bool failed() const noexcept { return reports == 1 && error != errc::ok; }
  nanoseconds age() const noexcept { return ended - submitted; }
};

/// A free queue has all workers; of strict ones each worker has one of its own, and a backlog of
/// calls.
class driver {
 public:
  driver(network& with, const std::vector<std::string>& addresses, inlong::options how = {},
         order in = order::free, std::size_t workers = 4)
      : network_(with),
        how_(std::move(how)),
        order_(in),
        shared_(with.random(), in == order::free && workers > 1 ? workers - 1
                               : in == order::free              ? 1
                                                                : SIZE_MAX) {
    replace(addresses);
    const bool free = in == order::free;
    for (std::size_t i = 0; i < (free ? 1 : workers); ++i) {
      lines_.push_back(std::make_unique<line>(shared_, how_, in, free ? workers : 1));
    }
  }

  void replace(const std::vector<std::string>& addresses) {
    const inlong::endpoint_list list(addresses);
    REQUIRE(list.error() == errc::ok);
    shared_.endpoints.replace(list);
    ask_soon();
  }

  /// Hands over one batch, now. Returns the number of its first record.
  std::size_t report(std::size_t count, std::size_t body_bytes = 20, std::string stream = "s") {
    auto made = std::make_unique<call>();
    REQUIRE(made->records.open({"g", stream}, inlong::time_point(0ms), how_.form, '\n') ==
            errc::ok);
    const std::size_t first = fates.size();
    made->first = first;
    made->left = made->count = count;
    made->number = calls_++;
    for (std::size_t i = 0; i < count; ++i) {
      std::string body = std::to_string(network_.new_record()) + '.';
      numbers_.push_back(network_number(body));
      body.resize((std::max)(body.size(), body_bytes), 'x');
      if (made->records.append(body, how_.max_request_bytes) != errc::ok) ++faults_;
      fate& one = fates.emplace_back();
      one.call = made->number;
      one.submitted = network_.now();
      one.deadline = inlong::detail::later(network_.now(), how_.delivery_timeout);
    }
    line& where = *lines_[next_line_++ % lines_.size()];
    where.backlog.push_back(std::move(made));
    ask_soon();
    return first;
  }

  /// Keeps so many batches under way until then.
  void keep_busy(std::size_t outstanding, std::size_t count, steady_time until) {
    ended_ = [this, count, until](const fate&) {
      if (network_.now() < until) report(count);
    };
    for (std::size_t i = 0; i < outstanding; ++i) report(count);
  }
  /// Hands over a batch at a steady rate until then.
  void report_every(nanoseconds interval, std::size_t count, steady_time until) {
    if (network_.now() >= until) return;
    report(count);
    network_.after(interval,
                   [this, interval, count, until] { report_every(interval, count, until); });
  }

  void abandon(errc why) {
    for (auto& each : lines_) each->path.abandon(why);
    ask_soon();
  }

  bool is_idle() const {
    return std::all_of(lines_.begin(), lines_.end(), [](const auto& each) {
      return each->path.is_empty() && each->backlog.empty();
    });
  }
  inlong::detail::shared_state& shared() noexcept { return shared_; }

  /// What must hold after every case.
  void check() {
    CHECK(is_idle());
    CHECK(faults_ == 0);
    std::size_t delivered = 0;
    std::size_t failed = 0;
    std::size_t duplicates = 0;
    std::size_t wrong = 0;
    std::size_t late = 0;
    std::map<std::size_t, bool> has_failed;
    for (std::size_t i = 0; i < fates.size(); ++i) {
      const fate& one = fates[i];
      const unsigned copies = network_.copies(numbers_[i]);
      if (one.delivered()) ++delivered;
      if (one.failed()) ++failed;
      duplicates += copies > 1 ? copies - 1 : 0;
      if (one.reports != 1) ++wrong;
      if (one.delivered() != (one.known == certainty::stored)) ++wrong;
      if (one.known == certainty::stored && copies == 0) ++wrong;
      if (one.known == certainty::not_stored && copies != 0) ++wrong;
      if (one.ended > inlong::detail::later(one.deadline, 1ms)) ++late;
      if (order_ == order::strict) {  // what is delivered of a call is always its first records
        if (one.delivered() && has_failed[one.call]) ++wrong;
        has_failed[one.call] = has_failed[one.call] || one.failed();
      }
    }
    CHECK(delivered + failed == fates.size());
    CHECK(wrong == 0);
    CHECK(late <= late_allowed);
    CHECK(duplicates <= resent_in_doubt);
    if (!how_.resend_unknown) CHECK(resent_in_doubt == 0);
    std::size_t in_flight = 0;
    for (const auto& each : shared_.endpoints.describe(network_.now())) in_flight += each.in_flight;
    CHECK(in_flight == 0);
  }

  std::size_t count(errc error) const {
    return static_cast<std::size_t>(
        std::count_if(fates.begin(), fates.end(), [=](const fate& one) {
          return one.reports == 1 && one.error == error;
        }));
  }
  std::size_t delivered() const { return count(errc::ok); }

  std::vector<fate> fates;                // by record, in the order in which they were handed over
  std::uint64_t requests = 0;             // heartbeats not counted
  std::size_t resent_in_doubt = 0;        // records, each time one is sent again that may be stored
  std::size_t late_allowed = 0;
  std::vector<std::pair<steady_time, std::string>> journal;  // of every attempt, heartbeats too

 private:
  struct call {
    inlong::detail::batch records;
    std::size_t number = 0;
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t left = 0;
  };
  struct line {
    line(inlong::detail::shared_state& shared, const inlong::options& how, order in,
         std::size_t workers)
        : path(shared, how, in), idle(workers) {}

    inlong::detail::queue path;
    std::size_t idle;
    std::deque<std::unique_ptr<call>> backlog;  // not in the queue yet
    std::map<call*, std::unique_ptr<call>> running;
    steady_time alarm = (steady_time::max)();
  };

  static std::size_t network_number(std::string_view body) {
    std::size_t number = 0;
    std::from_chars(body.data(), body.data() + body.size(), number);
    return number;
  }

  void ask_soon() {
    if (std::exchange(asked_, true)) return;
    network_.after(0ns, [this] {
      asked_ = false;
      for (auto& each : lines_) ask(*each);
    });
  }

  void ask(line& of) {
    while (!of.backlog.empty() && (order_ == order::free || of.path.is_empty())) {
      std::unique_ptr<call> taken = std::move(of.backlog.front());
      of.backlog.pop_front();
      call* const one = taken.get();
      of.path.allow_probe();
      REQUIRE(of.path.add(one->records, 0, one->count, one, fates[one->first].deadline));
      of.running.emplace(one, std::move(taken));
    }
    while (of.idle > 0) {
      const std::optional<inlong::detail::attempt> wanted = of.path.next(network_.now());
      if (!wanted) break;
      carry_out(of, *wanted);
    }
    collect(of);
    const steady_time wake = of.path.wake();
    if (of.idle == 0 || wake == (steady_time::max)() || wake >= of.alarm) return;
    // One that asks again at once and gets nothing would never end.
    REQUIRE(wake > network_.now());
    of.alarm = wake;
    network_.at(wake, [this, &of, wake] {
      if (of.alarm != wake) return;
      of.alarm = (steady_time::max)();
      ask(of);
    });
  }

  void carry_out(line& of, const inlong::detail::attempt& wanted) {
    const std::string address = wanted.to.where->where->host();
    inlong::detail::form_tail tail;
    std::vector<std::size_t> numbers;
    std::size_t bytes = 0;
    if (const auto* carried = wanted.carried) {
      std::string_view text = carried->records->pieces(carried->first, carried->count, tail)[1];
      while (!text.empty()) {
        const std::size_t end = (std::min)(text.find("%0A"), text.size());
        numbers.push_back(network_number(text.substr(0, end)));
        text.remove_prefix((std::min)(end + 3, text.size()));
      }
      if (numbers.size() != carried->count) ++faults_;
      bytes = carried->records->request_bytes(carried->first, carried->count);
      if (bytes > how_.max_request_bytes || wanted.deadline > carried->deadline) ++faults_;
      ++requests;
      if (carried->known_facts.known != certainty::not_stored) resent_in_doubt += carried->count;
    }
    if (wanted.deadline <= network_.now()) ++faults_;
    journal.emplace_back(network_.now(), address);
    response comes = network_.handle(
        address, {network_.now(), wanted.carried == nullptr, wanted.fresh, bytes, numbers});
    if (network_.now() + comes.takes > wanted.deadline) {
      comes.takes = wanted.deadline - network_.now();
      const bool unsent = comes.got.what == transmission::not_sent;
      comes.got = exchange();
      comes.got.what = unsent ? transmission::not_sent : transmission::maybe_sent;
      comes.got.error = std::make_error_code(std::errc::timed_out);
    }
    --of.idle;
    network_.after(comes.takes, [this, &of, wanted, got = std::move(comes.got)] {
      ++of.idle;
      inlong::detail::reply came;
      came.got = got;
      came.code = inlong::detail::find_code(came.got);
      came.means = inlong::detail::judge(came.got, came.code, wanted.fresh);
      of.path.told(wanted, std::move(came), network_.now());
      collect(of);
      ask_soon();  // others may wait for what this one has learned
    });
  }

  void collect(line& from) {
    while (inlong::detail::parcel* const done = from.path.take()) {
      call* const of = static_cast<call*>(done->owner);
      for (std::size_t i = 0; i < done->count; ++i) {
        fate& one = fates[of->first + done->first + i];
        ++one.reports;
        one.error = done->known_facts.error;
        one.known = done->known_facts.known;
        one.server_code = done->known_facts.server_code;
        one.attempts = done->known_facts.attempts;
        one.ended = network_.now();
      }
      const bool failed = done->known_facts.error != errc::ok;
      of->left -= done->count;
      const std::size_t last = of->first + of->count - 1;
      const bool complete = of->left == 0;
      if (complete) from.running.erase(of);
      from.path.release(*done);
      if (failed && order_ == order::strict) from.path.abandon(errc::cancelled);
      if (complete && ended_) ended_(fates[last]);
    }
  }

  network& network_;
  const inlong::options how_;
  const order order_;
  inlong::detail::shared_state shared_;
  std::vector<std::unique_ptr<line>> lines_;
  std::vector<std::size_t> numbers_;  // in the network, by record
  std::size_t calls_ = 0;
  std::size_t next_line_ = 0;
  bool asked_ = false;
  int faults_ = 0;  // what the engine must not ask of its driver
  std::function<void(const fate&)> ended_;
};

}  // namespace simulation

#endif
