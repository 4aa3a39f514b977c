// SPDX-License-Identifier: Apache-2.0
// The middle of an asynchronous reporter: from `submit` through lanes into the queue, and from there
// to the callback. What blocks in it are mutexes, briefly; it knows no transport.
#ifndef INLONG_ASYNC_DISPATCHER_HPP
#define INLONG_ASYNC_DISPATCHER_HPP

#include <inlong/async/lane_table.hpp>
#include <inlong/async/sleepers.hpp>
#include <inlong/async_options.hpp>
#include <inlong/config.hpp>
#include <inlong/counters.hpp>
#include <inlong/delivery/attempt.hpp>
#include <inlong/delivery/check.hpp>
#include <inlong/delivery/deliveries.hpp>
#include <inlong/delivery/lane.hpp>
#include <inlong/delivery/parcel.hpp>
#include <inlong/delivery/queue.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/fork.hpp>
#include <inlong/detail/linked_list.hpp>
#include <inlong/detail/memory_budget.hpp>
#include <inlong/detail/seed.hpp>
#include <inlong/endpoint/endpoint_list.hpp>
#include <inlong/error.hpp>
#include <inlong/options.hpp>
#include <inlong/record.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// What all parts of an asynchronous reporter share: lanes, queue, and who waits for what.
///
/// Two kinds of locks: a lane's shard, held while a record is encoded into the lane's batch, and
/// `mutex`, held for what happens once a batch: opening, sealing, sending, reporting. A thread that
/// has a shard may take `mutex`, and never the other way round.
class dispatcher {
 public:
  using callback = std::function<void(const deliveries&)>;

  dispatcher(const async_options& wanted, callback&& on_delivery)
      : wanted_(wanted),
        how_(shared_options(wanted)),
        on_delivery_(std::move(on_delivery)),
        budget_(wanted.max_memory),
        lanes_(budget_),
        shared_(seed_for(this), wanted.workers > 1 ? wanted.workers - 1 : 1),
        path_(shared_, how_, order::free, &budget_) {}
  dispatcher(const dispatcher&) = delete;
  dispatcher& operator=(const dispatcher&) = delete;
  ~dispatcher();

  const process_mark home;
  std::mutex mutex;

  // ---- records in; any thread, without `mutex`

  submit_status submit(const destination& to, const record& added) noexcept {
    return offer(to, added, false);
  }
  submit_status submit(lane& held, const record& added) noexcept;
  submit_status submit_for(const destination& to, const record& added, steady_time until) noexcept;
  /// As `submit`; but if there will be another try of it, `full` does not count.
  submit_status offer(const destination& to, const record& added, bool again) noexcept;
  /// Offers it until there is room, or until then. `moves` counts, with `mutex`, what can have made
  /// some; `wait` waits for that, and says false in a child that was forked meanwhile.
  template <class Wait>
  submit_status offer_until(const destination& to, const record& added, steady_time until,
                            const std::uint64_t& moves, const Wait& wait);
  /// A lane that stays until it is let go; null if there is no memory, or nothing is taken any more.
  lane* hold(const destination& to) noexcept;
  void hold(lane& held) noexcept;
  void let_go(lane& held) noexcept;

  // ---- for whoever drives it; with `mutex`

  /// Does one thing that is due: seals a batch, or reports one. False: there is none. Releases the
  /// lock meanwhile.
  bool do_chore(std::unique_lock<std::mutex>& lock, steady_time now);
  std::optional<attempt> next(steady_time now) noexcept;
  void told(const attempt& made, reply&& came, steady_time now) noexcept;
  /// Whether there are deliveries to be reported, and nobody is at it.
  bool has_report() const noexcept { return !is_reporting_ && !finished_.empty(); }
  /// `was_busy`: the caller has done something since it slept last.
  void sleep(std::unique_lock<std::mutex>& lock, bed& own, steady_time now, steady_time latest,
             bool was_busy) {
    // Where there was work there will probably be more: whoever opens the next batch need not wake
    // anybody then, only to be told when it is due.
    const steady_time guess = was_busy ? later(now, wanted_.linger) : (steady_time::max)();
    sleepers_.sleep(lock, own, (std::min)(alarm(), guess), latest);
  }
  const options& how() const noexcept { return how_; }

