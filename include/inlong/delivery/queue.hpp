// SPDX-License-Identifier: Apache-2.0
// The batches of one owner, from `add` to their verdict: what is sent when, and what comes of it.
#ifndef INLONG_DELIVERY_QUEUE_HPP
#define INLONG_DELIVERY_QUEUE_HPP

#include <inlong/config.hpp>
#include <inlong/delivery/attempt.hpp>
#include <inlong/delivery/backoff.hpp>
#include <inlong/delivery/batch.hpp>
#include <inlong/delivery/parcel.hpp>
#include <inlong/delivery/retry_after.hpp>
#include <inlong/delivery/retry_budget.hpp>
#include <inlong/delivery/time_needed.hpp>
#include <inlong/delivery/verdict.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/linked_list.hpp>
#include <inlong/detail/memory_budget.hpp>
#include <inlong/detail/timer_heap.hpp>
#include <inlong/endpoint/fleet.hpp>
#include <inlong/error.hpp>
#include <inlong/options.hpp>
#include <inlong/outcome.hpp>
#include <inlong/server_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// What all queues of a reporter share, and one lock guards.
struct shared_state {
  shared_state(std::uint64_t seed, std::size_t most_at_one) : endpoints(seed, most_at_one) {}

  fleet endpoints;
  retry_budget budget;
  time_needed needed;
  std::uint64_t retries = 0;
};

/// Whether a queue's records must arrive in their order, one request at a time: a call of `report`
/// delivers a prefix of what it was given.
enum class order { free, strict };

/// A state machine without threads, clock, locks or I/O. Its driver adds batches, asks for the next
/// attempt, carries it out, tells what came of it, and takes what is finished:
///
///     add ─► next ─► (driver: carry_out) ─► told ─► take
///              ▲                             │
///              └──── again, or divided ──────┘
class queue {
 public:
  /// What it needs beside the batches is paid for from the budget, if there is one and as far as it
  /// goes: to divide a batch, it takes more for a while.
  queue(shared_state& shared, const options& how, order in,
        memory_budget* budget = nullptr) noexcept
      : shared_(shared), how_(how), order_(in), budget_(budget) {}
  queue(const queue&) = delete;
  queue& operator=(const queue&) = delete;
  ~queue() {
    while (!all_made_.empty()) discard(*all_made_.first());
  }

  /// Takes `count` records of a batch from `first` on, which must live, unchanged, until they are
  /// finished. `owner` is the driver's own mark. False: no memory, and nothing was taken.
  [[nodiscard]] bool add(const batch& records, std::size_t first, std::size_t count, void* owner,
                         steady_time deadline) noexcept;
  /// What `add` needs memory for, to be had beforehand: an `add` of this can't fail. Null: no
  /// memory. Not wanted after all, it is given back by `release`.
  parcel* prepare() noexcept { return obtain(false); }
  void add(parcel& prepared, const batch& records, std::size_t first, std::size_t count,
           void* owner, steady_time deadline) noexcept;
  /// What to send now, if anything. Ends what is past its deadline.
  std::optional<attempt> next(steady_time now) noexcept;
  /// What came of an attempt.
  void told(const attempt& made, reply&& came, steady_time now) noexcept;
  /// When to ask `next` again, if nothing is told or added meanwhile.
  steady_time wake() const noexcept;
  /// Something finished: delivered if its facts have no error. Null if there is nothing. Given back
  /// by `release`.
  parcel* take() noexcept { return finished_.pop_front(); }
  void release(parcel& taken) noexcept;
  /// Nothing pays any more for those that were taken, and stay.
  void pay_no_more(parcel* taken) noexcept;
  /// Gives back what it does not need now, but for so many parcels.
  void trim(std::size_t most) noexcept;
  /// Ends everything that is not in flight, with this error.
  void abandon(errc why) noexcept;
  /// Ends what is in flight as well, which may be stored. Nothing can be told any more; and whoever
  /// carries an attempt out may still read what it carries.
  void end(errc why) noexcept;

  std::size_t in_flight() const noexcept { return in_flight_; }
  bool has_finished() const noexcept { return !finished_.empty(); }
  /// Whether there is something to send, as far as the queue goes.
  bool has_ready() const noexcept {
    return !ready_.empty() || !late_.empty() || !retries_.empty();
  }
  /// Whether something has not been taken yet.
  bool is_empty() const noexcept { return in_use_ == 0; }
  /// A strict queue's driver lets it try a heartbeat once for each call: no call waits for two.
  void allow_probe() noexcept { may_probe_ = true; }

