// SPDX-License-Identifier: Apache-2.0
// Every code that a DataProxy may answer: what it means, and what to do about it.
#ifndef INLONG_SERVER_CODE_HPP
#define INLONG_SERVER_CODE_HPP

#include <inlong/config.hpp>

#include <limits>
#include <string_view>

INLONG_NAMESPACE_BEGIN

/// Where an outcome has no code of a server: nobody answered, or the answer held none. No code is
/// read as this.
inline constexpr int no_server_code = (std::numeric_limits<int>::min)();

namespace detail {

/// One code. A new one is a new row here, and one in delivery/verdict.hpp.
struct server_code_row {
  int code;
  /// The server closes the connection behind its answer, without saying so.
  bool closes;
  /// Its meaning, a semicolon, what to do.
  std::string_view text;
};

/// The codes of DataProxy 1.4 to 2.4 (its StatusCode and DataProxyErrCode), in ascending order.
/// Those from 94 to 96, 105 to 110, 112, 116 to 119, 122, 123, 150 and 151 belong to other
/// protocols or later stages, and are here for whatever stands in front.
inline constexpr server_code_row server_codes[] = {
    {0, false, "stored; nothing to do"},
    {1, true,
     "the node is not ready, it has no message queue yet; try again in some seconds, or another "
     "node"},
    {2, true,
     "the node was stopped by its operator; report to another node until it is started again"},
    {3, false, "the node's configuration is not ready; try again in some seconds, or another node"},
    {10, true,
     "the node does not accept this caller's IP address; have it put on the node's whitelist, or "
     "taken off its blacklist"},
    {31, true,
     "the request could not be decoded; see what stands between here and the server, and whether "
     "options.headers are very long"},
    {32, true, "the method is not supported; see what in between changes POST requests"},
    {33, true, "the request has no path; check the address for a gateway's prefix"},
    {34, true, "the path could not be decoded; check the address for a gateway's prefix"},
    {35, true, "there is no such path; check the address for a gateway's prefix"},
    {36, true,
     "the content type is not supported; see what in between changes the Content-Type header"},
    {94, false,
     "the message's magic value is wrong; check that the address is the node's HTTP port"},
    {95, false, "a length field is wrong; check that the address is the node's HTTP port"},
    {96, false, "the data can't be decompressed; see what in between changes the request"},
    {100, false,
     "the group id is missing or blank; pass the group's id, and see whether something in "
     "between drops the body or its Content-Type"},
    {101, false, "the stream id is missing or blank; pass the stream's id"},
    {102, false, "the data time is missing; see what in between changes the form"},
    {103, false, "the body is missing; see what in between changes the form"},
    {104, false,
     "the body is longer than the node allows; send smaller records, or raise its max-msg-length"},
    {105, false, "the body's length is zero; leave empty records out"},
    {106, false, "the body's length is negative; check that the address is the node's HTTP port"},
    {107, false,
     "the attributes' length is negative; check that the address is the node's HTTP port"},
    {108, false, "the node failed to process the message; see its log"},
    {109, false, "the attributes can't be split; check the group and stream ids for '&' and '='"},
    {110, false, "the message type is unknown; check that the address is the node's HTTP port"},
    {111, false, "a message is blank; leave blank records out"},
    {112, false,
     "a value of the extended field is not supported; check that the address is the node's HTTP "
     "port"},
    {113, false,
     "the group or stream is not configured; create both in InLong first, with auto push as the "
     "source (a new stream takes up to a minute to reach every node)"},
    {114, true,
     "the node's channel took no more, it is overloaded or its disk is full; report more slowly, "
     "or to more nodes (the records may have been stored)"},
    {115, false,
     "group or stream unknown; create both in InLong first, with auto push as the source (a new "
     "stream takes up to a minute to reach every node)"},
    {116, false,
     "the node has no producer for its message queue; try again later, or another node"},
    {117, false, "the node's producer is missing; try again later, or another node"},
    {118, false, "the node could not send to its message queue; see whether the queue is up"},
    {119, false, "the node's message queue returned an error; see the queue's log"},
    {120, false, "a duplicate, stored before; nothing to do"},
    {121, false,
     "the group or stream is not in the node's configuration; create both in InLong first, with "
     "auto push as the source (a new stream takes up to a minute to reach every node)"},
    {122, false, "the group and the stream do not belong together; check both ids"},
    {123, false,
     "an item of the record is invalid; check the record's format against the stream's"},
    {150, false,
     "order control was asked for without acknowledgement; check that the address is the node's "
     "HTTP port"},
    {151, false,
     "proxy control was asked for without acknowledgement; check that the address is the node's "
     "HTTP port"},
    {2147483647, true,
     "the node failed while it processed the request; see its log (the records may have been "
     "stored)"},
};

constexpr const server_code_row* find_server_code(int code) noexcept {
  for (const server_code_row& row : server_codes) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

/// Whether the server closes the connection after this code. One that is not known is taken to.
constexpr bool closes_connection(int code) noexcept {
  const server_code_row* const row = find_server_code(code);
  return row == nullptr || row->closes;
}

}  // namespace detail

/// What a server's code means, and what to do about it. Never empty: a code that this version does
/// not know is said to be one.
constexpr std::string_view describe(int server_code) noexcept {
  if (server_code == no_server_code)
    return "the server gave no code; see the HTTP status and the address";
  const detail::server_code_row* const row = detail::find_server_code(server_code);
  return row != nullptr ? row->text
                        : "a code that this version does not know; see the documentation of the server's version";
}

INLONG_NAMESPACE_END

#endif
