// SPDX-License-Identifier: Apache-2.0
// All endpoints of a reporter: which of them are used, which rest, and which one a request goes to.
#ifndef INLONG_ENDPOINT_FLEET_HPP
#define INLONG_ENDPOINT_FLEET_HPP

#include <inlong/config.hpp>
#include <inlong/counters.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/random.hpp>
#include <inlong/endpoint/endpoint_list.hpp>
#include <inlong/endpoint/health.hpp>
#include <inlong/endpoint/node.hpp>
#include <inlong/error.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Where a request goes.
struct choice {
  enum class kind {
    nowhere,    ///< nobody can take one now
    asked_all,  ///< whoever could has been asked
    send,       ///< to `where`
    probe,      ///< a heartbeat goes there first
  };
  kind what = kind::nowhere;
  node* where = nullptr;
  bool unproven = false;  // it has not taken a request since it was opened
  unsigned closings = 0;  // how often it had been closed by then
};

/// The endpoints of one reporter. Neither threads nor clocks are its business: one caller at a time
/// tells it what happened and when.
///
/// At most `most_active` are used at a time, chosen at random. One that fails is closed, replaced
/// by one of the others, and rests. When it has, a heartbeat finds out whether it is back, as long
/// as another endpoint takes requests; heartbeats are paid for by successes, so that few requests
/// have to wait behind one. While none does, the one that has rested first is tried.
class fleet {
 public:
  static constexpr std::size_t most_active = 8;
  /// What a heartbeat may take: it delays the batch that waits behind it.
  static constexpr std::chrono::milliseconds probe_timeout{250};

  static constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

  /// While another endpoint is open, each holds `most_at_one` requests at most, and one that is not
  /// proven never more than one. Where there are as many under way together, which may all be held
  /// up, the next goes to one that has none and has answered last; now and then, paid for like a
  /// heartbeat, to one that has come back. With `no_limit` nothing of that: who waits for an answer,
  /// and has a thread for it, goes where there is hope.
  fleet(std::uint64_t seed, std::size_t most_at_one)
      : random_(seed), most_at_one_((std::max<std::size_t>)(1, most_at_one)) {
    active_.reserve(most_active);
  }

  /// Takes another list. What is in both keeps its state; requests to others are not disturbed. May
  /// throw std::bad_alloc, and has changed nothing then.
  void replace(const endpoint_list& endpoints);

  /// Chooses for a batch that has been at those `asked`; whoever takes the choice says `done` of it
  /// later, once.
  choice choose(const node_set& asked, bool may_probe, steady_time now) noexcept;
  /// Chooses the one of that id again, if it is still used; 0 is nobody's.
  choice choose_again(std::uint32_t id) noexcept;
  /// Chooses the one that has rested first, although it hasn't rested yet: for a batch that would
  /// not be tried at all otherwise. Only while all are closed.
  choice insist() noexcept;
  /// When `choose` may answer otherwise, if nothing else happens.
  steady_time wake() const noexcept {
    const bool any_proven = std::any_of(active_.begin(), active_.end(),
                                        [](const node* each) { return !is_unproven(each); });
    return any_proven ? never : next_rested_;
  }
  /// Whether an endpoint that is used is not among those.
  bool has_other(const node_set& asked) const noexcept;
  bool has_open() const noexcept { return !active_.empty(); }

  /// A request was answered as it should be.
  void succeed(node& at, steady_time started, steady_time now) noexcept;
  /// The request of that choice failed for the endpoint's own fault.
  void fail(const choice& made, const rest& how, std::chrono::milliseconds at_least,
            steady_time started, steady_time now) noexcept;
  /// A heartbeat was answered, and with readiness.
  void revive(node& at, steady_time now) noexcept;
  /// The request of that choice is no longer in flight. Its node may be gone after this.
  void done(const choice& ended) noexcept;

  std::vector<endpoint_statistics> describe(steady_time now) const;
  std::size_t size() const noexcept { return nodes_.size(); }
  random_sequence& random() noexcept { return random_; }

