// SPDX-License-Identifier: Apache-2.0
// The stand-in's form decoder: it reads as a plain division at separators does, and what it says is
// always UTF-8.
#include <inlong/testing/form_decoder.hpp>

#include "../unit/wire/reference.hpp"
#include "support.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using inlong::testing::decoded_form;
using inlong::testing::decoded_path;

namespace {

bool is_utf8(std::string_view text) { return reference::is_utf8(text); }

bool has_bad_escape(std::string_view text) {
  const auto is_digit = [&text](std::size_t at) {
    return at < text.size() && std::string_view("0123456789abcdefABCDEF").find(text[at]) < 22;
  };
  for (std::size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 3)) {
    if (!is_digit(i + 1) || !is_digit(i + 2)) return true;
  }
  return false;
}

/// Of a component whose escapes are good.
std::string unescaped(std::string_view text, bool plus_is_space) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const std::string digits(text.substr(i + 1, 2));
      plain += static_cast<char>(std::stoi(digits, nullptr, 16));
      i += 2;
    } else {
      plain += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return plain;
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_ascii(c); });
}

/// Whether `read` is what `component` stands for. Where that is not UTF-8, only the ASCII in it is
/// looked at: how the rest is replaced is a matter of the unit tests.
bool stands_for(std::string_view component, bool plus_is_space, std::string_view read) {
  const std::string plain = unescaped(component, plus_is_space);
  if (is_utf8(component) && is_utf8(plain)) return read == plain;
  const auto ascii = [](std::string_view text) {
    std::string kept;
    std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
                 [](char c) { return is_ascii(c); });
    return kept;
  };
  return ascii(read) == ascii(plain);
}

/// The fields of a form, by division at the separators.
void check_fields(std::string_view text, const decoded_form& form) {
  text = text.substr(0, text.find('#'));
  std::size_t count = 0;
  while (count < 1024) {
    const std::size_t end = (std::min)(text.find_first_of("&;"), text.size());
    std::string_view field = text.substr(0, end);
    // Equals signs before a name are not looked at.
    field.remove_prefix((std::min)(field.find_first_not_of('='), field.size()));
    if (!field.empty()) {
      const std::size_t equals = (std::min)(field.find('='), field.size());
      const std::string_view name = field.substr(0, equals);
      const std::string_view value = field.substr((std::min)(equals + 1, field.size()));
      if (has_bad_escape(name) || has_bad_escape(value)) {
        fuzz::must(!form.error.empty(), "a bad escape is an error");
        return;
      }
      fuzz::must(count < form.fields.size(), "no field is missing");
      fuzz::must(stands_for(name, true, form.fields[count].first), "a name is its own");
      fuzz::must(stands_for(value, true, form.fields[count].second), "a value is its own");
      ++count;
    }
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
  }
  fuzz::must(form.error.empty(), "no bad escape is no error");
  fuzz::must(form.fields.size() == count, "no field is made up");
}

void check_utf8(const decoded_form& form) {
  fuzz::must(form.fields.size() <= inlong::testing::detail::most_fields, "there is a limit");
  fuzz::must(is_utf8(form.error), "an error is UTF-8");
  for (const auto& [name, value] : form.fields) {
    fuzz::must(is_utf8(name) && is_utf8(value), "a field is UTF-8");
  }
}

void check_path(std::string_view target) {
  const decoded_path decoded = inlong::testing::decode_path(target);
  fuzz::must(is_utf8(decoded.path) && is_utf8(decoded.error), "a path is UTF-8");
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  fuzz::must(decoded.error.empty() != has_bad_escape(path), "a bad escape is an error");
  if (is_ascii(path) && decoded.error.empty()) {
    fuzz::must(stands_for(path, false, decoded.path), "a path is its own");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::exact_copy copy(fuzz::input(bytes, size).rest());
  const std::string_view text = copy.view();
  const decoded_form body = inlong::testing::decode_form(text);
  check_utf8(body);
  check_fields(text.substr(!text.empty() && text[0] == '?' ? 1 : 0), body);

  const decoded_form query = inlong::testing::decode_query(text);
  check_utf8(query);
  const std::size_t end = text.find_first_of("?#");
  const bool has_query = end != std::string_view::npos && text[end] == '?';
  // Other bytes are characters of their own there.
  if (is_ascii(text) || !has_query) check_fields(has_query ? text.substr(end + 1) : "", query);
  check_path(text);
  return 0;
}