  // ---- for those who wait; with `mutex`

  std::uint64_t last_opened() const noexcept { return last_opened_; }
  /// Whether all batches up to that one are reported, or finished if the caller is in a callback.
  bool is_settled(std::uint64_t last) const noexcept;
  /// Seals all open batches up to that one, or as many as it can until then.
  void seal_up_to(std::unique_lock<std::mutex>& lock, std::uint64_t last,
                  steady_time until) noexcept;
  bool is_in_callback() const noexcept {
    return is_reporting_ && reporter_ == std::this_thread::get_id();
  }
  bool is_reporting() const noexcept { return is_reporting_; }
  std::condition_variable progress;  // something was reported, or a driver has ended
  void call_all() noexcept {
    sleepers_.call_all();
    progress.notify_all();
  }

  // ---- the end

  bool is_closing() const noexcept { return closing_.load(std::memory_order_acquire); }
  /// From now on every record is refused. False: that was so already. Without `mutex`.
  bool stop_intake() noexcept;
  /// With `mutex`: ends what is under way; nobody drives this any more, but for chores.
  void give_up() noexcept {
    path_.end(errc::cancelled);
    gather();
  }
  /// With `mutex`, after that: ends what there was no time to seal.
  void give_up_open(std::unique_lock<std::mutex>& lock) noexcept {
    seal_up_to(lock, last_opened_, (steady_time::max)());
    path_.abandon(errc::cancelled);
    gather();
  }
  /// With `mutex`, which it releases meanwhile: what was not reported, and will not be. `keeper`
  /// keeps this.
  close_result hand_back(std::unique_lock<std::mutex>& lock,
                         const std::shared_ptr<const dispatcher>& keeper) noexcept;
  close_result totals() const noexcept { return {delivered_, failed_, {}}; }
  /// Without `mutex`: gives back the memory that nobody needs now.
  void tidy_up() noexcept;
  /// With `mutex`: the callback, and all that it holds, once nothing is reported any more.
  callback take_callback() noexcept { return std::exchange(on_delivery_, nullptr); }

  // ---- the rest

  /// Without `mutex`.
  errc replace(const endpoint_list& endpoints) noexcept;
  /// Without `mutex`.
  statistics counters();
  void count_workers(std::size_t count) noexcept { workers_ = count; }

 private:
  // in
  lane* find_or_make(lane_shard& at, const destination& to, std::int64_t minute,
                     std::size_t hash) noexcept;
  lane* make_lane(lane_shard& at, const destination& to, std::int64_t minute,
                  std::size_t hash) noexcept;
  submit_status submit_to(lane_shard& at, lane& into, const record& added) noexcept;
  errc put(lane& into, const record& added) noexcept;
  submit_status put_again(lane& into, const record& added, errc error) noexcept;
  errc put_into_new(lane& into, const record& added) noexcept;
  submit_status refusal(errc error, std::size_t failures) const noexcept;
  submit_status count(lane_shard& at, submit_status status) noexcept;
  bool open(lane& into, lane_batch& made) noexcept;
  void seal(lane& full) noexcept;
  wake_up pass_on(lane& full, steady_time now) noexcept;

  // chores
  steady_time alarm() const noexcept;
  steady_time when_due(const lane_batch& open) const noexcept;
  bool seal_first(std::unique_lock<std::mutex>& lock, steady_time now, std::uint64_t last) noexcept;
  void gather() noexcept;
  void report(std::unique_lock<std::mutex>& lock, steady_time now);
  void call(const lane_batch& finished, steady_time now) noexcept;
  void account(const lane_batch& finished) noexcept;
  void retire(std::unique_lock<std::mutex>& lock, lane_batch& reported, steady_time now) noexcept;
  void forget_idle(steady_time now) noexcept;