 private:
  using candidates = std::array<node*, most_active>;
  static constexpr steady_time never = (steady_time::max)();
  /// What a heartbeat costs of the credit that each success adds one to.
  static constexpr unsigned probe_price = 32;
  static constexpr unsigned most_credit = probe_price * most_active;

  static bool is_unproven(const node* one) noexcept { return !one->state.is_proven(); }
  /// Whether somebody finds out what becomes of it. What was under way when it was closed may not
  /// come back for long, whatever it is like now.
  static bool is_being_tried(const node& one) noexcept { return one.in_flight != one.lost; }
  /// Whoever goes to one of which nothing is known may be held up for long: the others wait for
  /// what becomes of the first.
  bool is_full(const node& one) const noexcept {
    if (most_at_one_ == no_limit) return false;
    if (is_unproven(&one)) return is_being_tried(one);
    return active_.size() > 1 && one.in_flight >= most_at_one_;
  }
  choice begin(choice::kind what, node& where) noexcept;
  node* find_latest(const candidates& from, std::size_t count) const noexcept;
  static node* find_reopened(const candidates& from, std::size_t count) noexcept;
  node* find_for_probe(steady_time now) noexcept;
  node* find_rested(steady_time now) noexcept;
  node* pick(const candidates& from, std::size_t count, steady_time now) noexcept;
  void activate(node& one) noexcept;
  void refill() noexcept;
  void look_ahead() noexcept;

  random_sequence random_;
  const std::size_t most_at_one_;
  std::uint32_t last_id_ = 0;
  std::vector<std::unique_ptr<node>> nodes_;
  std::vector<std::unique_ptr<node>> retired_;  // not in the list any more, and in flight
  std::vector<node*> active_;                   // open, or untried
  std::size_t at_unproven_ = 0;                 // requests in flight to nodes that are not proven
  std::size_t in_flight_ = 0;                   // requests, heartbeats included
  unsigned credit_ = 0;
  steady_time next_rested_ = never;  // of those that are closed and not being tried
};

inline choice fleet::choose(const node_set& asked, bool may_probe, steady_time now) noexcept {
  candidates free{};
  std::size_t count = 0;
  bool any_proven = false;
  bool all_asked = true;
  bool all_busy = true;
  for (node* const each : active_) {
    any_proven = any_proven || !is_unproven(each);
    if (asked.contains(*each)) continue;
    all_asked = false;
    if (is_full(*each)) continue;
    free[count++] = each;
    all_busy = all_busy && each->in_flight != 0;
  }
  const bool hopeless = active_.empty() || (!all_asked && all_busy && (count == 0 || may_probe));
  if (!any_proven && hopeless) {
    // None has answered yet, and the next may be the one that does.
    if (node* const rested = find_rested(now)) {
      return begin(rested->ignores_heartbeats ? choice::kind::send : choice::kind::probe, *rested);
    }
    if (count == 0) return {};
  }
  const bool may_find_out = any_proven && at_unproven_ == 0 && credit_ >= probe_price;
  if (may_find_out && may_probe) {
    if (node* const found = find_for_probe(now)) {
      credit_ -= probe_price;
      return begin(choice::kind::probe, *found);
    }
  }
  if (all_asked) return {choice::kind::asked_all, nullptr, false, 0};
  const bool is_last = in_flight_ >= most_at_one_;
  if (is_last) {
    // Or one that is back would never get a request where there is always work for all.
    if (node* const found = may_find_out ? find_reopened(free, count) : nullptr) {
      credit_ -= probe_price;
      return begin(choice::kind::send, *found);
    }
    if (node* const latest = find_latest(free, count)) return begin(choice::kind::send, *latest);
  }
  // While proven ones can take it, a request does not go to one of which nothing is known, and to
  // one that has only answered a heartbeat if no other request is at such a one.
  const auto first_unproven = std::partition(free.begin(), free.begin() + count,
                                             [](const node* one) { return !is_unproven(one); });
  const auto proven = static_cast<std::size_t>(first_unproven - free.begin());
  if (any_proven && at_unproven_ != 0) {
    count = proven;
  } else if (proven != 0) {
    const auto untried = std::partition(
        first_unproven, free.begin() + count,
        [](const node* one) { return one->state.state() == endpoint_state::open; });
    count = static_cast<std::size_t>(untried - free.begin());
  }
  if (count == 0) return {};
  return begin(choice::kind::send, *pick(free, count, now));
}

