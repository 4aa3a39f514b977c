// SPDX-License-Identifier: Apache-2.0
// The addresses of a reporter, as a user passes them.
#ifndef INLONG_ENDPOINT_ENDPOINT_LIST_HPP
#define INLONG_ENDPOINT_ENDPOINT_LIST_HPP

#include <inlong/config.hpp>
#include <inlong/endpoint/endpoint.hpp>
#include <inlong/error.hpp>
#include <inlong/text.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

/// A list of endpoints. Each text may itself be a comma-separated list, as an environment variable
/// or a command line has it; white space around an address and a second mention of the same one are
/// dropped.
///
/// The constructors throw std::system_error: errc::no_endpoints for an empty list,
/// errc::bad_address with the index and the text of the address that can't be read. With exceptions
/// off the list is then empty and keeps the error.
class endpoint_list {
 public:
  endpoint_list(std::initializer_list<text> addresses) { read(addresses); }

  /// One text, or a range of texts.
  template <
      class Addresses,
      std::enable_if_t<detail::is_text<Addresses> || detail::is_text_range<const Addresses>, int> = 0>
  explicit endpoint_list(const Addresses& addresses) {
    if constexpr (detail::is_text<Addresses>) {
      read(std::initializer_list<text>{addresses});
    } else {
      read(addresses);
    }
  }

  std::vector<endpoint>::const_iterator begin() const noexcept { return endpoints_.begin(); }
  std::vector<endpoint>::const_iterator end() const noexcept { return endpoints_.end(); }
  std::size_t size() const noexcept { return endpoints_.size(); }
  bool empty() const noexcept { return endpoints_.empty(); }
  const endpoint& operator[](std::size_t index) const noexcept { return endpoints_[index]; }

  /// With exceptions off: what the constructor would have thrown.
  errc error() const noexcept { return problem_.error; }
  const std::string& message() const noexcept { return problem_.text; }

 private:
  template <class Addresses>
  void read(const Addresses& addresses);
  void read_one(std::string_view written);

  std::vector<endpoint> endpoints_;
  std::size_t read_ = 0;
  detail::problem problem_;
};

template <class Addresses>
void endpoint_list::read(const Addresses& addresses) {
  for (const auto& each : addresses) {  // by reference: a range may make its texts as it goes
    std::string_view rest = text(each).view();
    for (;;) {
      const std::size_t comma = rest.find(',');
      read_one(rest.substr(0, comma));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  if (read_ == 0) problem_ = {errc::no_endpoints, "the list of addresses is empty"};
  if (!problem_) return;
  endpoints_.clear();
  detail::raise(problem_);
}

inline void endpoint_list::read_one(std::string_view written) {
  constexpr std::string_view white_space = " \t\r\n";
  const std::size_t start = written.find_first_not_of(white_space);
  written = start == std::string_view::npos
                ? std::string_view()
                : written.substr(start, written.find_last_not_of(white_space) - start + 1);
  const std::size_t index = read_++;
  if (problem_) return;
  detail::address_parts parts;
  if (std::string why = detail::read_address(written, parts); !why.empty()) {
    problem_ = {errc::bad_address,
                "addresses[" + std::to_string(index) + "] " + detail::quote_address(written, why)};
    return;
  }
  endpoint made(std::move(parts));
  if (std::find(endpoints_.begin(), endpoints_.end(), made) == endpoints_.end()) {
    endpoints_.push_back(std::move(made));
  }
}

INLONG_NAMESPACE_END

#endif
