// SPDX-License-Identifier: Apache-2.0
// Random actions on the engine and on its model, and the shortest script of those that go wrong.
//
// INLONG_MODEL_STEPS: how many actions, 100000 unless said; 10000000 takes some minutes.
// INLONG_MODEL_SEED: where the random numbers begin.
#include "model.hpp"
#include "reactions.hpp"

#include <inlong/delivery/queue.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

using namespace simulation;
using namespace std::chrono_literals;
using inlong::detail::attempt;
using inlong::detail::order;

namespace {

enum class act { add, tick, answer, change, replace, abandon };

/// One action, and its arguments.
struct step {
  act what;
  unsigned first;
  unsigned second;
};

/// How a script's engine is set up.
struct setup {
  std::uint64_t seed;
  order in;
  bool at_most_once;
  unsigned workers;
  std::chrono::milliseconds unknown_wait;
};

/// The engine beside its model, through one script.
class run {
 public:
  explicit run(const setup& how)
      : setup_(how),
        options_(make_options(how)),
        shared_(how.seed, how.in == order::strict ? SIZE_MAX
                                                  : (std::max)(1u, how.workers - 1)),
        queue_(shared_, options_, how.in),
        model_(how.in == order::strict, how.at_most_once, how.unknown_wait) {
    reactions_.fill(reaction::stores);
    static_cast<void>(records_.open({"g", "s"}, inlong::time_point(0ms), options_.form, '\n'));
    replace(7);
  }

  /// What went wrong; empty if nothing.
  const std::string& fault() const { return model_.fault; }

  void take(const step& next) {
    switch (next.what) {
      case act::add:
        add(1 + next.first % 8, next.second);
        break;
      case act::tick:
        pass_time(now_ + std::chrono::milliseconds(next.first));
        break;
      case act::answer:
        if (!flying_.empty()) finish(next.first % flying_.size());
        break;
      case act::change:
        reactions_[next.first % reactions_.size()] =
            static_cast<reaction>(next.second % static_cast<unsigned>(reaction::count));
        break;
      case act::replace:
        replace(next.first % 16 == 0 ? 1 : next.first % 16);
        break;
      case act::abandon:
        queue_.abandon(errc::cancelled);
        model_.abandon();
        break;
    }
    settle();
  }

  /// All is well from now on: everything has to end.
  void drain() {
    reactions_.fill(reaction::stores);
    model_.healed = now_;
    for (int i = 0; i < 100'000 && model_.fault.empty(); ++i) {
      settle();
      if (queue_.is_empty()) return;
      if (!flying_.empty()) {
        finish(0);
        continue;
      }
      model_.expect(queue_.wake() != (steady_time::max)(), "waits for nothing");
      now_ = queue_.wake();
    }
    model_.expect(queue_.is_empty(), "does not end");
  }

 private:
  struct flight {
    attempt made;
    std::size_t where;
    std::size_t first;
    std::size_t count;
    unsigned generation;
    unsigned closings;
  };

  static inlong::options make_options(const setup& how) {
    inlong::options result;
    result.resend_unknown = !how.at_most_once;
    result.unknown_stream_wait = how.unknown_wait;
    return result;
  }

  void add(std::size_t count, unsigned timeout) {
    if (setup_.in == order::strict && !queue_.is_empty()) return;  // one call at a time
    // A batch must not change as long as some of it is in the queue.
    if (queue_.is_empty()) {
      static_cast<void>(records_.open({"g", "s"}, inlong::time_point(0ms), options_.form, '\n'));
      for (int i = 0; i < 64; ++i) static_cast<void>(records_.append("x", 1000));
      base_ = model_.records.size();
    }
    const std::size_t first = model_.records.size() - base_;
    if (first + count > 64) return;
    const steady_time deadline = now_ + std::chrono::milliseconds(timeout);
    queue_.allow_probe();
    model_.expect(queue_.add(records_, first, count, nullptr, deadline), "no memory");
    model_.records.resize(model_.records.size() + count);
    for (std::size_t i = 0; i < count; ++i) {
      model_.records[base_ + first + i].deadline = deadline;
    }
  }