 private:
  // next
  void pass_time(steady_time now) noexcept;
  std::optional<attempt> next_of(linked_list<parcel>& from, steady_time now) noexcept;
  std::chrono::milliseconds usual_time() const noexcept {
    return (std::min)(how_.request_timeout, how_.delivery_timeout);
  }
  choice choose(parcel& leading, bool& fresh, steady_time now) noexcept;
  choice insist(const parcel& leading, steady_time now) noexcept;
  std::optional<attempt> dispatch(parcel& leading, choice to, bool fresh,
                                  steady_time now) noexcept;
  bool cut_to(parcel& whole, std::size_t count) noexcept;

  // told
  void tell_fleet(const attempt& made, const reply& came, steady_time now) noexcept;
  static bool was_hurried(const attempt& made, const reply& came, std::chrono::milliseconds usual,
                          steady_time now) noexcept;
  void tell_of_heartbeat(const attempt& made, const reply& came, steady_time now) noexcept;
  void note(parcel& one, const attempt& made, reply& came) noexcept;
  void decide(parcel& one, const attempt& made, const reply& came, steady_time now) noexcept;
  void retry(parcel& one, const attempt& made, const verdict& means, steady_time now) noexcept;
  void retry_few(parcel& one, const attempt& made, const verdict& means, steady_time now) noexcept;
  void ask_another(parcel& one, const node& asked) noexcept;
  void await_stream(parcel& one, const node& asked, steady_time now) noexcept;
  void bisect(parcel& one, std::size_t left) noexcept;

  // where a parcel goes
  void ready_at_once(parcel& one) noexcept;
  void put_off(parcel& one) noexcept;
  void wait_until(parcel& one, steady_time due, bool free_of_charge) noexcept;
  void finish(parcel& one) noexcept;
  void fail(parcel& one, errc error) noexcept;
  void leave(parcel& one) noexcept;

  parcel* obtain(bool on_credit) noexcept;
  void discard(parcel& gone) noexcept;
  parcel* split(parcel& whole, std::size_t left) noexcept;

  static constexpr std::size_t cost = sizeof(parcel) + sizeof(parcel*);  // with its room in timers_

  shared_state& shared_;
  const options& how_;
  const order order_;
  memory_budget* const budget_;
  bool may_probe_ = true;

  linked_list<parcel> ready_;     // to be sent, what was divided or is resent first
  linked_list<parcel> late_;      // to be sent if nothing else is: it may be in vain
  linked_list<parcel> retries_;   // to be sent if the budget allows it
  timer_heap<parcel> timers_;     // those that wait, by when; those that are ready, by deadline
  linked_list<parcel> finished_;
  std::size_t waiting_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t in_use_ = 0;

  linked_list<parcel> spare_;
  linked_list<parcel, &parcel::made_after, &parcel::made_before> all_made_;  // the last one first
  std::size_t made_ = 0;
};

// ---- in

inline bool queue::add(const batch& records, std::size_t first, std::size_t count, void* owner,
                       steady_time deadline) noexcept {
  parcel* const one = prepare();
  if (one != nullptr) add(*one, records, first, count, owner, deadline);
  return one != nullptr;
}

inline void queue::add(parcel& prepared, const batch& records, std::size_t first,
                       std::size_t count, void* owner, steady_time deadline) noexcept {
  prepared.records = &records;
  prepared.owner = owner;
  prepared.first = first;
  prepared.count = count;
  prepared.deadline = deadline;
  prepared.at = parcel::place::ready;
  ready_.push_back(prepared);
  timers_.insert(prepared, deadline);
}

// ---- next

inline std::optional<attempt> queue::next(steady_time now) noexcept {
  pass_time(now);
  if (order_ == order::strict && (waiting_ != 0 || in_flight_ != 0)) return std::nullopt;
  if (!retries_.empty()) {
    if (shared_.budget.has(now)) {
      if (auto made = next_of(retries_, now)) return made;
    }
    if (order_ == order::strict) return std::nullopt;
  }
  if (auto made = next_of(ready_, now)) return made;
  return next_of(late_, now);
}