  // batches
  lane_batch* obtain(bool large) noexcept;
  void recycle(lane_batch& used) noexcept;
  void reclaim(const lane_shard& locked) noexcept;
  void destroy(lane_batch& gone) noexcept;
  void trim(std::size_t most) noexcept;

  const async_options wanted_;
  const options how_;
  callback on_delivery_;
  memory_budget budget_;
  lane_table lanes_;
  std::atomic<bool> closing_{false};
  std::atomic<std::size_t> waiting_for_room_{0};

  // All that follows is guarded by `mutex`.
  shared_state shared_;
  queue path_;
  sleepers sleepers_;
  std::condition_variable room_;
  std::uint64_t times_room_was_made_ = 0;
  std::uint64_t last_opened_ = 0;
  std::uint64_t no_longer_lingers_ = 0;  // what was opened by then, for want of memory
  using stage = linked_list<lane_batch, &lane_batch::previous_in_stage, &lane_batch::next_in_stage>;
  linked_list<lane_batch> unreported_;  // in order of opening
  // These too, in stages.
  stage open_;                          // in order of opening
  stage under_way_;
  stage finished_;
  linked_list<lane_batch> orphans_;     // reported, while a request that carries them has no end
  linked_list<lane_batch> left_;        // handed back: nothing pays for them any more
  bool is_reporting_ = false;             // somebody is, and sees to what follows
  const lane_batch* reported_ = nullptr;  // until it is retired: then others may use it
  std::size_t next_part_ = 0;             // of the table, for whoever reports
  std::thread::id reporter_;
  linked_list<lane_batch> small_spares_;
  linked_list<lane_batch> large_spares_;
  std::size_t spare_bytes_ = 0;
  bool is_tidying_ = false;  // the last one has been reported, and its memory is given back
  std::uint64_t delivered_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t callback_exceptions_ = 0;
  std::size_t workers_ = 0;
};

// ---- records in
//
// What every record goes through is one piece of code, as the calls in between would take a fifth of
// its time; what happens once a batch, or seldom, is kept out of it.

inline submit_status dispatcher::offer(const destination& to, const record& added,
                                       bool again) noexcept {
  const std::int64_t minute = minute_of(added.time);
  const std::size_t hash = lane_table::hash(to, minute);
  lane_shard& at = lanes_.of(hash);
  const std::lock_guard lock(at.mutex);
  const std::size_t failures = budget_.failures();
  lane* const found = find_or_make(at, to, minute, hash);
  const submit_status status = found != nullptr ? submit_to(at, *found, added)
                                                : refusal(check_destination(to), failures);
  return again && status == submit_status::full ? status : count(at, status);
}

inline submit_status dispatcher::submit(lane& held, const record& added) noexcept {
  if (added.time) return submit(held.to(), added);
  lane_shard& at = lanes_.of(held.hash);
  const std::lock_guard lock(at.mutex);
  return count(at, submit_to(at, held, added));
}

inline submit_status dispatcher::submit_for(const destination& to, const record& added,
                                            steady_time until) noexcept {
  ++waiting_for_room_;
  const submit_status status =
      offer_until(to, added, until, times_room_was_made_, [&](std::unique_lock<std::mutex>& lock) {
        if (until == (steady_time::max)()) {
          room_.wait(lock);
        } else {
          room_.wait_until(lock, until);
        }
        return true;
      });
  --waiting_for_room_;
  return status;
}

template <class Wait>
submit_status dispatcher::offer_until(const destination& to, const record& added,
                                      steady_time until, const std::uint64_t& moves,
                                      const Wait& wait) {
  std::unique_lock lock(mutex);
  for (;;) {
    const std::uint64_t before = moves;
    lock.unlock();
    const submit_status status = offer(to, added, true);
    if (status != submit_status::full) return status;
    lock.lock();
    if (is_in_callback() || std::chrono::steady_clock::now() >= until) break;
    if (moves == before && !wait(lock)) return submit_status::forked;
  }
  lock.unlock();
  return submit(to, added);
}