inline choice fleet::choose_again(std::uint32_t id) noexcept {
  if (id == 0) return {};
  const auto found = std::find_if(active_.begin(), active_.end(),
                                  [id](const node* each) { return each->id == id; });
  return found == active_.end() ? choice() : begin(choice::kind::send, **found);
}

inline choice fleet::insist() noexcept {
  node* const first = find_rested(next_rested_);
  return first == nullptr ? choice() : begin(choice::kind::send, *first);
}

/// Of two at random, the one that will probably answer first, unless it makes little difference.
inline node* fleet::pick(const candidates& from, std::size_t count, steady_time now) noexcept {
  node* const one = from[random_.below(count)];
  if (count == 1) return one;
  node* other = one;
  while (other == one) other = from[random_.below(count)];
  const auto load = [now](const node& at) {
    return static_cast<double>(at.state.expected_latency(now).count()) *
           static_cast<double>(at.in_flight + 1);
  };
  return load(*other) * 2 <= load(*one) ? other : one;
}

inline choice fleet::begin(choice::kind what, node& where) noexcept {
  const bool unproven = is_unproven(&where);
  ++where.in_flight;
  ++in_flight_;
  if (unproven) ++at_unproven_;
  if (what == choice::kind::send) ++where.requests;
  if (where.state.state() == endpoint_state::closed) look_ahead();
  return {what, &where, unproven, where.closings};
}

/// Of the proven ones without a request, the one that has answered last.
inline node* fleet::find_latest(const candidates& from, std::size_t count) const noexcept {
  node* latest = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    node* const each = from[i];
    if (is_unproven(each) || each->in_flight != 0) continue;
    if (latest == nullptr || latest->state.last_success() < each->state.last_success()) {
      latest = each;
    }
  }
  return latest;
}

/// One that has answered a heartbeat, and no request yet.
inline node* fleet::find_reopened(const candidates& from, std::size_t count) noexcept {
  const auto is_reopened = [](const node* each) {
    return each->state.state() == endpoint_state::open && is_unproven(each);
  };
  const auto end = from.begin() + count;
  const auto found = std::find_if(from.begin(), end, is_reopened);
  return found == end ? nullptr : *found;
}

/// An active one that is untried, or else one that has rested, if there is a place for it.
inline node* fleet::find_for_probe(steady_time now) noexcept {
  for (node* const each : active_) {
    if (each->state.state() == endpoint_state::untried) return each;
  }
  return active_.size() < most_active ? find_rested(now) : nullptr;
}

/// Of those that are closed and have rested, the one that has for longest.
inline node* fleet::find_rested(steady_time now) noexcept {
  node* first = nullptr;
  if (next_rested_ > now || next_rested_ == never) return first;
  for (const auto& each : nodes_) {
    if (each->active || is_being_tried(*each) || each->state.rested() > now) continue;
    if (first == nullptr || each->state.rested() < first->state.rested()) first = each.get();
  }
  return first;
}

inline bool fleet::has_other(const node_set& asked) const noexcept {
  return std::any_of(active_.begin(), active_.end(),
                     [&](const node* each) { return !asked.contains(*each); });
}

inline void fleet::succeed(node& at, steady_time started, steady_time now) noexcept {
  if (credit_ < most_credit) ++credit_;
  // Of one that has failed since then this says little, where others can be asked.
  const bool closed_since =
      at.state.state() == endpoint_state::closed && started <= at.state.since();
  if (closed_since && has_open()) return;
  at.state.succeed(started, now);
  at.ignores_heartbeats = false;
  activate(at);
}

inline void fleet::revive(node& at, steady_time now) noexcept {
  at.state.reopen(now);
  at.ignores_heartbeats = false;
  activate(at);
}

