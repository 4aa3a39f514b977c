// SPDX-License-Identifier: Apache-2.0
// A program without exceptions and RTTI: what could not be made is a reporter whose every call says
// why.
#include <inlong/core.hpp>

#include <cstdio>
#include <string>
#include <vector>

#if INLONG_EXCEPTIONS
#error "this is about a build without exceptions"
#endif

struct scripted_transport {
  inlong::exchange post(const inlong::request& sent) {
    inlong::exchange answer;
    if (sent.to.address() == "refusing.example:46802") return answer;
    answer.what = inlong::transmission::answered;
    answer.status = 200;
    answer.body = R"({"code":"0","msg":"Ok"})";
    return answer;
  }
  void cancel() noexcept {}
};

using reporter = inlong::basic_reporter<scripted_transport>;

int failures = 0;

void expect(inlong::errc wanted, const inlong::outcome& got, const char* what) {
  if (got.error == wanted && bool(got) == (wanted == inlong::errc::ok)) return;
  std::printf("%s: %s\n", what, got.message().c_str());
  ++failures;
}

int main() {
  using inlong::errc;
  const inlong::destination to{"group", "stream"};

  reporter good({"one.example", "two.example"});
  expect(errc::ok, good.report(to, "a record"), "one body");
  expect(errc::ok, good.report(to, {"a", "b"}), "two bodies");
  expect(errc::ok, good.report(to, std::vector<std::string>{"a", "b", "c"}), "a range");
  expect(errc::blank_body, good.report(to, " "), "a blank body");

  inlong::options hasty;
  hasty.delivery_timeout = std::chrono::milliseconds(20);
  expect(errc::timeout, reporter("refusing.example", hasty).report(to, "a record"),
         "no connection");
  expect(errc::bad_address, reporter({"host:0"}).report(to, "a record"), "a bad address");
  expect(errc::no_endpoints, reporter(std::vector<std::string>()).report(to, "a record"),
         "no address");
  expect(errc::unsupported_scheme, reporter("https://one.example").report(to, "a record"),
         "a bad scheme");
  inlong::options bad;
  bad.connect_timeout = std::chrono::milliseconds(-1);
  expect(errc::bad_option, reporter("one.example", bad).report(to, "a record"), "a bad option");
  return failures == 0 ? 0 : 1;
}
