// SPDX-License-Identifier: Apache-2.0
// Endpoints of which only one lives.
#ifndef INLONG_TESTS_WIRE_DEAD_ENDPOINTS_HPP
#define INLONG_TESTS_WIRE_DEAD_ENDPOINTS_HPP

#include <inlong/testing/blackhole.hpp>
#include <inlong/testing/dataproxy.hpp>
#include <inlong/testing/reaction.hpp>

#include <string>
#include <vector>

namespace wire {

/// One takes reports. The others refuse connections, don't answer to them, accept them and never
/// answer a request, and accept and close them.
class one_of_five {
 public:
  one_of_five() : alive_(without_requests()) {
    refusing_.refuse();
    silent_.always(inlong::testing::reaction::silence());
    closing_.always(inlong::testing::reaction::close().at_accept());
  }

  /// The living one comes last.
  std::vector<std::string> addresses() const {
    return {refusing_.address(), nowhere_.address(), silent_.address(), closing_.address(),
            alive_.address()};
  }
  inlong::testing::dataproxy& alive() { return alive_; }

 private:
  static inlong::testing::dataproxy_options without_requests() {
    inlong::testing::dataproxy_options how;
    how.keep_requests = false;
    return how;
  }

  inlong::testing::dataproxy refusing_;
  inlong::testing::blackhole nowhere_;
  inlong::testing::dataproxy silent_;
  inlong::testing::dataproxy closing_;
  inlong::testing::dataproxy alive_;
};

}  // namespace wire

#endif
