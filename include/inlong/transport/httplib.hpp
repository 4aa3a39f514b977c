// SPDX-License-Identifier: Apache-2.0
// The default transport: cpp-httplib parses the answers that come over the library's own sockets.
#ifndef INLONG_TRANSPORT_HTTPLIB_HPP
#define INLONG_TRANSPORT_HTTPLIB_HPP

#include <inlong/config.hpp>
#include <inlong/detail/thread.hpp>
#include <inlong/endpoint/endpoint.hpp>
#include <inlong/server_code.hpp>
#include <inlong/transport/connect.hpp>
#include <inlong/transport/exchange.hpp>
#include <inlong/transport/failure.hpp>
#include <inlong/transport/kept_connections.hpp>
#include <inlong/transport/resolve.hpp>
#include <inlong/transport/round_trip.hpp>
#include <inlong/transport/socket.hpp>
#include <inlong/wire/reply.hpp>

#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstddef>
#include <ctime>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

/// INLONG_HTTPLIB_WITHOUT_TLS: 1 if the cpp-httplib in use is a compiled library, as opposed to a
/// header, and was built without TLS. Default: 0.
#ifndef INLONG_HTTPLIB_WITHOUT_TLS
#define INLONG_HTTPLIB_WITHOUT_TLS 0
#endif

INLONG_NAMESPACE_BEGIN

namespace detail {

/// What cpp-httplib reads from instead of a socket of its own: something with the `read` of a round
/// trip.
template <class Source>
class httplib_stream final : public ::httplib::Stream {
 public:
  explicit httplib_stream(Source& source) noexcept : source_(source) {}

  // Which of these are pure virtual differs from version to version; therefore there is no
  // `override`.
  bool is_readable() const { return true; }
  bool is_writable() const { return true; }
  bool wait_readable() const { return true; }
  bool wait_writable() const { return true; }
  ssize_t read(char* to, std::size_t size) { return static_cast<ssize_t>(source_.read(to, size)); }
  /// Drops the request: the round trip has sent its own.
  ssize_t write(const char*, std::size_t size) { return static_cast<ssize_t>(size); }
  void get_remote_ip_and_port(std::string&, int&) const {}
  void get_local_ip_and_port(std::string&, int&) const {}
  socket_t socket() const { return INVALID_SOCKET; }
  std::time_t duration() const { return 0; }

 private:
  Source& source_;
};

static_assert(!std::is_abstract_v<httplib_stream<round_trip>>,
              "inlong: this cpp-httplib is newer than this version of inlong-report knows; use "
              "cpp-httplib 0.10.3 to 0.53.1, or a newer inlong-report");

/// cpp-httplib's parser of answers. The door to it, `process_request`, has been the same since
/// 0.10.3. It writes a request first, with headers that differ from version to version (`Expect`,
/// `Accept-Encoding`): that one nobody sees.
class httplib_client final : public ::httplib::ClientImpl {
 public:
  httplib_client() : ClientImpl("localhost") {  // the name is not used
    // Changes nothing. But a compiled cpp-httplib whose containers are others, as they are with
    // _GLIBCXX_DEBUG, lacks this function, and so it does not link. It would crash.
    set_default_headers(::httplib::Headers());
  }

  /// Reads the answer's body into `body`, but for what is over `max_reply_bytes` + 1. False: it is
  /// longer, cut short, or malformed, or there is no thread to be had.
  ///
  /// From 0.20 on cpp-httplib makes objects of the thread that parses. A thread of its own does not
  /// report after their destruction, as another may at its end, and does not keep a plugin from
  /// being unloaded.
  template <class Source>
  bool parse(Source& source, std::string& body);

  /// Before 0.20 these objects are statics. Made before a reporter is, they outlive it, even where
  /// it is a static itself that reports while it is destroyed.
  static void make_statics();

 private:
  template <class Source>
  struct task {
    httplib_client& parser;
    Source& source;
    std::string& body;
    bool is_whole = false;
    bool lacks_memory = false;
  };
  template <class Source>
  static void* run(void* of) noexcept;
  template <class Source>
  bool parse_here(Source& source, std::string& body);
};

}  // namespace detail

