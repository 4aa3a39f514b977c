// SPDX-License-Identifier: Apache-2.0
// A run of records that travels in one request, and what has become of it so far.
#ifndef INLONG_DELIVERY_PARCEL_HPP
#define INLONG_DELIVERY_PARCEL_HPP

#include <inlong/config.hpp>
#include <inlong/delivery/batch.hpp>
#include <inlong/delivery/verdict.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/timer_heap.hpp>
#include <inlong/endpoint/endpoint.hpp>
#include <inlong/endpoint/node.hpp>
#include <inlong/error.hpp>
#include <inlong/outcome.hpp>
#include <inlong/server_code.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// What is known of some records after their last attempt.
struct facts {
  errc error = errc::ok;
  /// The worst of all attempts so far, unless one delivered them.
  certainty known = certainty::not_stored;
  int server_code = no_server_code;
  int http_status = 0;
  std::uint64_t attempts = 0;
  std::shared_ptr<const endpoint> where;  // the one that was tried last
  std::string detail;
};

/// Some records of a batch, from its queue's `add` to the verdict. Divided, it becomes two, which
/// share its past.
struct parcel {
  const batch* records = nullptr;
  void* owner = nullptr;  // whoever added it knows what that is
  std::size_t first = 0;
  std::size_t count = 0;
  steady_time deadline{};

  facts known_facts;
  std::uint64_t backoffs = 0;        // how often it had to wait
  int tries_left = 3;                // for what is tried a few times only
  bool doubted = false;              // one endpoint has said what needs a second opinion
  bool divided = false;              // since it was sent
  std::uint32_t resend_to = 0;       // the node that is asked again on a fresh connection, or 0
  node_set asked;                    // not to be asked again while there are others
  std::uint64_t unknown_rounds = 0;  // how often all endpoints have called its stream unknown
  std::optional<steady_time> unknown_since;

  // Where it is in its queue.
  enum class place { nowhere, ready, late, retry, waiting, in_flight };
  place at = place::nowhere;
  bool free_of_charge = false;  // of what it waits for: no retry that the budget pays for
  steady_time due{};
  std::size_t heap_place = timer_heap<parcel>::nowhere;
  parcel* previous = nullptr;
  parcel* next = nullptr;
  parcel* made_before = nullptr;  // of all that its queue has
  parcel* made_after = nullptr;
  bool is_paid = false;           // from the queue's budget
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
