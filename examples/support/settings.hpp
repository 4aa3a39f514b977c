// SPDX-License-Identifier: Apache-2.0
// What the user of inlong-report wants, read from the command line.
#ifndef EXAMPLES_SUPPORT_SETTINGS_HPP
#define EXAMPLES_SUPPORT_SETTINGS_HPP

#include <inlong/async_options.hpp>
#include <inlong/record.hpp>
#include <inlong/version.hpp>

#include "data_time.hpp"

#include <CLI/CLI.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct settings {
  std::vector<std::string> addresses;
  std::string group;
  std::string stream;
  std::vector<std::string> files = {"-"};
  std::optional<inlong::time_point> data_time;
  inlong::async_options how;
  bool dry_run = false;
  bool quiet = false;
  bool verbose = false;

  settings() {
    // Somebody waits to hear that the name is wrong. A service would rather wait for a new stream.
    how.unknown_stream_wait = std::chrono::milliseconds(0);
  }
  inlong::destination to() const { return {group, stream}; }
};

inline void add_options(CLI::App& app, settings& wanted);
inline void add_duration(CLI::App& app, const std::string& name, const std::string& what,
                         std::chrono::milliseconds& value, bool may_be_zero = false);
inline std::string why_not_positive(const std::string& written);
inline std::string why_negative(const std::string& written);
inline std::string why_unreadable(const std::string& file);
inline std::string why_no_time(const std::string& written);

/// Fills in the settings. Returns the status to exit with when there is nothing more to do.
inline std::optional<int> read_command_line(int argc, char** argv, settings& wanted) {
  CLI::App app("Reports the lines of files, one record each, to Apache InLong's DataProxy.",
               "inlong-report");
  app.footer(
      "Times are written as 500ms, 2s or 1m; a number without a unit is in seconds.\n"
      "Exit status: 0 if all lines but blank ones were delivered, 1 if not; 2 if nothing was\n"
      "tried, because an option, an address or a file is wrong.");
  add_options(app, wanted);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;  // 0: the help or the version was asked for
  }
  if (wanted.dry_run) wanted.how.workers = 1;  // commands are printed one by one, in order
  return std::nullopt;
}

/// What the library says of its options, with the names that they have on the command line.
inline std::string by_flags(std::string message) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"async_options.", "options."},
      {"options.workers", "--workers"},
      {"options.linger", "--linger"},
      {"options.", ""},
      {"connect_timeout", "--connect-timeout"},
      {"request_timeout", "--request-timeout"},
      {"delivery_timeout", "--timeout"},
      {"max_batch_records", "--batch-size"},
      {"max_memory", "--max-memory"},
      {"max_request_bytes", "--max-request-bytes"},
  };
  for (const auto& [field, flag] : names) {
    for (std::size_t at = 0; (at = message.find(field, at)) != std::string::npos;) {
      message.replace(at, field.size(), flag);
      at += flag.size();
    }
  }
  return message;
}

