// SPDX-License-Identifier: Apache-2.0
// A transport that sends nothing: it prints the curl command that would send the same request. Where
// nobody takes what is printed, the program is to come to its end.
#ifndef EXAMPLES_SUPPORT_CURL_TRANSPORT_HPP
#define EXAMPLES_SUPPORT_CURL_TRANSPORT_HPP

#include <inlong/transport/exchange.hpp>

#include "stop_request.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

/// Quotes any text for a POSIX shell: between single quotes nothing but a single quote is special.
inline std::string shell_quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

struct curl_transport {
  /// Linux takes no argument over 128 KiB. A longer form is piped: a shell prints it by itself.
  static constexpr std::size_t longest_argument = 100'000;

  inlong::exchange post(const inlong::request& wanted) {
    std::string form;
    for (const std::string_view piece : wanted.body) form += piece;
    form = shell_quote(form);

    std::string command = "curl --fail --silent --show-error --noproxy '*' --globoff";
    for (const inlong::header& extra : wanted.headers) {
      command += " --header " + shell_quote(extra.name + ": " + extra.value);
    }
    // Nothing is left for curl to encode, and --data-raw does not take an @ for a file's name.
    if (form.size() > longest_argument) {
      command = "printf %s " + form + " | " + command + " --data-binary @-";
    } else {
      command += " --data-raw " + form;
    }
    command += ' ' + shell_quote("http://" + wanted.to.authority() + std::string(wanted.path));
    inlong::exchange answer;
    const bool is_heartbeat = wanted.body_size() == 0;
    if (!is_heartbeat && trouble.empty() && !(std::cout << command << std::endl)) {
      trouble = std::string("standard output: ") + std::strerror(errno);
      stop_request::make();
    }
    if (!trouble.empty()) {
      answer.error_text = trouble;
      answer.error = std::make_error_code(std::errc::operation_canceled);
      return answer;
    }
    answer.what = inlong::transmission::answered;
    answer.status = 200;
    answer.body = R"({"code":"0"})";
    return answer;
  }

  void cancel() noexcept {}

  std::string trouble;  // why nothing can be printed any more
};

#endif