  void replace(unsigned mask) {
    std::vector<std::string> names;
    for (unsigned i = 0; i < model::endpoints; ++i) {
      if ((mask >> i & 1u) != 0) names.push_back(std::string(1, static_cast<char>('a' + i)));
      if ((mask >> i & 1u) == 0) ++generations_[i];
    }
    shared_.endpoints.replace(inlong::endpoint_list(names));
    model_.replace(mask);
  }

  void finish(std::size_t which) {
    const flight one = flying_[which];
    flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(which));
    reaction how = reactions_[one.where];
    // A division that helps: one record of a batch is not too large, and of two one is bad.
    if (how == reaction::too_large && one.count == 1 && one.first % 3 != 0) how = reaction::stores;
    if (how == reaction::bad_record && one.count <= 2 && one.first % 5 != 0) {
      how = reaction::stores;
    }
    inlong::detail::reply came;
    came.got = answer_of(how);
    came.code = inlong::detail::find_code(came.got);
    came.means = inlong::detail::judge(came.got, came.code, one.made.fresh);
    model_.now = now_;
    const steady_time usual = one.made.started + (one.count == 0 ? 250ms : 5s);
    model_.ends(one.where, generations_[one.where] == one.generation, one.closings,
                one.made.started, one.first, one.count, how, one.made.fresh,
                now_ >= one.made.deadline && one.made.deadline < usual);
    queue_.told(one.made, std::move(came), now_);
  }

  /// Lets idle workers ask, takes what has ended, and compares.
  void settle() {
    if (!model_.fault.empty()) return;
    model_.now = now_;
    collect();
    while (has_idle_worker()) {
      const auto made = queue_.next(now_);
      if (!made) break;
      const auto* carried = made->carried;
      flight one{*made, static_cast<std::size_t>(made->to.where->where->host()[0] - 'a'), 0, 0,
                 0, 0};
      if (carried != nullptr) {
        one.first = base_ + carried->first;
        one.count = carried->count;
      }
      one.generation = generations_[one.where];
      one.closings = model_.at[one.where].closings;
      const bool resent = made->fresh && carried != nullptr;
      model_.begins(one.where, one.first, one.count, resent);
      flying_.push_back(one);
    }
    collect();
    if (has_idle_worker()) model_.expect(queue_.wake() > now_, "would be asked again at once");
    model_.settled(shared_.endpoints.describe(now_), has_idle_worker());
  }

  bool has_idle_worker() const {
    return flying_.size() < (setup_.in == order::strict ? 1 : setup_.workers);
  }

  /// Until then, from one moment at which something is due to the next.
  void pass_time(steady_time end) {
    while (now_ < end && model_.fault.empty()) {
      steady_time next = has_idle_worker() ? (std::min)(end, queue_.wake()) : end;
      std::size_t ends = flying_.size();
      for (std::size_t i = 0; i < flying_.size(); ++i) {
        if (flying_[i].made.deadline > next) continue;
        next = flying_[i].made.deadline;
        ends = i;
      }
      now_ = next;
      // A request has ended by its deadline, whatever the network does.
      if (ends != flying_.size()) finish(ends);
      settle();
    }
  }

  void collect() {
    while (auto* const done = queue_.take()) {
      model_.finished(base_ + done->first, done->count, done->known_facts);
      queue_.release(*done);
    }
  }

  const setup setup_;
  const inlong::options options_;
  inlong::detail::batch records_;
  inlong::detail::shared_state shared_;
  inlong::detail::queue queue_;
  model model_;
  std::array<reaction, model::endpoints> reactions_{};
  std::array<unsigned, model::endpoints> generations_{};
  std::vector<flight> flying_;
  std::size_t base_ = 0;
  steady_time now_ = steady_time() + 1h;
};