/// The default transport: HTTP by cpp-httplib, one connection an endpoint, kept for up to 50 s
/// without use. It does not do `https://`.
///
/// How each cause is told in `exchange::what`:
/// - not_sent: a name without an address; no connection; out of time or cancelled before the kernel
///   had taken all bytes of the request; before that also the end of the connection (`send` says
///   EPIPE or ECONNRESET), or an answer that can't be meant for this request, since it reports
///   success, or came on a kept connection and may be what the server had to say of an earlier one.
/// - maybe_sent: all bytes were taken (`send` has counted them), and then out of time, cancelled,
///   the end of the connection, or an answer that is cut short or is not HTTP.
/// - answered: the answer is whole, or its body has more than `max_reply_bytes`; or it is a refusal
///   (a status of 300 and up, or DataProxy's code on a new connection), which counts even if it came
///   before all bytes were taken, and is `cut_off` then.
///
/// `stale` is a kept connection that ended before the first byte of an answer, or with DataProxy's
/// farewell to an idle connection while the request was being sent. One on which anything has
/// happened before that (an end, or bytes that nobody asked for) is not used at all.
class httplib_transport {
 public:
  httplib_transport() { detail::httplib_client::make_statics(); }
  /// A copy has no connections yet and is not cancelled.
  httplib_transport(const httplib_transport&) : httplib_transport() {}
  httplib_transport& operator=(const httplib_transport&) = delete;
  ~httplib_transport() = default;

  /// Blocks until answered, failed, cancelled or past the deadline. For one thread at a time;
  /// throws nothing but std::bad_alloc.
  exchange post(const request& what);
  /// Ends the `post` that is under way, and later ones at once. For any thread.
  void cancel() noexcept { cancel_.raise(); }
  static constexpr bool heeds_cancel = true;
  static bool supports(const endpoint& to) noexcept { return !to.https(); }

 private:
  detail::connection open(const request& what, bool& reused, detail::failure& why);
  bool receive_answer(detail::round_trip& from, std::string& body);

  detail::cancellation cancel_;
  detail::resolver names_;
  detail::kept_connections kept_;
  detail::httplib_client client_;
};

inline exchange httplib_transport::post(const request& what) {
  exchange result;
  detail::failure why;
  bool reused = false;
  detail::connection link = open(what, reused, why);
  if (!link.socket) {
    result.error = why.error;
    result.error_text = std::move(why.text);
    return result;
  }

  result.reused = reused;
  detail::round_trip trip(link.socket.number(), what, cancel_);
  const bool whole =
      (reused ? trip.send() : trip.send_on_new()) && receive_answer(trip, result.body);
  const bool too_long = result.body.size() > max_reply_bytes;
  const std::optional<int> code = find_code(result.body);
  const bool refused =  // a success can't be meant for what has not been sent
      trip.status() >= 300 || (whole && !reused && code && *code != 0 && *code != 120);
  if (trip.sent_all() ? whole || too_long : refused) {
    result.what = transmission::answered;
    result.cut_off = !trip.sent_all();
    result.status = trip.status();
    result.retry_after = trip.retry_after();
    const bool server_goes_on = result.status == 200 && code && !detail::closes_connection(*code);
    if (what.keep_alive && whole && server_goes_on && trip.left_clean()) {
      kept_.keep(std::move(link), std::chrono::steady_clock::now());
    }
    return result;
  }

  constexpr int farewell_code = INT_MAX;
  const bool farewell = whole && code == farewell_code;  // whole, but not for this request
  result.what = trip.sent_all() ? transmission::maybe_sent : transmission::not_sent;
  result.stale = reused && (trip.ended_unanswered() || farewell);
  result.body.clear();
  why = trip.why();
  result.error = why.error;
  result.error_text = std::move(why.text);
  return result;
}

inline detail::connection httplib_transport::open(const request& what, bool& reused,
                                                  detail::failure& why) {
  const detail::steady_time now = std::chrono::steady_clock::now();
  std::error_code error = cancel_.prepare();
  if (cancel_.raised()) error = std::make_error_code(std::errc::operation_canceled);
  if (!error && now >= what.deadline) error = std::make_error_code(std::errc::timed_out);
  if (!error && !supports(what.to)) error = std::make_error_code(std::errc::protocol_not_supported);
  if (error) {
    why = detail::explain(error, "before connecting to " + what.to.address());
    return {};
  }
  detail::connection link = kept_.take(what.to.authority(), now);
  if (what.fresh) link = detail::connection();
  reused = static_cast<bool>(link.socket);
  if (!reused) {
    link.authority = what.to.authority();
    link.socket = detail::connect(what, names_, cancel_, why);
  }
  return link;
}