/// Null: the destination is not valid, nothing is taken any more, or there is no memory.
[[gnu::always_inline]] inline lane* dispatcher::find_or_make(lane_shard& at, const destination& to,
                                                             std::int64_t minute,
                                                             std::size_t hash) noexcept {
  lane* const found = at.find(to, minute, hash);
  return found != nullptr ? found : make_lane(at, to, minute, hash);
}

[[gnu::noinline]] inline lane* dispatcher::make_lane(lane_shard& at, const destination& to,
                                                     std::int64_t minute,
                                                     std::size_t hash) noexcept {
  if (is_closing() || check_destination(to) != errc::ok) return nullptr;
  if (lane* const made = at.make(to, minute, hash)) return made;
  reclaim(at);
  return at.make(to, minute, hash);
}

[[gnu::always_inline]] inline submit_status dispatcher::submit_to(lane_shard& at, lane& into,
                                                                  const record& added) noexcept {
  if (is_closing()) {
    at.drop_if_idle(into);
    return submit_status::closed;
  }
  into.prefetch_next();
  const bool stays = into.open != nullptr;  // whatever comes of this
  const errc error = put(into, added);
  const submit_status status =
      error == errc::ok ? submit_status::accepted : put_again(into, added, error);
  if (!stays) at.drop_if_idle(into);
  return status;
}

/// Into the open batch, or, if that is full, into a new one.
[[gnu::always_inline]] inline errc dispatcher::put(lane& into, const record& added) noexcept {
  const std::size_t most = how_.max_request_bytes;
  lane_batch* const batch = into.open;
  // Encoding never shortens.
  if (batch != nullptr && batch->records.bytes() + added.body.size() < most) {
    if (const errc error = batch->append(added); error != errc::ok) return error;
    if (batch->fits(most)) {
      into.next_written = batch->records.next_written();
      if (batch->records.size() >= wanted_.max_batch_records) seal(into);
      return errc::ok;
    }
    const bool fits_another = batch->records.last_fits(most);
    batch->drop_last();
    if (!fits_another) return errc::too_large;
  }
  return put_into_new(into, added);
}

/// After an error, of which perhaps the memory that nobody uses is a remedy: a new batch takes less
/// than one that grows.
[[gnu::noinline]] inline submit_status dispatcher::put_again(lane& into, const record& added,
                                                             errc error) noexcept {
  const std::size_t failures = budget_.failures();
  if (error == errc::out_of_memory) {
    reclaim(lanes_.of(into.hash));
    error = put_into_new(into, added);
  }
  return error == errc::ok ? submit_status::accepted : refusal(error, failures);
}

/// The open batch, if there is one, is sealed, unless something is wrong with the record: also where
/// there is no memory for another, as nothing but its delivery makes room.
[[gnu::noinline]] inline errc dispatcher::put_into_new(lane& into,
                                                       const record& added) noexcept {
  if (added.body.size() > how_.max_request_bytes) return errc::too_large;
  errc error = errc::out_of_memory;
  if (lane_batch* const made = obtain(into.is_busy || into.open != nullptr)) {
    const time_point time = added.time ? *added.time : time_point(std::chrono::system_clock::now());
    error = made->records.open(into.to(), time, how_.form, how_.record_separator);
    if (error == errc::ok) error = made->append(added);
    if (error == errc::ok && !made->fits(how_.max_request_bytes)) error = errc::too_large;
    if (error == errc::ok && !open(into, *made)) error = errc::out_of_memory;
    if (error != errc::ok) {
      const std::lock_guard lock(mutex);
      recycle(*made);
    }
  }
  const bool is_full = error == errc::out_of_memory && into.open != nullptr;
  if (is_full || (error == errc::ok && wanted_.max_batch_records == 1)) seal(into);
  return error;
}

/// What is said of a record that was refused with this error, or none for want of a lane;
/// `failures` is how many the budget had before.
inline submit_status dispatcher::refusal(errc error, std::size_t failures) const noexcept {
  if (is_closing()) return submit_status::closed;
  if (error == errc::too_large) return submit_status::too_large;
  if (error != errc::out_of_memory && error != errc::ok) return submit_status::invalid;
  // Was it the budget or the system that had no memory?
  return budget_.failures() != failures ? submit_status::out_of_memory : submit_status::full;
}

