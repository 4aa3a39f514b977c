// SPDX-License-Identifier: Apache-2.0
// The form encoder: what it writes is read back as it was, and it refuses what is not UTF-8 or
// holds the separator, and nothing else.
#include <inlong/testing/form_decoder.hpp>
#include <inlong/wire/form.hpp>

#include "../unit/wire/reference.hpp"
#include "support.hpp"

#include <optional>
#include <string>
#include <string_view>

using inlong::errc;
using inlong::detail::append_escaped;
using inlong::detail::byte_buffer;

namespace {

constexpr std::string_view already_there = "cnt=1&body=";

/// As plain as can be. It trusts that every `%` has its two digits.
std::string decoded(std::string_view form) {
  const auto digit = [&form](std::size_t at) {
    return std::string_view("0123456789ABCDEF").find(form.at(at));
  };
  std::string text;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '%') {
      fuzz::must(digit(i + 1) < 16 && digit(i + 2) < 16, "an escape has two upper-case digits");
      text += static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
      i += 2;
    } else {
      text += form[i];
    }
  }
  return text;
}

template <class Set, class Reference, class Block>
void check(std::string_view text, std::optional<char> separator) {
  const bool valid = reference::is_utf8(text);
  const bool separated = separator && text.find(*separator) != std::string_view::npos;
  byte_buffer out;
  fuzz::must(out.append(already_there), "there is memory");
  const errc error = append_escaped<Set, Block>(out, text, separator);
  const std::string_view all = out.view();
  fuzz::must(all.substr(0, already_there.size()) == already_there, "what was there stays");
  const std::string_view written = all.substr(already_there.size());
  switch (error) {
    case errc::ok:
      fuzz::must(valid && !separated, "what is not UTF-8 or holds the separator is refused");
      fuzz::must(written == reference::encoded<Reference>(text), "it is escaped as said");
      fuzz::must(decoded(written) == text, "it is read back as it was");
      break;
    case errc::invalid_utf8:
      fuzz::must(!valid, "what is refused as not UTF-8 is not");
      break;
    case errc::separator_in_body:
      fuzz::must(separated, "what is refused for the separator holds it");
      break;
    default:
      fuzz::must(false, "there is memory, and nothing else is refused");
  }
  if (error != errc::ok) {
    fuzz::must(written.empty(), "what is refused leaves no trace");
    return;
  }
  // So the server reads it, with something behind it.
  const auto form = inlong::testing::decode_form(std::string(all) + "&dt=5");
  const std::string* const body = form.find("body");
  const std::string* const dt = form.find("dt");
  fuzz::must(form.error.empty() && form.fields.size() == 3, "the server reads three fields");
  fuzz::must(body != nullptr && *body == text, "the server reads the text as it was");
  fuzz::must(dt != nullptr && *dt == "5", "the server reads the field behind it");
}

template <class Block>
void check_both_forms(std::string_view text, std::optional<char> separator) {
  check<inlong::detail::compact_set, reference::compact, Block>(text, separator);
  check<inlong::detail::strict_set, reference::strict, Block>(text, separator);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::input in(bytes, size);
  const bool separates = in.choice() % 2 == 0;
  const std::optional<char> separator =
      separates ? std::optional<char>(static_cast<char>(in.choice())) : std::nullopt;
  const fuzz::exact_copy text(in.rest());
  check_both_forms<inlong::detail::portable_block>(text.view(), separator);
  check_both_forms<inlong::detail::native_block>(text.view(), separator);
  fuzz::must(inlong::detail::is_utf8(text.view()) == reference::is_utf8(text.view()),
             "both see the same texts as UTF-8");
  return 0;
}
