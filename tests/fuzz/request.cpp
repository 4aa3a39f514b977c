// SPDX-License-Identifier: Apache-2.0
// The stand-in's reading of requests: the same however they arrive, and of every request it decides
// something.
#include <inlong/testing/detail/node.hpp>
#include <inlong/testing/detail/request_reader.hpp>

#include "../unit/wire/reference.hpp"
#include "support.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using inlong::testing::received_request;
using inlong::testing::detail::decision;
using inlong::testing::detail::node;
using inlong::testing::detail::request_reader;
using arrival = request_reader::arrival;

namespace {

/// What a connection brings, up to what closes it.
struct reading {
  std::vector<std::string> arrivals;
  std::uint64_t position;
  std::uint64_t arrived;

  bool operator==(const reading& other) const {
    return arrivals == other.arrivals && position == other.position && arrived == other.arrived;
  }
};

std::string described(const received_request& request) {
  std::string all = request.method + '|' + request.target + '|' + request.version + '|' +
                    request.body + '|' + request.exception + '|' +
                    (request.malformed ? "malformed " : "") +
                    std::to_string(request.content_length);
  for (const auto& [name, value] : request.headers) all += '|' + name + ':' + value;
  return all;
}

void check(const received_request& request, const decision& decided) {
  if (!decided.stores) return;
  fuzz::must(decided.answers && decided.code == 0, "what is stored is answered as such");
  const auto& stored = *decided.stores;
  fuzz::must(!request.malformed, "nothing malformed is stored");
  for (const std::string* const text : {&stored.group_id, &stored.stream_id, &stored.body}) {
    fuzz::must(!inlong::testing::detail::is_blank(*text), "nothing blank is stored");
    fuzz::must(reference::is_utf8(*text), "what is stored is UTF-8");
  }
}

reading read(std::string_view bytes, unsigned choice, std::size_t limit) {
  const node judge(limit, true, false);
  request_reader reader;
  reading found{};
  bool closed = false;
  fuzz::for_each_piece(bytes, choice, [&](std::string_view piece) {
    if (closed) return;
    reader.feed(piece);
    for (arrival next; !closed && (next = reader.next(limit)) != arrival::nothing;) {
      found.arrivals.push_back(std::to_string(static_cast<int>(next)) + " at " +
                               std::to_string(reader.position()) + ' ' +
                               described(reader.request()));
      closed = next == arrival::too_large_to_keep;
      if (next != arrival::request) continue;
      const received_request request = std::move(reader.request());
      fuzz::must(request.body.size() <= limit, "a body is not over the limit");
      const decision decided = judge.decide(request, "client");
      check(request, decided);
      found.arrivals.push_back(std::to_string(decided.code) + ' ' + decided.message);
      closed = decided.closes;
    }
  });
  // Behind the end of a connection it is chance how much had arrived.
  if (!closed) {
    found.position = reader.position();
    found.arrived = reader.arrived();
    fuzz::must(found.position + found.arrived == bytes.size(), "every byte is counted");
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::input in(bytes, size);
  const unsigned choice = in.choice();
  const std::size_t limit = in.choice();
  const reading whole = read(in.rest(), 0, limit);
  fuzz::must(read(in.rest(), 1, limit) == whole, "it is read the same byte by byte");
  fuzz::must(read(in.rest(), choice, limit) == whole, "it is read the same in pieces");
  return 0;
}
