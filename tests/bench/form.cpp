// SPDX-License-Identifier: Apache-2.0
// How fast texts become form values, beside httplib's own encoder and memcpy. README.md says how to
// read it.
#include <inlong/wire/form.hpp>

#include <benchmark/benchmark.h>
#include <httplib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

// Texts: thousands of a kind, no two alike and the same in every run, so that neither branch
// prediction nor luck flatters anyone.

using texts = std::vector<std::string>;
using words = std::vector<std::string_view>;

class dice {
 public:
  std::size_t below(std::size_t bound) { return between(0, bound - 1); }
  std::size_t between(std::size_t first, std::size_t last) {
    return std::uniform_int_distribution<std::size_t>(first, last)(engine_);
  }
  bool one_in(std::size_t count) { return below(count) == 0; }
  std::string number(std::size_t first, std::size_t last) {
    return std::to_string(between(first, last));
  }
  std::string_view one_of(const words& choices) { return choices[below(choices.size())]; }
  std::string characters(std::string_view alphabet, std::size_t count) {
    std::string made;
    while (made.size() < count) made += alphabet[below(alphabet.size())];
    return made;
  }

 private:
  std::mt19937 engine_{20240229};
};

using maker = std::function<std::string(dice&)>;

constexpr std::size_t shortest = 100;
constexpr std::size_t longest = 300;
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view alphanumeric = base64_digits.substr(0, 62);

const words names = {"user",    "session", "order",  "payment", "search",   "cart",   "profile",
                     "image",   "static",  "api",    "v2",      "items",    "login",  "metrics",
                     "report",  "export",  "a",      "stream",  "checkout", "retry",  "timeout",
                     "gateway", "of",      "recommendation"};

std::string path(dice& roll) {
  std::string made;
  for (std::size_t depth = roll.between(1, 4); depth != 0; --depth) {
    made.append("/").append(roll.one_of(names));
  }
  if (roll.one_in(3)) {
    char before = '?';
    for (std::size_t count = roll.between(1, 3); count != 0; --count) {
      made.append(1, before).append(roll.one_of(names)).append("=").append(roll.number(0, 99999));
      before = '&';
    }
  }
  return made;
}

std::string agent(dice& roll) {
  const std::string major = roll.number(90, 130);
  switch (roll.below(6)) {
    case 0:
      return "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
             "Chrome/" + major + ".0." + roll.number(0, 6000) + ".0 Safari/537.36";
    case 1:
      return "Mozilla/5.0 (X11; Linux x86_64; rv:" + major + ".0) Gecko/20100101 Firefox/" + major;
    case 2:
      return "Mozilla/5.0 (iPhone; CPU iPhone OS 17_" + roll.number(0, 6) +
             " like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/604.1";
    case 3:
      return "curl/7." + roll.number(50, 88) + ".0";
    case 4:
      return "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    default:
      return "Go-http-client/1.1";
  }
}

std::string access_log(dice& roll) {
  std::string made = roll.number(1, 223) + "." + roll.number(0, 255) + "." + roll.number(0, 255) +
                     "." + roll.number(1, 254) + " - ";
  made.append(roll.one_in(4) ? roll.one_of(names) : "-");
  made += " [" + roll.number(10, 28) + "/Oct/2023:" + roll.number(10, 23) + ":" +
          roll.number(10, 59) + ":" + roll.number(10, 59);
  made += roll.one_in(2) ? " +0000] \"" : " +0800] \"";
  made.append(roll.one_of({"GET ", "GET ", "GET ", "POST ", "HEAD "})).append(path(roll));
  made.append(" HTTP/1.1\" ").append(roll.one_of({"200", "200", "200", "304", "404", "500"}));
  made.append(" ").append(roll.number(0, 99999));
  made += roll.one_in(2) ? " \"-\" \"" : " \"https://www.example.com" + path(roll) + "\" \"";
  return made + agent(roll) + "\"";
}

std::string json(dice& roll) {
  std::string made = "{\"ts\":16" + roll.number(10000000000, 99999999999) + ",\"level\":\"";
  made.append(roll.one_of({"INFO", "WARN", "DEBUG", "ERROR"})).append("\"");
  for (std::size_t count = roll.between(4, 10); count != 0; --count) {
    made.append(",\"").append(roll.one_of(names)).append("\":");
    switch (roll.below(5)) {
      case 0:
        made += roll.number(0, 1000000);
        break;
      case 1:
        made.append(roll.one_of({"true", "false", "null"}));
        break;
      case 2:
        made += "{\"id\":\"" + roll.characters("0123456789abcdef", 16) + "\",\"n\":[1,2]}";
        break;
      case 3:
        made += "\"" + (roll.one_in(6) ? path(roll) : roll.characters(alphanumeric, 12)) + "\"";
        break;
      default:
        made.append("\"").append(roll.one_of(names)).append(" ");
        made.append(roll.one_of(names)).append("\"");
    }
  }
  return made + "}";
}

