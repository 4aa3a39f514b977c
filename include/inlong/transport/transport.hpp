// SPDX-License-Identifier: Apache-2.0
// What a transport must be, and one readable error for each thing that one lacks.
#ifndef INLONG_TRANSPORT_TRANSPORT_HPP
#define INLONG_TRANSPORT_TRANSPORT_HPP

#include <inlong/config.hpp>
#include <inlong/transport/exchange.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace detail {

template <class T, class = void>
inline constexpr bool is_complete = false;
template <class T>
inline constexpr bool is_complete<T, std::void_t<decltype(sizeof(T))>> = true;

template <class T, class = void>
inline constexpr bool has_post = false;
template <class T>
inline constexpr bool
    has_post<T, std::void_t<decltype(std::declval<T&>().post(std::declval<const request&>()))>> =
        std::is_same_v<decltype(std::declval<T&>().post(std::declval<const request&>())), exchange>;

template <class T, class = void>
inline constexpr bool has_cancel = false;
template <class T>
inline constexpr bool has_cancel<T, std::void_t<decltype(std::declval<T&>().cancel())>> =
    noexcept(std::declval<T&>().cancel());

template <class T, class = void>
inline constexpr bool has_supports = false;
template <class T>
inline constexpr bool
    has_supports<T, std::void_t<decltype(T::supports(std::declval<const endpoint&>()))>> = true;

template <class T, class = void>
inline constexpr bool heeds_cancel = false;
template <class T>
inline constexpr bool heeds_cancel<T, std::void_t<decltype(T::heeds_cancel)>> = T::heeds_cancel;

}  // namespace detail

/// True for a transport: something that carries one request at a time to an endpoint.
///
///     struct my_transport {
///       // Blocks until answered, failed or past request.deadline.
///       inlong::exchange post(const inlong::request&);
///       // Any thread; sticky: a post() that begins later returns at once.
///       void cancel() noexcept;
///       // Optional: which schemes it can do; without it, http.
///       static bool supports(const inlong::endpoint&);
///       // Optional: post() always returns soon after cancel(). The destructor of an asynchronous
///       // reporter waits for it then, however long that takes on a busy machine.
///       static constexpr bool heeds_cancel = true;
///     };
///
/// A copy shares no connection with the original and is not cancelled; a copy may be made while
/// another thread is in the original's `post`. `post` is called by one thread at a time and may
/// throw std::bad_alloc only.
template <class T>
inline constexpr bool is_transport =
    std::is_copy_constructible_v<T>&& detail::has_post<T>&& detail::has_cancel<T>;

#if defined(__cpp_concepts) && __cpp_concepts >= 201907L
template <class T>
concept transport = is_transport<T>;
#endif

namespace detail {

/// Stands in for what is no transport, so that nothing but the one message about it is printed.
struct no_transport {
  template <class T>
  explicit no_transport(T&&) noexcept {}
  exchange post(const request&) { return {}; }
  void cancel() noexcept {}
};

/// Instantiated by whatever takes a transport: fails with the one requirement that is not met.
template <class T>
struct require_transport {
  static constexpr bool complete = is_complete<T>;
  static_assert(
      complete,
      "inlong: the transport is declared only; for httplib_transport include <inlong/report.hpp>");

  static constexpr bool copyable =
      std::disjunction_v<std::bool_constant<!complete>, std::is_copy_constructible<T>>;
  static_assert(
      copyable,
      "inlong: a transport must be copyable; a copy shares no connection with the original");

  static constexpr bool posts = !complete || !copyable || has_post<T>;
  static_assert(
      posts,
      "inlong: a transport must have the member: inlong::exchange post(const inlong::request&)");

  static constexpr bool cancels = !complete || !copyable || !posts || has_cancel<T>;
  static_assert(cancels, "inlong: a transport must have the member: void cancel() noexcept");

  using type = std::conditional_t<complete && copyable && posts && cancels, T, no_transport>;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
