// SPDX-License-Identifier: Apache-2.0
// The transport's reading of an answer's head: the same however it arrives, and only of heads that
// nobody could read otherwise.
#include <inlong/transport/answer_head.hpp>

#include "support.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using inlong::detail::answer_head;
using inlong::detail::head_state;

namespace {

/// Reads bytes that arrive in pieces, as `for_each_piece` makes them, up to the end of the head.
head_state read(std::string_view bytes, unsigned choice, answer_head& head) {
  head_state state = head_state::incomplete;
  std::size_t arrived = 0;
  fuzz::for_each_piece(bytes, choice, [&](std::string_view piece) {
    if (state != head_state::incomplete) return;
    arrived += piece.size();
    state = head.read(fuzz::exact_copy(bytes.substr(0, arrived)).view());
  });
  return state;
}

bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return made;
}

/// The values of all fields of a name, without the blanks around them.
std::vector<std::string> values_of(const std::vector<std::string>& lines, const std::string& name) {
  std::vector<std::string> values;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    if (lower(line.substr(0, colon)) != name) continue;
    const std::size_t start = line.find_first_not_of(" \t", colon + 1);
    const std::size_t end = line.find_last_not_of(" \t");
    values.push_back(start == std::string::npos ? "" : line.substr(start, end - start + 1));
  }
  return values;
}

/// What anybody would read of a head that was taken: its last one, that of the final answer.
void check_taken(const answer_head& head, std::string_view taken) {
  std::vector<std::vector<std::string>> heads(1);
  fuzz::must(taken.size() <= inlong::detail::max_head_bytes, "a head is not too long");
  while (!taken.empty()) {
    const std::size_t end = taken.find("\r\n");
    fuzz::must(end != std::string_view::npos, "every line ends with CR LF");
    const std::string line(taken.substr(0, end));
    taken.remove_prefix(end + 2);
    fuzz::must(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
               "no line holds the end of another");
    if (!line.empty()) {
      heads.back().push_back(line);
    } else if (!taken.empty()) {
      heads.emplace_back();
    }
  }
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const std::vector<std::string>& lines = heads[i];
    fuzz::must(!lines.empty(), "a head has a status line");
    const std::string& status = lines[0];
    fuzz::must(status.size() >= 12 && status.size() < inlong::detail::max_status_line &&
                   (status.compare(0, 9, "HTTP/1.1 ") == 0 ||
                    status.compare(0, 9, "HTTP/1.0 ") == 0) &&
                   is_digits(status.substr(9, 3)) && status[9] != '0' &&
                   (status.size() == 12 || status[12] == ' '),
               "a status line is one");
    fuzz::must((status[9] == '1') == (i + 1 < heads.size()),
               "heads before the last are interim, and the last is not");
    for (std::size_t k = 1; k < lines.size(); ++k) {
      const std::size_t colon = lines[k].find(':');
      fuzz::must(colon != 0 && colon != std::string::npos &&
                     lines[k].find_first_of(" \t") > colon,
                 "a field has a name without blanks");
    }
    const std::vector<std::string> lengths = values_of(lines, "content-length");
    const std::vector<std::string> codings = values_of(lines, "transfer-encoding");
    fuzz::must(lengths.empty() || (lengths.size() == 1 && !lengths[0].empty() &&
                                   is_digits(lengths[0]) && lengths[0].size() <= 18),
               "a length is one number");
    fuzz::must(codings.empty() || (codings.size() == 1 && lower(codings[0]) == "chunked"),
               "a coding is known");
  }

  const std::vector<std::string>& last = heads.back();
  const std::string status = last[0].substr(9, 3);
  fuzz::must(std::to_string(head.status()) == status, "the status is the final answer's");
  const std::vector<std::string> lengths = values_of(last, "content-length");
  const bool chunked = !values_of(last, "transfer-encoding").empty();
  std::optional<std::uint64_t> size;
  if (status == "204" || status == "304") {
    size = 0;
  } else if (!chunked && !lengths.empty()) {
    size = std::stoull(lengths[0]);
  }
  fuzz::must(head.body_size() == size, "the body has the size that the head says");
  const std::string coding = chunked ? "Transfer-Encoding: chunked\r\n" : "";
  fuzz::must(head.essence() == "HTTP/1.1 " + status + "\r\n" + coding + "\r\n",
             "the essence says how a body of unknown size ends");
  const std::vector<std::string> waits = values_of(last, "retry-after");
  fuzz::must(head.retry_after() == (waits.empty() ? "" : waits[0]), "the first Retry-After counts");

  bool closes = false;
  bool keeps = last[0][7] == '1';
  for (const std::string& value : values_of(last, "connection")) {
    for (std::size_t start = 0; start < value.size();) {
      const std::size_t end = (std::min)(value.find_first_of(", \t", start), value.size());
      const std::string option = lower(value.substr(start, end - start));
      closes = closes || option == "close";
      keeps = keeps || option == "keep-alive";
      start = end + 1;
    }
  }
  const bool doubtful = chunked && !lengths.empty();
  fuzz::must(head.keeps_open() == (keeps && !closes && !doubtful),
             "the connection is kept as the head says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::input in(bytes, size);
  const unsigned choice = in.choice();
  const std::string arriving = fuzz::with_runs(in.rest(), inlong::detail::max_head_bytes + 100);
  answer_head whole;
  const head_state state = read(arriving, 0, whole);
  for (const unsigned pieces : {1u, choice}) {
    answer_head divided;
    fuzz::must(read(arriving, pieces, divided) == state, "its end is the same in any pieces");
    if (state != head_state::complete) continue;
    fuzz::must(divided.size() == whole.size() && divided.essence() == whole.essence() &&
                   divided.retry_after() == whole.retry_after() &&
                   divided.keeps_open() == whole.keeps_open(),
               "it is read the same in any pieces");
  }
  if (state != head_state::complete) return 0;

  fuzz::must(whole.size() <= arriving.size(), "a head is no longer than what arrived");
  check_taken(whole, std::string_view(arriving).substr(0, whole.size()));
  answer_head again;
  fuzz::must(again.read(whole.essence()) == head_state::complete &&
                 again.size() == whole.essence().size() && again.essence() == whole.essence(),
             "the essence of an essence is itself");
  return 0;
}