/// The next of those that can be sent now. Who has been at some endpoints, and can't be sent for
/// that, does not hold up who can; nor does who has too little time left. Where more is submitted
/// than can be sent, the head of the line is always about to expire.
inline std::optional<attempt> queue::next_of(linked_list<parcel>& from, steady_time now) noexcept {
  const parcel* passed_over = nullptr;  // the first of them: then all have been looked at
  const steady_time enough = later(now, (std::min)(shared_.needed.get(), usual_time() / 2));
  while (parcel* const leading = from.first()) {
    if (leading == passed_over) break;
    if (leading->at == parcel::place::ready && order_ == order::free &&
        leading->deadline < enough) {
      put_off(*leading);
      continue;
    }
    bool fresh = false;
    const choice to = choose(*leading, fresh, now);
    if (to.what == choice::kind::nowhere) {
      if (order_ == order::strict || leading->asked.empty()) break;  // nor does anybody else
      if (passed_over == nullptr) passed_over = leading;
      from.erase(*leading);
      from.push_back(*leading);
      continue;
    }
    if (to.what == choice::kind::probe) {
      may_probe_ = may_probe_ && order_ == order::free;
      steady_time limit = later(now, fleet::probe_timeout);
      if (order_ == order::strict) limit = (std::min)(limit, leading->deadline);  // its caller waits
      return attempt{to, nullptr, true, now, limit};
    }
    if (auto made = dispatch(*leading, to, fresh, now)) return made;
  }
  return std::nullopt;
}

inline choice queue::choose(parcel& leading, bool& fresh, steady_time now) noexcept {
  fleet& endpoints = shared_.endpoints;
  fresh = leading.resend_to != 0;
  choice to = endpoints.choose_again(leading.resend_to);
  if (to.what == choice::kind::send) return to;
  to = endpoints.choose(leading.asked, may_probe_, now);
  if (to.what == choice::kind::asked_all) {  // the others have gone since
    leading.asked.clear();
    to = endpoints.choose(leading.asked, may_probe_, now);
  }
  return to.what == choice::kind::nowhere ? insist(leading, now) : to;
}

/// What has waited long enough becomes ready; what is past its deadline fails.
inline void queue::pass_time(steady_time now) noexcept {
  while (!timers_.empty() && timers_.first().due <= now) {
    parcel& one = timers_.first();
    const bool paid = one.free_of_charge;
    leave(one);
    if (one.deadline <= now) {
      fail(one, errc::timeout);
      continue;
    }
    one.at = paid ? parcel::place::ready : parcel::place::retry;
    if (paid && order_ == order::strict) {
      ready_.push_front(one);  // the others have waited behind it
    } else {
      (paid ? ready_ : retries_).push_back(one);
    }
    timers_.insert(one, one.deadline);
  }
}

/// Nobody fails without having been tried, even if all endpoints rest for longer than it has time.
inline choice queue::insist(const parcel& leading, steady_time now) noexcept {
  fleet& endpoints = shared_.endpoints;
  if (leading.known_facts.attempts != 0 || endpoints.has_open() ||
      endpoints.wake() < leading.deadline || !shared_.budget.has(now)) {
    return {};
  }
  const choice first = endpoints.insist();
  if (first.what == choice::kind::send) shared_.budget.take(now);
  return first;
}

inline std::optional<attempt> queue::dispatch(parcel& leading, choice to, bool fresh,
                                              steady_time now) noexcept {
  const std::size_t most = (std::min)(how_.max_request_bytes, to.where->limit.get(now));
  const std::size_t fits = leading.records->fitting(leading.first, leading.count, most);
  if (leading.at == parcel::place::retry) shared_.budget.take(now);
  if (fits < leading.count && !cut_to(leading, fits)) {
    shared_.endpoints.done(to);
    return std::nullopt;
  }
  leave(leading);
  if (leading.known_facts.attempts != 0 && !leading.divided && !fresh) ++shared_.retries;
  leading.divided = false;
  leading.at = parcel::place::in_flight;
  ++in_flight_;
  const auto bytes = leading.records->request_bytes(leading.first, leading.count);
  const std::chrono::milliseconds sending(bytes / (100 * 1024 / 1000));  // at 100 KiB a second
  const steady_time limit = later(later(now, how_.request_timeout), sending);
  leading.resend_to = 0;
  return attempt{to, &leading, fresh, now, (std::min)(limit, leading.deadline)};
}

/// Leaves `count` records in a parcel; the others follow behind it.
inline bool queue::cut_to(parcel& whole, std::size_t count) noexcept {
  parcel* const rest = split(whole, count);
  if (rest == nullptr) {
    leave(whole);
    fail(whole, errc::out_of_memory);
    return false;
  }
  ready_at_once(*rest);
  return true;
}

