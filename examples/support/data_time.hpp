// SPDX-License-Identifier: Apache-2.0
// Reads a data time as a person writes it.
#ifndef EXAMPLES_SUPPORT_DATA_TIME_HPP
#define EXAMPLES_SUPPORT_DATA_TIME_HPP

#include <inlong/record.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <iomanip>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

/// A whole number, and nothing behind it.
inline std::optional<std::int64_t> read_number(std::string_view digits) {
  std::int64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

/// What stands behind the seconds, `Z` or `.123Z`, in milliseconds.
inline std::optional<std::int64_t> read_fraction(std::string_view rest) {
  if (rest == "Z") return 0;
  if (rest.size() < 3 || rest.front() != '.' || rest.back() != 'Z') return std::nullopt;
  std::string digits(rest.substr(1, rest.size() - 2));
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  digits.resize(3, '0');
  return read_number(digits);
}

/// Reads milliseconds since 1970-01-01 00:00 UTC, or a UTC time such as `2024-05-01T12:00:00Z` or
/// `2024-05-01T12:00:00.250Z`.
inline std::optional<inlong::time_point> read_data_time(const std::string& written) {
  using std::chrono::milliseconds, std::chrono::seconds;
  if (const auto number = read_number(written)) return inlong::time_point(milliseconds(*number));

  const char* const format = "%Y-%m-%dT%H:%M:%S";
  std::tm parts{};
  std::istringstream(written) >> std::get_time(&parts, format);
  const std::time_t whole = timegm(&parts);
  std::ostringstream again;  // shows what was misread, such as February the 30th
  again << std::put_time(gmtime_r(&whole, &parts), format);
  const std::size_t length = again.str().size();
  if (written.compare(0, length, again.str()) != 0) return std::nullopt;
  const auto fraction = read_fraction(std::string_view(written).substr(length));
  if (!fraction) return std::nullopt;
  return inlong::time_point(seconds(whole) + milliseconds(*fraction));
}

#endif