/// False: there is no answer, or its body is too long, cut short, or malformed.
inline bool httplib_transport::receive_answer(detail::round_trip& from, std::string& body) {
  if (!from.receive_head()) return false;
  // As DataProxy always answers. The parser would take a third of the time of a small report.
  if (const auto size = from.body_size()) return from.receive_body(*size, body);
  return client_.parse(from, body);
}

namespace detail {

inline void httplib_client::make_statics() {
  struct canned_answer {
    std::string_view rest = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    std::ptrdiff_t read(char* to, std::size_t size) noexcept {
      const std::size_t count = rest.copy(to, size);
      rest.remove_prefix(count);
      return static_cast<std::ptrdiff_t>(count);
    }
  };
  // "0.18.7"
  constexpr std::string_view version = CPPHTTPLIB_VERSION;
  constexpr bool has_statics = version[0] == '0' && (version[2] < '2' || version[3] == '.');
  if constexpr (has_statics) {
    [[maybe_unused]] static const bool made = [] {
      canned_answer answer;
      std::string body;
      return httplib_client().parse_here(answer, body);
    }();
  }
}

template <class Source>
bool httplib_client::parse(Source& source, std::string& body) {
  task<Source> work{*this, source, body};
  thread runner;
  if (runner.start(&run<Source>, &work)) return false;
  runner.join();
#if INLONG_EXCEPTIONS
  if (work.lacks_memory) throw std::bad_alloc();
#endif
  return work.is_whole;
}

template <class Source>
void* httplib_client::run(void* of) noexcept {
  auto& work = *static_cast<task<Source>*>(of);
#if INLONG_EXCEPTIONS
  try {
    work.is_whole = work.parser.parse_here(work.source, work.body);
  } catch (const std::bad_alloc&) {
    work.lacks_memory = true;
  }
#else
  work.is_whole = work.parser.parse_here(work.source, work.body);
#endif
  return nullptr;
}

template <class Source>
bool httplib_client::parse_here(Source& source, std::string& body) {
  ::httplib::Request unseen;
  unseen.method = "GET";
  unseen.path = "/";
  unseen.content_receiver = [&body](const char* data, std::size_t size, auto, auto) {
    body.append(data, (std::min)(size, max_reply_bytes + 1 - body.size()));
    return body.size() <= max_reply_bytes;
  };
  httplib_stream<Source> stream(source);
  ::httplib::Response answer;
  ::httplib::Error error{};
#if INLONG_EXCEPTIONS
  try {
    return process_request(stream, unseen, answer, false, error);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return false;
  }
#else
  return process_request(stream, unseen, answer, false, error);
#endif
}

/// Functions that exist in cpp-httplib's implementation, and therefore in its header unless that is
/// the header of a compiled library.
namespace httplib_fallback {
struct absent {};
absent is_hex(...);
absent write_data(...);
}  // namespace httplib_fallback
namespace httplib_names {
using namespace httplib_fallback;
using namespace ::httplib::detail;
}  // namespace httplib_names

inline constexpr bool httplib_is_compiled =
    std::is_same_v<decltype(httplib_names::is_hex('0', std::declval<int&>())),
                   httplib_fallback::absent> &&
    std::is_same_v<decltype(httplib_names::write_data(std::declval<::httplib::Stream&>(), "", 0U)),
                   httplib_fallback::absent>;

#if !defined(CPPHTTPLIB_OPENSSL_SUPPORT) && !defined(CPPHTTPLIB_SSL_ENABLED) && \
    !INLONG_HTTPLIB_WITHOUT_TLS
// It would link, and then crash: the library's classes have members that are not in this program's.
static_assert(
    !httplib_is_compiled,
    "inlong: this cpp-httplib is a compiled library: compile with what `pkg-config --cflags "
    "cpp-httplib` says, or, if it has no TLS, with -DINLONG_HTTPLIB_WITHOUT_TLS=1");
#endif

}  // namespace detail

INLONG_NAMESPACE_END

#endif