std::string fault_of(const setup& how, const std::vector<step>& script) {
  run one(how);
  for (const step& each : script) {
    one.take(each);
    if (!one.fault().empty()) return one.fault();
  }
  one.drain();
  return one.fault();
}

/// Leaves out what can be left out, and makes numbers small, while anything still goes wrong.
std::vector<step> shrunk(const setup& how, std::vector<step> script) {
  bool smaller = true;
  while (smaller) {
    smaller = false;
    for (std::size_t size = (std::max<std::size_t>)(script.size() / 2, 1); size > 0; size /= 2) {
      for (std::size_t at = 0; at + size <= script.size();) {
        std::vector<step> without = script;
        const auto from = without.begin() + static_cast<std::ptrdiff_t>(at);
        without.erase(from, from + static_cast<std::ptrdiff_t>(size));
        if (fault_of(how, without).empty()) {
          at += size;
        } else {
          script = std::move(without);
          smaller = true;
        }
      }
    }
    for (std::size_t at = 0; at < script.size(); ++at) {
      for (unsigned step::*const argument : {&step::first, &step::second}) {
        for (unsigned wanted : {0u, script[at].*argument / 2}) {
          std::vector<step> other = script;
          if (wanted >= other[at].*argument) continue;
          other[at].*argument = wanted;
          if (fault_of(how, other).empty()) continue;
          script = std::move(other);
          smaller = true;
          break;
        }
      }
    }
  }
  return script;
}

/// As a test case that can be pasted below.
std::string as_test(const setup& how, const std::vector<step>& script) {
  static const char* const names[] = {"add", "tick", "answer", "change", "replace", "abandon"};
  std::string text = "TEST_CASE(\"found by the model: " + fault_of(how, script) + "\") {\n";
  text += "  CHECK(fault_of({" + std::to_string(how.seed) + "u, order::" +
          (how.in == order::strict ? "strict" : "free") + ", " +
          (how.at_most_once ? "true" : "false") + ", " + std::to_string(how.workers) + ", " +
          std::to_string(how.unknown_wait.count()) + "ms},\n                 {";
  for (const step& each : script) {
    text += std::string("{act::") + names[static_cast<int>(each.what)] + ", " +
            std::to_string(each.first) + ", " + std::to_string(each.second) +
            "},\n                  ";
  }
  return text + "}) == \"\");\n}\n";
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

step random_step(inlong::detail::random_sequence& random) {
  const auto number = [&](std::uint64_t bound) {
    return static_cast<unsigned>(random.below(bound));
  };
  const unsigned dice = number(100);
  if (dice < 25) return {act::add, number(8), number(3) == 0 ? number(500) : number(600'000)};
  if (dice < 50) return {act::tick, number(4) == 0 ? number(20'000) : number(100), 0};
  if (dice < 85) return {act::answer, number(8), 0};
  if (dice < 96) {
    const bool heals = number(3) == 0;
    return {act::change, number(4), heals ? 0 : number(static_cast<unsigned>(reaction::count))};
  }
  if (dice < 99) return {act::replace, number(16), 0};
  return {act::abandon, 0, 0};
}

}  // namespace

TEST_CASE("the engine does what its model says, whatever happens in whatever order") {
  const std::uint64_t steps = from_environment("INLONG_MODEL_STEPS", 100'000);
  const std::uint64_t seed = from_environment("INLONG_MODEL_SEED", 20261124);
  MESSAGE("INLONG_MODEL_SEED=" << seed);
  inlong::detail::random_sequence random(seed);
  for (std::uint64_t done = 0; done < steps;) {
    const setup how{random(), random.below(3) == 0 ? order::strict : order::free,
                    random.below(4) == 0, 1 + static_cast<unsigned>(random.below(6)),
                    random.below(2) == 0 ? 0ms : 8'000ms};
    std::vector<step> script(random.below(10) == 0 ? 3'000 : 150);
    for (step& each : script) each = random_step(random);
    done += script.size();
    if (fault_of(how, script).empty()) continue;
    FAIL("\n" << as_test(how, shrunk(how, script)));
  }
}
