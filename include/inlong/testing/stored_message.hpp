// SPDX-License-Identifier: Apache-2.0
// What the stand-in stores of one request.
#ifndef INLONG_TESTING_STORED_MESSAGE_HPP
#define INLONG_TESTING_STORED_MESSAGE_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// What the server stores of one request.
struct stored_message {
  std::string group_id;
  std::string stream_id;
  /// Its records, separated by line feeds. UTF-8: what was not has been replaced.
  std::string body;
  /// Milliseconds since the epoch; the time of arrival, if the request had none that could be read.
  std::int64_t dt = 0;
  /// How many records the request said it has; never compared with the body.
  std::int32_t cnt = 1;
  /// The client's address, without its port.
  std::string client;
  /// Counts the connections of a server, from 1.
  std::size_t connection = 0;

  /// The body, divided at line feeds.
  std::vector<std::string> records() const {
    std::vector<std::string> divided;
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
      end = body.find('\n', begin);
      divided.push_back(body.substr(begin, end - begin));
    }
    return divided;
  }
};

}  // namespace testing

INLONG_NAMESPACE_END

#endif
