// SPDX-License-Identifier: Apache-2.0
// Runs a Netty judge, tells it what to be, and reads what it stored.
#ifndef INLONG_TESTS_INTEROP_JUDGE_HPP
#define INLONG_TESTS_INTEROP_JUDGE_HPP

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace interop {

/// One message, as the journal of the judge has it.
struct judged_message {
  std::uint16_t client_port = 0;
  std::int64_t dt = 0;
  std::int32_t cnt = 0;
  std::string client;
  std::string group_id;
  std::string stream_id;
  std::string body;
};

/// A judge of its own, which ends with this object. What goes wrong is thrown.
class judge {
 public:
  /// `folder` is one that netty/build.sh has filled.
  explicit judge(const std::string& folder, const std::string& script = INTEROP_JUDGE) {
    std::string pattern = "/tmp/judge_XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) fail("mkdtemp");
    home_ = pattern;
    start(script, folder);
    // "listening on 127.0.0.1:40123 with Netty 4.1.72.Final"
    const std::string hello = read_line();
    const std::size_t colon = hello.find(':');
    const std::size_t with = hello.find(" with ");
    if (with == std::string::npos) throw std::runtime_error("the judge said: " + hello);
    port_ = static_cast<std::uint16_t>(std::atoi(hello.c_str() + colon + 1));
    version_ = hello.substr(with + 6);
    begin();
  }
  ~judge() {
    if (to_ >= 0) ::close(to_);  // it ends with its input
    int status = 0;
    if (child_ > 0) ::waitpid(child_, &status, 0);
    if (from_ != nullptr) std::fclose(from_);
    std::remove(journal().c_str());
    ::rmdir(home_.c_str());
  }
  judge(const judge&) = delete;
  judge& operator=(const judge&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Such as "Netty 4.1.72.Final".
  const std::string& version() const noexcept { return version_; }

  /// Sends one line of what Judge.java lists, and waits until it is carried out.
  std::string tell(const std::string& command) {
    const std::string line = command + '\n';
    if (::write(to_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) fail("write");
    std::string answer = read_line();
    if (answer.substr(0, 2) != "ok") throw std::runtime_error(command + ": " + answer);
    return answer.size() > 3 ? answer.substr(3) : "";
  }

  /// All switches as at the start, and an empty journal.
  void begin() {
    tell("reset");
    tell("journal " + journal());
  }

  /// One of: messages, records, open, accepted, requests, unanswered.
  std::size_t count(const std::string& of) {
    const std::string counts = ' ' + tell("counts");
    const std::size_t found = counts.find(' ' + of + '=');
    if (found == std::string::npos) throw std::runtime_error("no count of " + of + ": " + counts);
    return static_cast<std::size_t>(std::atoll(counts.c_str() + found + of.size() + 2));
  }

  /// What was stored since the last `begin`, in order.
  std::vector<judged_message> stored() {
    tell("flush");
    std::ifstream file(journal(), std::ios::binary);
    std::vector<judged_message> all;
    for (std::string line; std::getline(file, line);) all.push_back(parse(line));
    return all;
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
  }

  std::string journal() const { return home_ + "/journal"; }

  void start(const std::string& script, const std::string& folder) {
    int in[2];
    int out[2];
    // Not for the programs that a test starts: the judge would not see the end of its input.
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) fail("pipe");
    child_ = ::fork();
    if (child_ < 0) fail("fork");
    if (child_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      ::execl(script.c_str(), script.c_str(), folder.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = ::fdopen(out[0], "r");
  }

  std::string read_line() {
    std::string line;
    for (int c; (c = std::fgetc(from_)) != EOF && c != '\n';) line += static_cast<char>(c);
    return line;
  }

  static judged_message parse(const std::string& line) {
    std::vector<std::string> fields(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\t') {
        fields.emplace_back();
      } else if (line[i] == '\\' && i + 1 < line.size()) {
        const char letter = line[++i];
        fields.back() += letter == 't' ? '\t' : letter == 'n' ? '\n' : letter == 'r' ? '\r' : '\\';
      } else {
        fields.back() += line[i];
      }
    }
    if (fields.size() != 7) throw std::runtime_error("not a line of a journal: " + line);
    return {static_cast<std::uint16_t>(std::atoi(fields[0].c_str())),
            std::atoll(fields[1].c_str()),
            std::atoi(fields[2].c_str()),
            fields[3],
            fields[4],
            fields[5],
            fields[6]};
  }

  std::string home_;
  pid_t child_ = -1;
  int to_ = -1;
  std::FILE* from_ = nullptr;
  std::uint16_t port_ = 0;
  std::string version_;
};

}  // namespace interop

#endif
