// SPDX-License-Identifier: Apache-2.0
// The type of every text parameter: what may be passed as one text, and what as a range of texts.
#ifndef INLONG_TEXT_HPP
#define INLONG_TEXT_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

INLONG_NAMESPACE_BEGIN

/// A text that a caller passes: a literal, a `const char*` or char array (taken to its terminator),
/// a `std::string` or a `std::string_view`. It owns nothing and is meant for parameters only.
///
/// It can't be made from a null pointer literal, nor from two iterators: `std::string_view` can in
/// C++20, and
/// `{{"a", "b"}}` would silently become one view that runs from the one literal to the other.
class text {
 public:
  constexpr text(const char* characters) noexcept
      : view_(characters != nullptr ? std::string_view(characters) : std::string_view()) {}
  constexpr text(std::string_view characters) noexcept : view_(characters) {}
  text(const std::string& characters) noexcept : view_(characters) {}
  text(std::nullptr_t) = delete;

  constexpr std::string_view view() const noexcept { return view_; }

 private:
  std::string_view view_;
};

namespace detail {

template <class T>
inline constexpr bool is_text = std::is_convertible_v<const T&, text>;

template <class T, class = void>
inline constexpr bool is_text_range = false;

template <class T>
inline constexpr bool is_text_range<T, std::void_t<decltype(std::begin(std::declval<T&>())),
                                                   decltype(std::end(std::declval<T&>()))>> =
    !is_text<T> && std::is_convertible_v<decltype(*std::begin(std::declval<T&>())), text>;

}  // namespace detail

INLONG_NAMESPACE_END

#endif