inline void fleet::fail(const choice& made, const rest& how, std::chrono::milliseconds at_least,
                        steady_time started, steady_time now) noexcept {
  node& at = *made.where;
  if (at.state.state() != endpoint_state::closed) {
    if (made.closings != at.closings) return;  // it has come back since
    ++at.closings;
    at.lost = at.in_flight;
  }
  at.state.fail(how, at_least, started, now, random_);
  at.active = false;
  active_.erase(std::remove(active_.begin(), active_.end(), &at), active_.end());
  refill();
  look_ahead();
}

inline void fleet::done(const choice& ended) noexcept {
  node& at = *ended.where;
  --at.in_flight;
  if (ended.closings != at.closings) --at.lost;
  --in_flight_;
  if (ended.unproven) --at_unproven_;
  if (at.retired && at.in_flight == 0) {
    retired_.erase(std::find_if(retired_.begin(), retired_.end(),
                                [&](const auto& each) { return each.get() == &at; }));
  } else if (at.state.state() == endpoint_state::closed) {
    look_ahead();
  }
}

inline void fleet::activate(node& one) noexcept {
  if (one.active || one.retired) return;
  if (active_.size() == most_active) return;  // it stays in reserve
  one.active = true;
  active_.push_back(&one);
  look_ahead();
}

/// Brings in others, at random, where there are fewer active ones than there may be.
inline void fleet::refill() noexcept {
  const auto in_reserve = [](const std::unique_ptr<node>& each) {
    return !each->active && each->state.state() != endpoint_state::closed;
  };
  while (active_.size() < most_active) {
    const auto count = std::count_if(nodes_.begin(), nodes_.end(), in_reserve);
    if (count == 0) return;
    auto left = random_.below(static_cast<std::uint64_t>(count));
    for (const auto& each : nodes_) {
      if (!in_reserve(each) || left-- != 0) continue;
      activate(*each);
      break;
    }
  }
}

inline void fleet::look_ahead() noexcept {
  next_rested_ = never;
  if (active_.size() == nodes_.size()) return;
  for (const auto& each : nodes_) {
    if (each->state.state() != endpoint_state::closed || is_being_tried(*each)) continue;
    next_rested_ = (std::min)(next_rested_, each->state.rested());
  }
}

inline void fleet::replace(const endpoint_list& endpoints) {
  std::vector<std::unique_ptr<node>> added(endpoints.size());
  const auto in_use = [&](const endpoint& wanted) {
    return std::find_if(nodes_.begin(), nodes_.end(), [&](const std::unique_ptr<node>& each) {
      return each != nullptr && *each->where == wanted;
    });
  };
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (in_use(endpoints[i]) == nodes_.end()) {
      added[i] = std::make_unique<node>(endpoints[i], ++last_id_);
    }
  }
  retired_.reserve(retired_.size() + nodes_.size());
  // Nothing can fail from here on.
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (added[i] == nullptr) added[i] = std::move(*in_use(endpoints[i]));
  }
  nodes_.swap(added);
  for (std::unique_ptr<node>& left : added) {
    if (left == nullptr) continue;
    left->active = false;
    left->retired = true;
    active_.erase(std::remove(active_.begin(), active_.end(), left.get()), active_.end());
    if (left->in_flight != 0) retired_.push_back(std::move(left));
  }
  refill();
  look_ahead();
}

inline std::vector<endpoint_statistics> fleet::describe(steady_time now) const {
  std::vector<endpoint_statistics> all;
  all.reserve(nodes_.size());
  for (const auto& each : nodes_) {
    endpoint_statistics& one = all.emplace_back();
    one.address = each->where->address();
    one.state = each->state.state();
    if (one.state != endpoint_state::untried) {
      one.for_how_long =
          std::chrono::duration_cast<std::chrono::milliseconds>(now - each->state.since());
    }
    one.last_error = each->last_error;
    one.last_error_text = each->last_error_text;
    one.latency =
        std::chrono::duration_cast<std::chrono::microseconds>(each->state.latency());
    one.in_flight = each->in_flight;
    one.requests = each->requests;
    one.delivered = each->delivered;
    one.failures = each->failures;
  }
  return all;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
