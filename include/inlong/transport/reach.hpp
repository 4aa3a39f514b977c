// SPDX-License-Identifier: Apache-2.0
// Whether a transport can do what a list of addresses asks for.
#ifndef INLONG_TRANSPORT_REACH_HPP
#define INLONG_TRANSPORT_REACH_HPP

#include <inlong/config.hpp>
#include <inlong/endpoint/endpoint.hpp>
#include <inlong/endpoint/endpoint_list.hpp>
#include <inlong/error.hpp>
#include <inlong/transport/transport.hpp>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Whether the transport can reach the endpoint, judged by its scheme.
template <class Transport>
bool can_reach(const endpoint& to) {
  if constexpr (has_supports<Transport>) {
    return Transport::supports(to);
  } else {
    return !to.https();
  }
}

/// What is wrong with a list of addresses, for this transport.
template <class Transport>
problem find_problem(const endpoint_list& addresses) {
  if (addresses.error() != errc::ok) return {addresses.error(), addresses.message()};
  if (addresses.empty()) return {errc::no_endpoints, "the list of addresses is empty"};
  for (const endpoint& to : addresses) {
    if (!can_reach<Transport>(to)) return {errc::unsupported_scheme, "address " + to.address()};
  }
  return {};
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