inline steady_time queue::wake() const noexcept {
  steady_time when = timers_.empty() ? (steady_time::max)() : timers_.first().due;
  if (order_ == order::strict && (waiting_ != 0 || in_flight_ != 0)) return when;
  const steady_time willing = shared_.endpoints.wake();
  if (!retries_.empty()) {
    // Without a token, no matter who is willing.
    const bool paid = !shared_.budget.is_empty();
    const steady_time token = shared_.budget.available();
    const steady_time either = shared_.endpoints.has_open() ? token : (std::max)(token, willing);
    when = (std::min)(when, paid ? willing : either);
    if (order_ == order::strict) return when;
  }
  return ready_.empty() && late_.empty() ? when : (std::min)(when, willing);
}

// ---- told

inline void queue::told(const attempt& made, reply&& came, steady_time now) noexcept {
  if (made.carried == nullptr) {
    tell_of_heartbeat(made, came, now);
    return shared_.endpoints.done(made.to);
  }
  parcel& one = *made.carried;
  one.at = parcel::place::nowhere;
  --in_flight_;
  note(one, made, came);
  tell_fleet(made, came, now);
  decide(one, made, came, now);
  shared_.endpoints.done(made.to);
}

/// Whether it had less than so much time before a deadline that is not its own, and took it all, which
/// says nothing of the endpoint.
inline bool queue::was_hurried(const attempt& made, const reply& came,
                               std::chrono::milliseconds usual, steady_time now) noexcept {
  return came.means.error == errc::timeout && made.deadline < later(made.started, usual) &&
         now >= made.deadline;
}

inline void queue::tell_of_heartbeat(const attempt& made, const reply& came,
                                     steady_time now) noexcept {
  node& at = *made.to.where;
  const bool refuses = came.code == 1 || came.code == 2;
  if (came.got.what == transmission::answered && !refuses) {
    return shared_.endpoints.revive(at, now);
  }
  if (came.means.error == errc::cancelled) return;
  if (was_hurried(made, came, fleet::probe_timeout, now)) return;
  at.ignores_heartbeats =
      came.means.error == errc::timeout || came.got.what == transmission::maybe_sent;
  at.note_failure(came.means.error, came.got.error_text);
  shared_.endpoints.fail(made.to, came.code == 2 ? long_rest : usual_rest, {}, made.started, now);
}

/// Keeps what is to be told of the records in the end.
inline void queue::note(parcel& one, const attempt& made, reply& came) noexcept {
  facts& known = one.known_facts;
  ++known.attempts;
  known.error = came.means.error;
  // stored > maybe > not: once in doubt, only a success ends the doubt.
  known.known = (std::max)(known.known, came.means.known);
  known.server_code = came.code.value_or(no_server_code);
  known.http_status = came.got.status;
  known.where = made.to.where->where;
  known.detail = std::move(came.got.error_text);
}

inline void queue::tell_fleet(const attempt& made, const reply& came, steady_time now) noexcept {
  node& at = *made.to.where;
  fleet& endpoints = shared_.endpoints;
  const parcel& one = *made.carried;
  if (came.means.what == action::deliver) {
    at.delivered += one.count;
    shared_.budget.succeed();
  } else if (came.means.what != action::resend) {
    ++at.failures;
  }
  if (came.means.what == action::shrink) {
    at.limit.refuse(one.records->request_bytes(one.first, one.count), now);
  }
  const rest* how = nullptr;
  switch (came.means.endpoint) {
    case standing::sound:
      shared_.needed.succeed(now - made.started);
      return endpoints.succeed(at, made.started, now);
    case standing::neutral:
      return;
    case standing::strained:
      how = &short_rest;
      break;
    case standing::failing:
      how = &usual_rest;
      break;
    case standing::resting:
      how = &long_rest;
      break;
  }
  if (how == nullptr) return;  // not one of the enum's values
  if (was_hurried(made, came, usual_time() / 2, now)) {
    return shared_.needed.run_out(made.deadline - made.started);
  }
  at.note_failure(came.means.error, one.known_facts.detail);
  const std::chrono::milliseconds at_least = retry_after(came.got.retry_after, one.deadline, now);
  endpoints.fail(made.to, *how, at_least, made.started, now);
}