inline void add_options(CLI::App& app, settings& wanted) {
  const std::string version = "inlong-report " + std::to_string(INLONG_VERSION_MAJOR) + '.' +
                              std::to_string(INLONG_VERSION_MINOR) + '.' +
                              std::to_string(INLONG_VERSION_PATCH);
  app.set_version_flag("--version", version);
  app.add_option("FILE", wanted.files, "Files to read; - is standard input, which is the default")
      ->check(why_unreadable);
  app.add_option("-a,--address", wanted.addresses,
                 "A DataProxy's host:port, or several with commas; may be repeated")
      ->envname("INLONG_ADDRESS")
      ->allow_extra_args(false)
      ->required();
  app.add_option("-g,--group", wanted.group, "The group id")->required();
  app.add_option("-s,--stream", wanted.stream, "The stream id")->required();
  app.add_option("-b,--batch-size", wanted.how.max_batch_records, "Records in one request, at most")
      ->check(why_not_positive)
      ->capture_default_str();
  add_duration(app, "--linger", "How long a line waits for others to share a request with",
               wanted.how.linger, true);
  app.add_option("-w,--workers", wanted.how.workers,
                 "Requests on their way at a time. With one, lines arrive in their order, unless "
                 "some have to be sent again or time runs out; with several, requests overtake each "
                 "other")
      ->check(why_not_positive)
      ->capture_default_str();
  app.add_option_function<std::string>(
         "--data-time",
         [&wanted](const std::string& written) { wanted.data_time = read_data_time(written); },
         "What the records are of: milliseconds since 1970, or UTC as in 2024-05-01T12:00:00Z; "
         "the time of sending if not given")
      ->check(why_no_time);
  add_duration(app, "--connect-timeout", "How long an address may take to accept a connection",
               wanted.how.connect_timeout);
  add_duration(app, "--request-timeout", "How long one request may take",
               wanted.how.request_timeout);
  add_duration(app, "--timeout",
               "How long a line that can't be delivered is tried again before it has failed",
               wanted.how.delivery_timeout);
  app.add_option("--max-request-bytes", wanted.how.max_request_bytes,
                 "Bytes of one request's form, at most; kB and MB are understood")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->check(why_not_positive)
      ->capture_default_str();
  app.add_option("--max-memory", wanted.how.max_memory,
                 "Bytes that lines on their way may occupy; reading waits when they do")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->check(why_not_positive)
      ->capture_default_str();
  app.add_flag_function(
      "--at-most-once", [&wanted](std::int64_t) { wanted.how.resend_unknown = false; },
      "Do not send again what may have been stored: rather lose a line than have it twice");
  app.add_flag_function(
      "--strict", [&wanted](std::int64_t) { wanted.how.form = inlong::form::strict; },
      "Escape all that can be escaped, for a gateway that insists");
  app.add_flag("-n,--dry-run", wanted.dry_run,
               "Send nothing; print the curl command for each request instead");
  app.add_flag("-v,--verbose", wanted.verbose,
               "Say what became of every batch, and name every line that failed")
      ->excludes(app.add_flag("-q,--quiet", wanted.quiet, "Print nothing but what failed"));
}

/// `2s`, `500ms`, `1m`; seconds if no unit is given.
inline void add_duration(CLI::App& app, const std::string& name, const std::string& what,
                         std::chrono::milliseconds& value, bool may_be_zero) {
  const std::map<std::string, std::int64_t> units = {{"ms", 1}, {"s", 1000}, {"m", 60'000}};
  const auto with_unit = [](const std::string& written) {
    const bool has_none =
        !written.empty() && std::isdigit(static_cast<unsigned char>(written.back())) != 0;
    return has_none ? written + 's' : written;
  };
  app.add_option_function<std::int64_t>(
         name, [&value](std::int64_t count) { value = std::chrono::milliseconds(count); }, what)
      ->type_name("TIME")
      ->transform(CLI::AsNumberWithUnit(units).description(""))
      ->transform(with_unit)
      ->check(may_be_zero ? why_negative : why_not_positive)
      ->default_str(std::to_string(value.count()) + "ms");
}

inline std::string why_not_positive(const std::string& written) {
  return std::strtod(written.c_str(), nullptr) > 0 ? "" : "it must be a number above 0";
}
inline std::string why_negative(const std::string& written) {
  return std::strtod(written.c_str(), nullptr) >= 0 ? "" : "it must be 0 or a number above";
}

inline std::string why_unreadable(const std::string& file) {
  struct stat facts {};
  if (file == "-") return {};
  const bool readable = stat(file.c_str(), &facts) == 0 && access(file.c_str(), R_OK) == 0;
  if (!readable) return file + ": " + std::strerror(errno);
  return S_ISDIR(facts.st_mode) ? file + ": " + std::strerror(EISDIR) : std::string();
}

inline std::string why_no_time(const std::string& written) {
  if (read_data_time(written)) return {};
  return '"' + written +
         "\" is neither a number of milliseconds nor a UTC time such as 2024-05-01T12:00:00Z";
}

#endif
