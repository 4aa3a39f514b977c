// SPDX-License-Identifier: Apache-2.0
// Variations of the listed requests, by a generator that gives the same on every machine.
#include "cases.hpp"

#include <iterator>
#include <string_view>
#include <utility>

namespace interop {
namespace {

/// SplitMix64.
class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed) {}

  std::size_t below(std::size_t bound) {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return static_cast<std::size_t>((z ^ (z >> 31)) % bound);
  }

 private:
  std::uint64_t state_;
};

/// Pieces that mean something somewhere in a request.
const std::string_view pieces[] = {
    "&", ";", "=", "#", "%", "+", "?", " ", "\t", "\r\n", "\n", "\r", "\r\n\r\n", ":", ",", "0",
    "9", "-", "%00", "%0A", "%26", "%FF", "%C3%A9", "%ED%A0%80", "\xC3\xA9", "\xFF", "\xF0\x9F",
    "\xE2\x80\xA8", "\xC2\xA0", "\x0B", "\x1C", "\x7F", "\x01", "groupId=g", "streamId=s", "body=",
    "&body=x", "&cnt=2", "&dt=1", "callback=c", "Content-Length: 5\r\n", "Connection: close\r\n",
    "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "A: b\r\n", "HTTP/1.0",
    "HTTP/1.1",
    "GET ", "POST ", "1\r\n", "0\r\n\r\n", "%zz", "%4",
};

void mutate(std::string& bytes, const std::string& other, dice& roll) {
  const std::size_t at = roll.below(bytes.size() + 1);
  const std::size_t span = 1 + roll.below(8);
  switch (roll.below(7)) {
    case 0:
      if (at < bytes.size()) bytes[at] = static_cast<char>(roll.below(256));
      break;
    case 1:
      bytes.insert(at, 1, static_cast<char>(roll.below(256)));
      break;
    case 2:
      bytes.insert(at, pieces[roll.below(std::size(pieces))]);
      break;
    case 3: {
      const std::string_view piece = pieces[roll.below(std::size(pieces))];
      bytes.replace(at, piece.size(), piece);
      break;
    }
    case 4:
      bytes.erase(at, span);
      break;
    case 5:
      bytes.insert(at, bytes.substr(roll.below(bytes.size() + 1), span * 4));
      break;
    default:
      bytes.insert(at, other.substr(roll.below(other.size() + 1), span * 4));
  }
}

/// Where a body of a stated length has become longer or shorter, the length is stated anew, or
/// nearly all that is left to see is that of a truncated form.
void mend_length(std::string& bytes) {
  constexpr std::string_view name = "Content-Length: ";
  const std::size_t found = bytes.find(name);
  const std::size_t body = bytes.find("\r\n\r\n");
  if (found == std::string::npos || body == std::string::npos || found > body) return;
  const std::size_t value = found + name.size();
  const std::size_t end = bytes.find("\r\n", value);
  bytes.replace(value, end - value, std::to_string(bytes.size() - body - 4));
}

}  // namespace

std::vector<request_case> mutated_cases(const std::vector<request_case>& listed,
                                        std::uint64_t seed, std::size_t count) {
  // How large ones are read, and thus what is stored behind an answer that closes, is a matter of
  // buffers.
  constexpr std::size_t longest = 1500;
  std::vector<const std::string*> originals;
  for (const request_case& each : listed) {
    if (each.steps.size() == 1 && each.steps[0].size() <= longest) {
      originals.push_back(&each.steps[0]);
    }
  }
  std::vector<request_case> mutated;
  for (std::size_t i = 0; i < count; ++i) {
    // Each has a generator of its own: number 7 is the same, however many there are.
    dice roll(seed * 1'000'003 + i);
    std::string bytes = *originals[roll.below(originals.size())];
    for (std::size_t times = 1 + roll.below(4); times > 0; --times) {
      mutate(bytes, *originals[roll.below(originals.size())], roll);
    }
    if (roll.below(2) == 0) mend_length(bytes);
    mutated.push_back({"mutation " + std::to_string(seed) + '.' + std::to_string(i),
                       {std::move(bytes)},
                       node_state::normal,
                       true});
  }
  return mutated;
}

}  // namespace interop