std::string logfmt(dice& roll) {
  std::string made = "time=2023-10-" + roll.number(10, 28) + "T10:00:00Z level=info";
  for (std::size_t count = roll.between(5, 14); count != 0; --count) {
    made.append(" ").append(roll.one_of(names)).append("=");
    if (roll.one_in(3)) {
      made.append("\"").append(roll.one_of(names)).append(" ");
      made.append(roll.one_of(names)).append("\"");
    } else {
      made += roll.number(0, 99999);
    }
  }
  return made;
}

std::string urls(dice& roll) {
  std::string made = "https://example.com";
  while (made.size() < shortest) made += path(roll);
  return made;
}

std::string character(dice& roll, std::size_t first, std::size_t last) {
  const std::size_t point = roll.between(first, last);
  const auto lead = [](std::size_t bits) { return std::string(1, static_cast<char>(bits)); };
  const auto more = [](std::size_t bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  if (point < 0x80) return lead(point);
  if (point < 0x800) return lead(0xc0 | point >> 6) + more(point);
  if (point < 0x10000) return lead(0xe0 | point >> 12) + more(point >> 6) + more(point);
  return lead(0xf0 | point >> 18) + more(point >> 12) + more(point >> 6) + more(point);
}

maker repeated(const maker& part) {
  return [part](dice& roll) {
    std::string made;
    for (const std::size_t size = roll.between(shortest, longest); made.size() < size;) {
      made += part(roll);
    }
    return made;
  };
}

maker any_of(std::string_view alphabet) {
  return repeated([alphabet](dice& roll) { return roll.characters(alphabet, 1); });
}

maker fields(std::string_view alphabet, std::size_t width, std::string_view between) {
  return repeated([=](dice& roll) {
    return roll.characters(alphabet, roll.between(1, width)).append(between);
  });
}

/// Characters of one script, and a mark about one in `marks_every`.
maker script(std::size_t first, std::size_t last, std::size_t marks_every, std::string_view marks) {
  return repeated([=](dice& roll) {
    const bool mark = marks_every != 0 && roll.one_in(marks_every);
    return mark ? roll.characters(marks, 1) : character(roll, first, last);
  });
}

std::string of_any_script(dice& roll) {
  switch (roll.below(6)) {
    case 0:
      return character(roll, 0xc0, 0x24f);
    case 1:
      return character(roll, 0x410, 0x44f);
    case 2:
      return character(roll, 0x4e00, 0x9fff);
    case 3:
      return character(roll, 0x1f300, 0x1f64f);
    default:
      return character(roll, 0x20, 0x7e);
  }
}

struct kind {
  const char* name;
  maker line;
  /// What is asked of the compact form: so many times httplib's speed, such a part of memcpy's.
  double of_httplib;
  double of_memcpy;
};

const std::vector<kind> kinds = {
    {"access_log", access_log, 25, 1.0 / 10},
    {"json", json, 25, 1.0 / 10},
    {"logfmt", logfmt, 0, 1.0 / 50},
    {"chinese", script(0x4e00, 0x9fa5, 0, ""), 0, 1.0 / 50},
    {"mixed_scripts", repeated(of_any_script), 0, 1.0 / 50},
    {"only_escapes", any_of("%+&;#=\x01\x7f"), 0, 1.0 / 50},
    {"half_escapes", any_of("abcdef%+&;#="), 0, 1.0 / 50},
    {"random_ascii", repeated([](dice& roll) { return character(roll, 0x20, 0x7e); }), 0, 1.0 / 50},
    {"plain_words", fields(alphanumeric, 9, " "), 0, 1.0 / 50},
    {"semicolon_csv", fields(alphanumeric, 12, ";"), 0, 1.0 / 50},
    {"tab_separated", fields(alphanumeric, 12, "\t"), 0, 1.0 / 50},
    {"urls", urls, 0, 1.0 / 50},
    {"base64", fields(base64_digits, 80, "=="), 0, 1.0 / 50},
    {"hex_dump", fields("0123456789abcdef", 2, " "), 0, 1.0 / 50},
    {"cyrillic", script(0x430, 0x44f, 7, " ,."), 0, 1.0 / 50},
    {"emoji", script(0x1f300, 0x1f64f, 0, ""), 0, 1.0 / 50},
    {"accents", fields("abcdefghijklmnop", 12, "\xc3\xa9"), 0, 1.0 / 50},
    {"chinese_escapes", script(0x4e00, 0x9fa5, 6, "=&;+"), 0, 1.0 / 50},
};

texts lines_of(const kind& which) {
  dice roll;
  texts made(8192);
  std::generate(made.begin(), made.end(), [&] { return which.line(roll); });
  return made;
}

texts body_of(const kind& which) {
  std::string joined;
  for (const std::string& line : lines_of(which)) joined += line;
  return {joined};
}

// What is measured: one text after the other goes into one buffer, which is emptied when it is as
// full as a request. The encoders check for UTF-8 and for the separator, which no text holds.

using inlong::errc;
using inlong::form;
using inlong::detail::byte_buffer;

constexpr std::size_t request_size = 60 * 1024;

void encode_compact(byte_buffer& out, const std::string& text) {
  if (append_encoded(out, text, form::compact, '\n') != errc::ok) std::abort();
}

void encode_strict(byte_buffer& out, const std::string& text) {
  if (append_encoded(out, text, form::strict, '\n') != errc::ok) std::abort();
}

void encode_with_httplib(byte_buffer&, const std::string& text) {
  benchmark::DoNotOptimize(httplib::detail::encode_query_param(text));
}

void copy(byte_buffer& out, const std::string& text) {
  if (!out.append(text)) std::abort();
}

template <class Append>
void measure(benchmark::State& state, const texts& all, Append append) {
  byte_buffer out;
  std::size_t size = 0;
  for (const std::string& text : all) size += text.size();
  for (auto _ : state) {
    for (const std::string& text : all) {
      if (out.size() > request_size) out.truncate(0);
      append(out, text);
      benchmark::ClobberMemory();
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

template <class Append>
void add(const kind& which, const char* shape, texts (*make)(const kind&), const char* how,
         Append append) {
  const std::string name = std::string(which.name) + "/" + shape + "/" + how;
  benchmark::RegisterBenchmark(name.c_str(), [&which, make, append](benchmark::State& state) {
    measure(state, make(which), append);
  });
}

void add_all(const kind& which, const char* shape, texts (*make)(const kind&)) {
  add(which, shape, make, "memcpy", copy);
  add(which, shape, make, "httplib", encode_with_httplib);
  add(which, shape, make, "strict", encode_strict);
  add(which, shape, make, "compact", encode_compact);
}

/// Prints what Google Benchmark prints, and keeps the best speed of each benchmark for a table.
class table_reporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const auto speed = run.counters.find("bytes_per_second");
      if (run.run_type != Run::RT_Iteration || speed == run.counters.end()) continue;
      double& best = best_[run.run_name.function_name];
      best = (std::max)(best, speed->second.value / 1e9);
    }
    ConsoleReporter::ReportRuns(runs);
  }

  void print_table() const {
    std::printf("\n%-24s %29s   %29s\n", "", "GB/s", "compact form, beside");
    std::printf("%-24s %8s %9s %7s %7s   %9s %7s\n", "", "memcpy", "httplib", "strict",
                "compact", "httplib", "memcpy");
    for (const kind& which : kinds) {
      for (const char* const shape : {"lines", "body"}) print_row(which, shape);
    }
  }

 private:
  void print_row(const kind& which, const std::string& shape) const {
    const std::string name = std::string(which.name) + "/" + shape;
    const auto speed = [&](const char* how) {
      const auto found = best_.find(name + "/" + how);
      return found == best_.end() ? 0 : found->second;
    };
    const double memcpy = speed("memcpy");
    const double httplib = speed("httplib");
    const double compact = speed("compact");
    if (memcpy == 0 || httplib == 0 || compact == 0) return;
    const bool enough =
        compact >= which.of_httplib * httplib && compact >= which.of_memcpy * memcpy;
    std::printf("%-24s %8.1f %9.3f %7.2f %7.2f   %8.0fx    1/%-4.0f %9s\n", name.c_str(), memcpy,
                httplib, speed("strict"), compact, compact / httplib, memcpy / compact,
                enough ? "" : "too slow");
  }

  std::map<std::string, double> best_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  for (const kind& which : kinds) {
    add_all(which, "lines", lines_of);
    add_all(which, "body", body_of);
  }
  table_reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print_table();
}