/// Every batch's fate is decided here, and nowhere else.
inline void queue::decide(parcel& one, const attempt& made, const reply& came,
                          steady_time now) noexcept {
  const verdict& means = came.means;
  const node& at = *made.to.where;
  if (means.what == action::deliver) {
    one.known_facts.error = errc::ok;
    one.known_facts.known = certainty::stored;
    return finish(one);
  }
  const bool in_doubt = one.known_facts.known != certainty::not_stored;
  if (means.what == action::fail || (in_doubt && !how_.resend_unknown)) {
    return fail(one, means.error);
  }
  if (means.what == action::resend && !made.fresh) {
    one.resend_to = at.id;
    return ready_at_once(one);
  }
  switch (means.what) {
    case action::retry_few:
    case action::suspect:
      return retry_few(one, made, means, now);
    case action::await_stream:
      return await_stream(one, at, now);
    case action::bisect:
      return bisect(one, one.count / 2);
    case action::shrink:
      if (one.count > 1) {
        const std::size_t half = one.records->request_bytes(one.first, one.count) / 2;
        return bisect(one, one.records->fitting(one.first, one.count - 1, half));
      }
      return ask_another(one, at);
    case action::second_opinion:
      return ask_another(one, at);
    default:
      return retry(one, made, means, now);
  }
}

/// At once if another endpoint can take it, or else after a back-off.
inline void queue::retry(parcel& one, const attempt& made, const verdict& means,
                         steady_time now) noexcept {
  constexpr std::chrono::milliseconds base(50);
  constexpr std::chrono::seconds cap(10);
  const bool is_closed = made.to.where->state.state() == endpoint_state::closed;
  const bool elsewhere =
      is_closed && means.known == certainty::not_stored && shared_.endpoints.has_open();
  if (elsewhere) return wait_until(one, now, false);
  wait_until(one, later(now, backoff(shared_.endpoints.random(), base, cap, one.backoffs++)),
             false);
}

inline void queue::retry_few(parcel& one, const attempt& made, const verdict& means,
                             steady_time now) noexcept {
  if (--one.tries_left > 0) {
    one.asked.insert(*made.to.where);
    return retry(one, made, means, now);
  }
  one.tries_left = 1;  // for its parts as well: what they are suspected of has been tried
  if (means.what == action::suspect) return bisect(one, one.count / 2);
  fail(one, means.error);
}

/// Of an endpoint that is asked instead, for a second opinion.
inline void queue::ask_another(parcel& one, const node& asked) noexcept {
  one.asked.insert(asked);
  if (std::exchange(one.doubted, true) || !shared_.endpoints.has_other(one.asked)) {
    return fail(one, one.known_facts.error);
  }
  ready_at_once(one);
}

inline void queue::await_stream(parcel& one, const node& asked, steady_time now) noexcept {
  constexpr std::chrono::milliseconds base(500);
  constexpr std::chrono::seconds cap(5);
  if (!one.unknown_since) one.unknown_since = now;
  one.asked.insert(asked);
  if (shared_.endpoints.has_other(one.asked)) return ready_at_once(one);
  const steady_time end = later(*one.unknown_since, how_.unknown_stream_wait);
  if (now >= end) return fail(one, errc::unknown_stream);
  one.asked.clear();
  const auto rest = backoff(shared_.endpoints.random(), base, cap, one.unknown_rounds++);
  wait_until(one, (std::min)(later(now, rest), end), true);
}

/// Two parcels, the first with `left` records; of one record, the one whose fault it is.
inline void queue::bisect(parcel& one, std::size_t left) noexcept {
  if (one.count == 1) return fail(one, one.known_facts.error);
  // What endpoints have said of the whole does not hold for its parts.
  one.asked.clear();
  one.doubted = false;
  parcel* const right = split(one, left);
  if (right == nullptr) return fail(one, errc::out_of_memory);
  ready_at_once(*right);
  ready_at_once(one);
}

// ---- where a parcel goes

inline void queue::ready_at_once(parcel& one) noexcept {
  one.at = parcel::place::ready;
  ready_.push_front(one);
  timers_.insert(one, one.deadline);
}

/// From `ready_`, whose later ones have more time, as a rule: so that what has most stands first.
inline void queue::put_off(parcel& one) noexcept {
  ready_.erase(one);
  one.at = parcel::place::late;
  late_.push_front(one);
}