inline submit_status dispatcher::count(lane_shard& at, submit_status status) noexcept {
  ++at.counted.offered;
  if (status != submit_status::accepted) ++at.counted.refused;
  if (status == submit_status::full) ++at.counted.full;
  if (status == submit_status::out_of_memory) ++at.counted.out_of_memory;
  return status;
}

/// Makes a batch, which has its first record, the lane's open one; if there is one already, it is
/// sealed. False: no memory.
inline bool dispatcher::open(lane& into, lane_batch& made) noexcept {
  made.home = &into;
  made.opened = std::chrono::steady_clock::now();
  wake_up for_the_full_one;
  const std::lock_guard lock(mutex);
  made.prepared = path_.prepare();
  if (made.prepared == nullptr) return false;
  if (into.open != nullptr) for_the_full_one = pass_on(into, made.opened);
  made.sequence = ++last_opened_;
  unreported_.push_back(made);
  open_.push_back(made);
  into.open = &made;
  ++into.holders;
  sleepers_.set_alarm(later(made.opened, wanted_.linger));
  return true;
}

[[gnu::noinline]] inline void dispatcher::seal(lane& full) noexcept {
  const steady_time now = std::chrono::steady_clock::now();
  wake_up for_it;
  const std::lock_guard lock(mutex);
  for_it = pass_on(full, now);
}

/// With `mutex`: from the lane into the queue. Returns the call for whoever is to send it.
inline wake_up dispatcher::pass_on(lane& full, steady_time now) noexcept {
  lane_batch& batch = *std::exchange(full.open, nullptr);
  constexpr std::size_t large = 4096;
  full.is_busy = batch.records.capacity() > large;
  if (batch.prepared == nullptr) return wake_up();  // it has been handed back meanwhile
  open_.erase(batch);
  under_way_.push_back(batch);
  path_.add(*std::exchange(batch.prepared, nullptr), batch.records, 0, batch.records.size(), &batch,
            later(now, how_.delivery_timeout));
  return sleepers_.call_one();
}

inline lane* dispatcher::hold(const destination& to) noexcept {
  const std::size_t hash = lane_table::hash(to, no_minute);
  lane_shard& at = lanes_.of(hash);
  const std::lock_guard lock(at.mutex);
  lane* const found = find_or_make(at, to, no_minute, hash);
  if (found == nullptr) return nullptr;
  ++found->holders;
  at.look_after(*found, {});
  return found;
}

inline void dispatcher::hold(lane& held) noexcept {
  const std::lock_guard lock(lanes_.of(held.hash).mutex);
  ++held.holders;
}

inline void dispatcher::let_go(lane& held) noexcept {
  lane_shard& at = lanes_.of(held.hash);
  const std::lock_guard lock(at.mutex);
  at.let_go(held);
}

// ---- chores

inline bool dispatcher::do_chore(std::unique_lock<std::mutex>& lock, steady_time now) {
  gather();
  if (has_report()) {
    report(lock, now);
    return true;
  }
  return seal_first(lock, now, last_opened_);
}

/// When the next chore or attempt is due.
inline steady_time dispatcher::alarm() const noexcept {
  const steady_time wake = path_.wake();
  return open_.empty() ? wake : (std::min)(wake, when_due(*open_.first()));
}

/// When an open batch is to be sealed.
inline steady_time dispatcher::when_due(const lane_batch& open) const noexcept {
  return open.sequence <= no_longer_lingers_ ? open.opened : later(open.opened, wanted_.linger);
}

inline std::optional<attempt> dispatcher::next(steady_time now) noexcept {
  std::optional<attempt> wanted = path_.next(now);
  gather();  // what is past its deadline
  // Whoever has something to do for a while sees to it that another one does what comes meanwhile.
  if (wanted) {
    if (path_.has_ready() || has_report()) sleepers_.call_one();
    sleepers_.set_alarm(alarm());
  }
  return wanted;
}

