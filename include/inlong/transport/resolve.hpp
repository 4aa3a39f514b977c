// SPDX-License-Identifier: Apache-2.0
// From a host's name to its addresses, by a deadline that the system's resolver does not know.
#ifndef INLONG_TRANSPORT_RESOLVE_HPP
#define INLONG_TRANSPORT_RESOLVE_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/transport/failure.hpp>
#include <inlong/transport/socket.hpp>

#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace detail {

using lookup_function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

/// One question to the system's resolver, and its answer. Whoever asks and the thread that waits
/// for the answer own it together, so that it doesn't matter which of the two is gone first.
class name_lookup {
 public:
  name_lookup(const std::string& host, std::uint16_t port, lookup_function function)
      : host_(host), port_(std::to_string(port)), function_(function) {}
  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;
  ~name_lookup() {
    if (found_ != nullptr) ::freeaddrinfo(found_);
  }

  bool is_for(const std::string& host, std::uint16_t port) const {
    return host_ == host && port_ == std::to_string(port);
  }

  /// Asks on the calling thread, and about a literal only: that needs no network.
  void ask_for_literal() noexcept { ask(AI_NUMERICHOST); }
  /// Asks on a thread of its own, which ends with the answer.
  static std::error_code start(const std::shared_ptr<name_lookup>& lookup);
  /// Whether it was answered at that time or before.
  bool was_answered_by(steady_time when) const noexcept { return done_ && answered_at_ <= when; }
  /// Waits for that thread.
  std::error_code wait(const cancellation& cancel, steady_time deadline) const noexcept {
    short ready = 0;
    std::error_code error;
    while (!done_ && !error) {
      error = wait_for(answered_.reader.number(), POLLIN, ready, cancel, deadline);
    }
    return error;
  }

  /// What was found, in the order of the resolver; if nothing was, `why` says so.
  std::vector<socket_address> addresses(failure& why) const;

 private:
  void ask(int flags) noexcept {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    result_ = function_(host_.c_str(), port_.c_str(), &hints, &found_);
    if (result_ == EAI_SYSTEM) error_number_ = errno;
    answered_at_ = std::chrono::steady_clock::now();
    done_ = true;
  }
  static void* run(void* lookup) noexcept;

  std::string host_;
  std::string port_;
  lookup_function function_;
  addrinfo* found_ = nullptr;
  int result_ = 0;
  int error_number_ = 0;
  steady_time answered_at_{};
  std::atomic<bool> done_{false};  // what stands above is the thread's until then
  wake_pipe answered_;
};

/// Names to addresses, for one thread at a time. `getaddrinfo` can't be interrupted; a question
/// that outlasts its caller's patience is kept, so that the next call for the same name waits for
/// it instead of asking again. An answer that nobody comes for is forgotten after some seconds: a
/// name may have got other addresses since.
class resolver {
 public:
  /// `keep`: how long an answer is of use that came when nobody waited any more.
  explicit resolver(lookup_function function = &::getaddrinfo,
                    std::chrono::milliseconds keep = std::chrono::seconds(10)) noexcept
      : function_(function), keep_(keep) {}

  /// The addresses of a host; none if that failed, and `why` says why. An address instead of a name
  /// is read on the spot; for a name, a thread of its own asks.
  std::vector<socket_address> resolve(const std::string& host, std::uint16_t port,
                                      const cancellation& cancel, steady_time deadline,
                                      failure& why);

 private:
  std::shared_ptr<name_lookup> find_or_start(const std::string& host, std::uint16_t port,
                                             failure& why);

  lookup_function function_;
  std::chrono::milliseconds keep_;
  std::vector<std::shared_ptr<name_lookup>> pending_;
};

inline std::vector<socket_address> resolver::resolve(const std::string& host, std::uint16_t port,
                                                     const cancellation& cancel,
                                                     steady_time deadline, failure& why) {
  name_lookup literal(host, port, &::getaddrinfo);
  literal.ask_for_literal();
  failure not_a_literal;
  std::vector<socket_address> addresses = literal.addresses(not_a_literal);
  if (!addresses.empty()) return addresses;
  if (host.find(':') != std::string::npos) {  // a v6 address whose zone does not exist here
    why = std::move(not_a_literal);
    return {};
  }
  const std::shared_ptr<name_lookup> lookup = find_or_start(host, port, why);
  if (lookup == nullptr) return {};
  if (const std::error_code error = lookup->wait(cancel, deadline)) {
    why = explain(error, "while looking up the name " + host);
    return {};
  }
  pending_.erase(std::find(pending_.begin(), pending_.end(), lookup));
  return lookup->addresses(why);
}

inline std::shared_ptr<name_lookup> resolver::find_or_start(const std::string& host,
                                                            std::uint16_t port, failure& why) {
  const steady_time too_old = std::chrono::steady_clock::now() - keep_;
  pending_.erase(std::remove_if(pending_.begin(), pending_.end(),
                                [&](const auto& each) { return each->was_answered_by(too_old); }),
                 pending_.end());
  for (const auto& pending : pending_) {
    if (pending->is_for(host, port)) return pending;
  }
  auto lookup = std::make_shared<name_lookup>(host, port, function_);
  if (const std::error_code error = name_lookup::start(lookup)) {
    why = explain(error, "when a thread was wanted to look up the name " + host);
    return nullptr;
  }
  pending_.push_back(lookup);
  return lookup;
}

inline std::error_code name_lookup::start(const std::shared_ptr<name_lookup>& lookup) {
  if (const std::error_code error = lookup->answered_.open()) return error;
  auto shared = std::make_unique<std::shared_ptr<name_lookup>>(lookup);
  pthread_attr_t attributes;
  if (const int error = ::pthread_attr_init(&attributes)) return system_error(error);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // The thread inherits this mask: the application's signals are not for it.
  sigset_t every;
  sigset_t callers;
  ::sigfillset(&every);
  ::pthread_sigmask(SIG_SETMASK, &every, &callers);
  pthread_t thread;
  const int error = ::pthread_create(&thread, &attributes, &name_lookup::run, shared.get());
  ::pthread_sigmask(SIG_SETMASK, &callers, nullptr);
  ::pthread_attr_destroy(&attributes);
  if (error == 0) shared.release();
  return system_error(error);
}

inline void* name_lookup::run(void* lookup) noexcept {
  const std::unique_ptr<std::shared_ptr<name_lookup>> shared(
      static_cast<std::shared_ptr<name_lookup>*>(lookup));
  name_lookup& self = **shared;
  self.ask(0);
  wake_pipe::wake(self.answered_.writer.number());
  return nullptr;
}

inline std::vector<socket_address> name_lookup::addresses(failure& why) const {
  std::vector<socket_address> all;
  if (result_ == 0) {
    for (const addrinfo* each = found_; each != nullptr; each = each->ai_next) {
      if (each->ai_addrlen > sizeof(sockaddr_storage)) continue;
      socket_address address{};
      std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
      address.size = each->ai_addrlen;
      all.push_back(address);
    }
  }
  if (!all.empty()) return all;
  const std::string reason = result_ == 0            ? "it has no address"
                             : result_ == EAI_SYSTEM ? system_error(error_number_).message()
                                                     : ::gai_strerror(result_);
  why = {std::make_error_code(std::errc::host_unreachable),
         "name not found: " + host_ + " (" + reason + ')'};
  return all;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