inline void queue::wait_until(parcel& one, steady_time due, bool free_of_charge) noexcept {
  one.at = parcel::place::waiting;
  one.free_of_charge = free_of_charge;
  ++waiting_;
  timers_.insert(one, (std::min)(due, one.deadline));
}

inline void queue::leave(parcel& one) noexcept {
  if (one.at == parcel::place::waiting) --waiting_;
  if (one.at == parcel::place::ready) ready_.erase(one);
  if (one.at == parcel::place::late) late_.erase(one);
  if (one.at == parcel::place::retry) retries_.erase(one);
  timers_.erase(one);
  one.at = parcel::place::nowhere;
}

inline void queue::finish(parcel& one) noexcept {
  one.at = parcel::place::nowhere;
  parcel* behind = nullptr;
  if (order_ == order::strict) {  // those that a deadline ends together stand in the timers anyhow
    behind = finished_.first();
    while (behind != nullptr && behind->first < one.first) behind = behind->next;
  }
  finished_.insert_before(one, behind);
}

inline void queue::fail(parcel& one, errc error) noexcept {
  one.known_facts.error = error;
  finish(one);
}

inline void queue::abandon(errc why) noexcept {
  while (!timers_.empty()) {
    parcel& one = timers_.last();
    leave(one);
    fail(one, why);
  }
}

inline void queue::end(errc why) noexcept {
  abandon(why);
  for (parcel* each = all_made_.first(); each != nullptr; each = each->made_before) {
    if (each->at != parcel::place::in_flight) continue;
    each->known_facts.error = why;
    each->known_facts.known = (std::max)(each->known_facts.known, certainty::maybe_stored);
    finished_.push_back(*each);
  }
}

inline void queue::release(parcel& taken) noexcept {
  --in_use_;
  if (!taken.is_paid) return discard(taken);
  parcel* const before = taken.made_before;
  parcel* const after = taken.made_after;
  taken = parcel();
  taken.made_before = before;
  taken.made_after = after;
  taken.is_paid = true;
  spare_.push_front(taken);
}

inline void queue::pay_no_more(parcel* taken) noexcept {
  for (; taken != nullptr; taken = taken->next) {
    if (std::exchange(taken->is_paid, false) && budget_ != nullptr) budget_->give_back(cost);
  }
}

inline void queue::trim(std::size_t most) noexcept {
  while (made_ - in_use_ > most) discard(*spare_.pop_front());
  if (made_ == 0) timers_.reset();
}

/// Null: no memory. With the parcel comes room for it in every list. `on_credit`: even if the budget
/// has none.
inline parcel* queue::obtain(bool on_credit) noexcept {
  parcel* one = spare_.pop_front();
  if (one == nullptr) {
    const bool is_paid = budget_ == nullptr || budget_->take(cost);
    if (!is_paid && !on_credit) return nullptr;
    if (timers_.reserve(made_ + 1)) one = new (std::nothrow) parcel;
    if (one == nullptr) {
      if (budget_ != nullptr) budget_->fail(is_paid ? cost : 0);
      return nullptr;
    }
    one->is_paid = is_paid;
    all_made_.push_front(*one);
    ++made_;
  }
  ++in_use_;
  return one;
}

inline void queue::discard(parcel& gone) noexcept {
  all_made_.erase(gone);
  --made_;
  if (gone.is_paid && budget_ != nullptr) budget_->give_back(cost);
  delete &gone;
}

/// The right part of a parcel, in no list yet; the left one stays in it.
inline parcel* queue::split(parcel& whole, std::size_t left) noexcept {
  parcel* const right = obtain(true);
  if (right == nullptr) return nullptr;
  whole.divided = right->divided = true;
  right->records = whole.records;
  right->owner = whole.owner;
  right->first = whole.first + left;
  right->count = whole.count - left;
  right->deadline = whole.deadline;
  right->known_facts.error = whole.known_facts.error;
  right->known_facts.known = whole.known_facts.known;
  right->known_facts.server_code = whole.known_facts.server_code;
  right->known_facts.http_status = whole.known_facts.http_status;
  right->known_facts.attempts = whole.known_facts.attempts;
  right->known_facts.where = whole.known_facts.where;
  right->backoffs = whole.backoffs;
  right->tries_left = whole.tries_left;
  right->doubted = whole.doubted;
  right->asked = whole.asked;
  right->unknown_rounds = whole.unknown_rounds;
  right->unknown_since = whole.unknown_since;
  whole.count = left;
  return right;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