inline void dispatcher::told(const attempt& made, reply&& came, steady_time now) noexcept {
  path_.told(made, std::move(came), now);
  gather();
}

/// Seals the batch that has been open for longest, if it is due by then.
inline bool dispatcher::seal_first(std::unique_lock<std::mutex>& lock, steady_time now,
                                   std::uint64_t last) noexcept {
  lane_batch* const first = open_.first();
  if (first == nullptr || first->sequence > last) return false;
  if (when_due(*first) > now) return false;
  lane& from = *first->home;
  const std::uint64_t sequence = first->sequence;
  ++from.holders;  // it stays, whatever becomes of the batch
  lock.unlock();
  {
    lane_shard& at = lanes_.of(from.hash);
    const std::lock_guard shard(at.mutex);
    if (from.open != nullptr && from.open->sequence == sequence) seal(from);
    at.let_go(from);  // whoever sealed and reported it meanwhile could not
  }
  lock.lock();
  return true;
}

inline void dispatcher::seal_up_to(std::unique_lock<std::mutex>& lock, std::uint64_t last,
                                   steady_time until) noexcept {
  constexpr std::size_t between_looks = 64;  // at the clock
  for (std::size_t sealed = 1; seal_first(lock, (steady_time::max)(), last); ++sealed) {
    if (sealed % between_looks == 0 && std::chrono::steady_clock::now() >= until) return;
  }
}

/// Brings what is finished back to its batch.
inline void dispatcher::gather() noexcept {
  while (parcel* const done = path_.take()) {
    auto& batch = *static_cast<lane_batch*>(done->owner);
    parcel** link = &batch.results;
    while (*link != nullptr && (*link)->first < done->first) link = &(*link)->next;
    done->next = *link;
    *link = done;
    batch.finished += done->count;
    if (batch.finished != batch.records.size()) continue;
    under_way_.erase(batch);
    finished_.push_back(batch);
    if (is_reporting_) progress.notify_all();  // a flush within the callback
  }
}

/// Reports the batch that has been finished for longest.
inline void dispatcher::report(std::unique_lock<std::mutex>& lock, steady_time now) {
  lane_batch& batch = *finished_.pop_front();
  account(batch);
  is_reporting_ = true;
  reported_ = &batch;
  reporter_ = std::this_thread::get_id();
  // Another thread may have been about to report this one, and there may be more to do.
  if (sleepers_.lack_keeper()) sleepers_.call_one();
  lock.unlock();
  call(batch, now);
  if (!home.is_here()) return;  // the callback has forked, and this is the child
  forget_idle(now);
  lock.lock();
  retire(lock, batch, now);
  is_tidying_ = unreported_.empty();
  if (is_tidying_) {
    lock.unlock();
    tidy_up();
    lock.lock();
    is_tidying_ = false;
  }
  is_reporting_ = false;
  ++times_room_was_made_;
  if (waiting_for_room_ != 0) room_.notify_all();
  progress.notify_all();
}

inline void dispatcher::account(const lane_batch& finished) noexcept {
  for (const parcel* each = finished.results; each != nullptr; each = each->next) {
    (each->known_facts.error == errc::ok ? delivered_ : failed_) += each->count;
  }
}

inline void dispatcher::call(const lane_batch& finished, steady_time now) noexcept {
  if (!on_delivery_) return;
#if INLONG_EXCEPTIONS
  try {
#endif
    on_delivery_(deliveries(finished, now));
#if INLONG_EXCEPTIONS
  } catch (...) {
    if (!home.is_here()) return;
    const std::lock_guard lock(mutex);
    ++callback_exceptions_;
  }
#endif
}

