// SPDX-License-Identifier: Apache-2.0
// The address parser: what it takes, it writes so that it takes it again for the same, and a list
// is what its parts are.
#include <inlong/endpoint/endpoint.hpp>
#include <inlong/endpoint/endpoint_list.hpp>

#include "support.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using inlong::endpoint;
using inlong::endpoint_list;

namespace {

/// Nothing, if it can't be read.
std::optional<endpoint> read(std::string_view address) {
  try {
    return endpoint(address);
  } catch (const std::system_error& error) {
    fuzz::must(error.code() == inlong::errc::bad_address, "what can't be read is a bad address");
    fuzz::must(std::string_view(error.what()).size() > address.size() / 2 ||
                   address.find('@') != std::string_view::npos ||
                   address.find('\0') != std::string_view::npos,
               "the message holds the address");
    return std::nullopt;
  }
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void check(const endpoint& parsed) {
  fuzz::must(!parsed.host().empty() && is_visible(parsed.host()), "a host has characters");
  fuzz::must(parsed.port() != 0, "a port is not 0");
  // They go into a request's head as they are.
  fuzz::must(is_visible(parsed.authority()) && is_visible(parsed.message_path()),
             "nothing breaks a line of the head");
  fuzz::must(parsed.authority().find_first_of("/?#@,") == std::string::npos ||
                 parsed.authority().find('%') != std::string::npos,
             "an authority is no more than that");
  fuzz::must(parsed.message_path().front() == '/' &&
                 parsed.message_path().find_first_of("?#") == std::string::npos,
             "a path is no more than that");

  const std::optional<endpoint> again = read(parsed.address());
  fuzz::must(again.has_value(), "what it writes can be read");
  fuzz::must(*again == parsed, "it is read as an equal endpoint");
  fuzz::must(again->host() == parsed.host() && again->port() == parsed.port() &&
                 again->https() == parsed.https() && again->prefix() == parsed.prefix(),
             "equal endpoints have equal parts");
  fuzz::must(again->address() == parsed.address(), "it is written as before");
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return made;
}

/// Nothing of what was written got lost.
void check_parts(std::string_view written, const endpoint& parsed) {
  const std::size_t scheme_end = written.find("://");
  const bool is_url = scheme_end != std::string_view::npos;
  const std::string scheme = is_url ? lower(written.substr(0, scheme_end)) : "";
  fuzz::must(parsed.https() == (scheme == "https"), "the scheme is as written");
  if (is_url) written.remove_prefix(scheme_end + 3);

  const std::string authority = lower(written.substr(0, written.find('/')));
  const std::string host = parsed.authority().substr(0, parsed.authority().rfind(':'));
  fuzz::must(authority.compare(0, host.size(), lower(host)) == 0, "the host is as written");
  const std::string port = authority.substr(host.size());
  const int expected = !port.empty() ? std::atoi(port.c_str() + 1)
                       : !is_url     ? 46802
                       : scheme.size() == 5 ? 443 : 80;
  fuzz::must(parsed.port() == expected, "the port is as written");

  const std::string_view path = written.substr((std::min)(written.find('/'), written.size()));
  fuzz::must(path.substr(0, parsed.prefix().size()) == parsed.prefix(), "the path is as written");
  std::string_view rest = path.substr(parsed.prefix().size());
  constexpr std::string_view added = "/dataproxy/message";
  while (!rest.empty()) {
    const std::size_t left_out = rest.substr(0, added.size()) == added ? added.size() : 1;
    fuzz::must(left_out > 1 || rest.front() == '/', "no more is left out than is added");
    rest.remove_prefix(left_out);
  }
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Nothing, if one of them can't be read.
std::optional<std::vector<endpoint>> read_each(std::string_view list) {
  std::vector<endpoint> all;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t end = (std::min)(list.find(',', start), list.size());
    const std::optional<endpoint> one = read(trimmed(list.substr(start, end - start)));
    if (!one) return std::nullopt;
    if (std::count(all.begin(), all.end(), *one) == 0) all.push_back(*one);
    start = end + 1;
  }
  return all;
}

void check_list(std::string_view list) {
  const std::optional<std::vector<endpoint>> each = read_each(list);
  std::string joined;
  try {
    const endpoint_list read(list);
    fuzz::must(each.has_value(), "a list with a bad address is refused");
    fuzz::must(std::equal(read.begin(), read.end(), each->begin(), each->end()),
               "a list has its parts, each once");
    for (const endpoint& one : read) {
      joined += one.address() + " ,";
    }
  } catch (const std::system_error& error) {
    fuzz::must(error.code() == inlong::errc::bad_address, "a bad list has a bad address");
    fuzz::must(!each, "a list without a bad address is taken");
    return;
  }
  joined.pop_back();
  const endpoint_list again(joined);
  fuzz::must(std::equal(again.begin(), again.end(), each->begin(), each->end()),
             "a list is read again as it is written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::exact_copy written(fuzz::input(bytes, size).rest());
  if (const std::optional<endpoint> parsed = read(written.view())) {
    check(*parsed);
    check_parts(written.view(), *parsed);
  }
  check_list(written.view());
  return 0;
}
