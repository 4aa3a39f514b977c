// SPDX-License-Identifier: Apache-2.0
// The reply scanner: nothing that a server puts into its message unescaped fakes the code, and no
// code is made up.
#include <inlong/wire/reply.hpp>

#include "support.hpp"

#include <algorithm>
#include <charconv>
#include <climits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

using inlong::find_code;

namespace {

/// As DataProxy answers, with a text of somebody else's in it.
void check_echo(std::string_view echo) {
  const std::string text(echo);
  for (const std::string number : {"0", "115", "-1", "2147483647"}) {
    const int code = std::stoi(number);
    const std::string own = "{\"code\":\"" + number + "\",\"msg\":\"" + text + "\"}";
    fuzz::must(find_code(own) == code, "a code that comes first is the code");
    fuzz::must(find_code("cb(" + own + ")") == code, "also within a callback");
    fuzz::must(find_code("{\"code\":" + number + ",\"msg\":\"" + text) == code,
               "also as a number, and cut short behind it");
    const std::optional<int> behind =
        find_code("{\"msg\":\"" + text + "\",\"code\":" + number + "}");
    fuzz::must(!behind || *behind == code, "no text before the code is taken for it");
  }
}

constexpr std::string_view key = "\"code\"";
constexpr std::string_view space = " \t\n\v\f\r";

std::string_view without_space(std::string_view text) {
  text.remove_prefix((std::min)(text.find_first_not_of(space), text.size()));
  return text;
}

/// The code whose key stands before `text`.
std::optional<int> value_in(std::string_view text) {
  text = without_space(text);
  if (text.empty() || text.front() != ':') return std::nullopt;
  text = without_space(text.substr(1));
  const bool quoted = !text.empty() && text.front() == '"';
  if (quoted) text.remove_prefix(1);
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > INT_MAX || value < -INT_MAX) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (quoted) {
    if (text.empty() || text.front() != '"') return std::nullopt;
    text.remove_prefix(1);
  }
  text = without_space(text);
  const bool whole = !text.empty() && (text.front() == ',' || text.front() == '}');
  return whole ? std::optional<int>(static_cast<int>(value)) : std::nullopt;
}

int depth_of(std::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '{') +
                          std::count(text.begin(), text.end(), '[') -
                          std::count(text.begin(), text.end(), '}') -
                          std::count(text.begin(), text.end(), ']'));
}

/// The code in an object, found by looking at every comma. `text` begins with a brace.
std::optional<int> plainly_found(std::string_view text) {
  const auto has_key = [](std::string_view at) {
    return at.substr(0, key.size()) == key && !without_space(at.substr(key.size())).empty() &&
           without_space(at.substr(key.size())).front() == ':';
  };
  const std::string_view first = without_space(text.substr(1));
  if (first.substr(0, key.size()) == key) return value_in(first.substr(key.size()));
  std::set<std::optional<int>> codes;
  for (std::size_t i = text.find(','); i != std::string_view::npos; i = text.find(',', i + 1)) {
    const std::string_view behind = without_space(text.substr(i + 1));
    if (has_key(behind) && depth_of(text.substr(0, i)) == 1) {
      codes.insert(value_in(behind.substr(key.size())));
    }
  }
  return codes.size() == 1 && depth_of(text) == 0 ? *codes.begin() : std::nullopt;
}

/// Whatever the bytes are.
void check_anything(std::string_view bytes) {
  const std::optional<int> code = find_code(bytes);
  const bool too_large = bytes.size() > inlong::max_reply_bytes;
  fuzz::must(!code || !too_large, "a reply over the limit has no code");
  const std::string_view object = without_space(bytes);
  if (object.empty() || object.front() != '{' || too_large) return;
  fuzz::must(code == plainly_found(object), "the code is the one that a plain reader finds");
  const std::string wrapped = "\n a.b[0] (" + std::string(bytes) + ")";
  if (wrapped.size() > inlong::max_reply_bytes) return;
  fuzz::must(find_code(wrapped) == code, "a callback around it changes nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::exact_copy read(fuzz::input(bytes, size).rest());
  check_anything(read.view());
  check_echo(read.view());
  return 0;
}