inline void dispatcher::retire(std::unique_lock<std::mutex>& lock, lane_batch& reported,
                               steady_time now) noexcept {
  lane& from = *reported.home;
  if (!from.let_go_unless_last()) {
    lock.unlock();
    {
      lane_shard& at = lanes_.of(from.hash);
      const std::lock_guard shard(at.mutex);
      --from.holders;
      at.look_after(from, now);
    }
    lock.lock();
  }
  unreported_.erase(reported);
  reported_ = nullptr;
  bool in_flight = false;
  for (const parcel* each = reported.results; each != nullptr; each = each->next) {
    in_flight = in_flight || each->at == parcel::place::in_flight;
  }
  if (in_flight) {
    orphans_.push_back(reported);
  } else {
    recycle(reported);
  }
}

/// Ends lanes that have been idle for a while, in one part of the table after the other.
inline void dispatcher::forget_idle(steady_time now) noexcept {
  lane_shard& at = lanes_.all()[next_part_++ % lane_table::shards];
  const std::unique_lock lock(at.mutex, std::try_to_lock);
  if (lock) at.forget(now - std::chrono::seconds(1));
}

/// Some stays for what comes next.
inline void dispatcher::tidy_up() noexcept {
  for (lane_shard& each : lanes_.all()) {
    const std::lock_guard lock(each.mutex);
    each.forget((steady_time::max)());
  }
  constexpr std::size_t warm = 256 * 1024;
  const std::lock_guard lock(mutex);
  trim(is_closing() ? 0 : (std::min)(warm, wanted_.max_memory / 8));
}

inline bool dispatcher::is_settled(std::uint64_t last) const noexcept {
  if (!is_in_callback()) {
    return unreported_.empty() ? !is_tidying_ : unreported_.first()->sequence > last;
  }
  if (!open_.empty() && open_.first()->sequence <= last) return false;
  for (const lane_batch* each = under_way_.first(); each != nullptr; each = each->next_in_stage) {
    if (each->sequence <= last) return false;
  }
  return true;
}

// ---- batches

/// Takes `mutex`. A lane whose last batch was large gets a large buffer at once, if there is one.
inline lane_batch* dispatcher::obtain(bool large) noexcept {
  {
    const std::lock_guard lock(mutex);
    auto& from = large && !large_spares_.empty() ? large_spares_ : small_spares_;
    if (lane_batch* const spare = from.pop_front()) {
      spare_bytes_ -= spare->cost();
      return spare;
    }
  }
  if (!budget_.take(lane_batch::overhead())) return nullptr;
  auto* const made = new (std::nothrow) lane_batch(budget_);
  if (made == nullptr) budget_.fail(lane_batch::overhead());
  return made;
}

/// With `mutex`.
inline void dispatcher::recycle(lane_batch& used) noexcept {
  for (parcel* each = used.results; each != nullptr;) path_.release(*std::exchange(each, each->next));
  if (used.prepared != nullptr) path_.release(*std::exchange(used.prepared, nullptr));
  used.results = nullptr;
  used.finished = 0;
  used.home = nullptr;
  used.tokens.truncate(0);
  used.times.truncate(0);
  const std::size_t bytes = used.cost();
  if (spare_bytes_ + bytes > wanted_.max_memory / 8) return destroy(used);
  spare_bytes_ += bytes;
  constexpr std::size_t large = 4096;
  (used.records.capacity() > large ? large_spares_ : small_spares_).push_front(used);
}

/// For want of memory: gives back that of what is kept for later, and of lanes that nobody uses. Takes
/// `mutex`, and the parts of the table that nobody else has just now.
inline void dispatcher::reclaim(const lane_shard& locked) noexcept {
  for (lane_shard& each : lanes_.all()) {
    if (&each == &locked) continue;  // by the caller, whose lane may be idle still
    const std::unique_lock lock(each.mutex, std::try_to_lock);
    if (lock) each.forget((steady_time::max)());
  }
  const std::lock_guard lock(mutex);
  trim(0);
  if (path_.in_flight() != 0 || path_.has_ready() || has_report() || is_reporting_) return;
  no_longer_lingers_ = last_opened_;  // as nothing else will make room soon
  sleepers_.set_alarm(steady_time());
}

