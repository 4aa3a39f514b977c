// SPDX-License-Identifier: Apache-2.0
// One request that the engine wants made, and how a transport makes it: the seam between the two.
#ifndef INLONG_DELIVERY_ATTEMPT_HPP
#define INLONG_DELIVERY_ATTEMPT_HPP

#include <inlong/config.hpp>
#include <inlong/delivery/batch.hpp>
#include <inlong/delivery/parcel.hpp>
#include <inlong/delivery/verdict.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/endpoint/endpoint.hpp>
#include <inlong/endpoint/fleet.hpp>
#include <inlong/options.hpp>
#include <inlong/transport/exchange.hpp>

#include <array>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// One request.
struct attempt {
  choice to;
  parcel* carried;  // null: a heartbeat
  bool fresh;
  steady_time started;
  steady_time deadline;
};

/// What became of it. It is judged without a lock, since the user may have a say in it.
struct reply {
  exchange got;
  std::optional<int> code;
  verdict means;
};

/// Makes the request, and blocks until it has ended, by its deadline.
template <class Transport>
reply carry_out(const attempt& wanted, Transport& transport, const options& how) noexcept {
  const endpoint& to = *wanted.to.where->where;
  form_tail tail;
  std::array<std::string_view, 3> body;
  if (wanted.carried != nullptr) {
    body = wanted.carried->records->pieces(wanted.carried->first, wanted.carried->count, tail);
  }
  reply result;
#if INLONG_EXCEPTIONS
  try {
#endif
    result.got = transport.post(
        {to, wanted.carried != nullptr ? to.message_path() : to.heartbeat_path(), body,
         how.headers, how.keep_alive, how.connect_timeout, wanted.deadline, wanted.fresh});
#if INLONG_EXCEPTIONS
  } catch (const std::bad_alloc&) {
    result.got = exchange();
    result.got.what = transmission::maybe_sent;
    result.got.error = std::make_error_code(std::errc::not_enough_memory);
  } catch (...) {  // which no transport may do
    result.got = exchange();
    result.got.what = transmission::maybe_sent;
    result.got.error_text = "the transport threw";
  }
#endif
  result.code = find_code(result.got);
  result.means = judge(result.got, result.code, wanted.fresh);
  if (how.classify.function != nullptr && wanted.carried != nullptr) {
    result.means = how.classify.function(how.classify.context, result.got, result.means);
  }
  return result;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
