// SPDX-License-Identifier: Apache-2.0
// A program of a user who has no httplib, but a transport of their own.
#include <inlong/core.hpp>

#include <cstdio>

struct my_transport {
  inlong::exchange post(const inlong::request&) {
    inlong::exchange answer;
    answer.what = inlong::transmission::answered;
    answer.status = 200;
    answer.body = R"({"code":"0","msg":"Ok"})";
    return answer;
  }
  void cancel() noexcept {}
};

int main() {
  inlong::basic_reporter<my_transport> reporter({"dataproxy.example"});
  const inlong::outcome sent = reporter.report({"group", "stream"}, "one record");
  std::puts(sent.message().c_str());
  return sent ? 0 : 1;
}