inline void dispatcher::trim(std::size_t most) noexcept {
  path_.trim(most / 8192);
  const std::size_t most_spare = most - most / 8;
  for (auto* const from : {&small_spares_, &large_spares_}) {
    while (!from->empty() && spare_bytes_ > most_spare) {
      lane_batch& gone = *from->pop_front();
      spare_bytes_ -= gone.cost();
      destroy(gone);
    }
  }
}

inline void dispatcher::destroy(lane_batch& gone) noexcept {
  delete &gone;
  budget_.give_back(lane_batch::overhead());
}

// ---- the end

inline bool dispatcher::stop_intake() noexcept {
  if (closing_.exchange(true)) return false;
  for (lane_shard& each : lanes_.all()) {  // whoever has not seen it is done by then
    const std::lock_guard lock(each.mutex);
  }
  const std::lock_guard lock(mutex);
  ++times_room_was_made_;
  room_.notify_all();
  return true;
}

inline close_result dispatcher::hand_back(
    std::unique_lock<std::mutex>& lock,
    const std::shared_ptr<const dispatcher>& keeper) noexcept {
  while (finished_.pop_front() != nullptr) {
  }
  std::size_t count = 0;
  for (lane_batch* each = unreported_.first(); each != nullptr;) {
    lane_batch& batch = *std::exchange(each, each->next);
    if (&batch == reported_) continue;
    if (batch.prepared != nullptr) {  // there was no time to seal it
      open_.erase(batch);
      batch.results = std::exchange(batch.prepared, nullptr);
      batch.results->count = batch.records.size();
      batch.results->known_facts.error = errc::cancelled;
    }
    count += batch.records.size();
    unreported_.erase(batch);
    left_.push_back(batch);
    path_.pay_no_more(batch.results);
    batch.pay_no_more();
    budget_.give_back(lane_batch::overhead());
  }
  failed_ += count;
  close_result result = totals();
  if (count != 0) result.left = {{keeper, left_.first()}, count};
  lock.unlock();
  for (lane_batch* each = left_.first(); each != nullptr; each = each->next) {
    lane& from = *std::exchange(each->home, nullptr);
    lane_shard& at = lanes_.of(from.hash);
    const std::lock_guard shard(at.mutex);
    if (from.open == each) from.open = nullptr;
    at.let_go(from);
  }
  lock.lock();
  return result;
}

inline dispatcher::~dispatcher() {
  trim(0);
  while (lane_batch* const left = unreported_.pop_front()) destroy(*left);
  while (lane_batch* const left = orphans_.pop_front()) destroy(*left);
  while (lane_batch* const left = left_.pop_front()) delete left;
}

// ---- the rest

inline errc dispatcher::replace(const endpoint_list& endpoints) noexcept {
#if INLONG_EXCEPTIONS
  try {
#endif
    const std::lock_guard lock(mutex);
    shared_.endpoints.replace(endpoints);
    sleepers_.call_one();
#if INLONG_EXCEPTIONS
  } catch (const std::bad_alloc&) {
    return errc::out_of_memory;
  }
#endif
  return errc::ok;
}

inline statistics dispatcher::counters() {
  statistics all;
  std::array<std::unique_lock<std::mutex>, lane_table::shards> locks;  // a moment for all
  for (std::size_t i = 0; i < locks.size(); ++i) {
    locks[i] = std::unique_lock(lanes_.all()[i].mutex);
  }
  for (const lane_shard& each : lanes_.all()) {
    all.offered += each.counted.offered;
    all.refused += each.counted.refused;
    all.refused_full += each.counted.full;
    all.refused_out_of_memory += each.counted.out_of_memory;
    all.lanes += each.size();
  }
  const std::lock_guard lock(mutex);
  all.delivered = delivered_;
  all.failed = failed_;
  all.pending = all.offered - all.refused - delivered_ - failed_;
  all.retries = shared_.retries;
  all.callback_exceptions = callback_exceptions_;
  all.memory = budget_.used();
  all.workers = workers_;
  for (std::unique_lock<std::mutex>& each : locks) each.unlock();
  all.endpoints = shared_.endpoints.describe(std::chrono::steady_clock::now());
  return all;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
