// SPDX-License-Identifier: Apache-2.0
// How fast texts become form values, beside httplib's own encoder and memcpy. README.md says how to read it.
#include <inlong/wire/form.hpp>

#include <benchmark/benchmark.h>
#include <httplib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using inlong::detail::byte_buffer;

// ---- texts: thousands of lines of a class, no two alike, the same in every run

class dice {
 public:
  unsigned below(unsigned bound) { return std::uniform_int_distribution<unsigned>(0, bound - 1)(engine_); }
  unsigned between(unsigned first, unsigned last) { return first + below(last - first + 1); }
  std::string number(unsigned first, unsigned last) { return std::to_string(between(first, last)); }

  std::string_view one_of(const std::vector<std::string_view>& choices) {
    return choices[below(static_cast<unsigned>(choices.size()))];
  }

  std::string characters(std::string_view alphabet, std::size_t count) {
    std::string made;
    for (std::size_t i = 0; i < count; ++i) {
      made += alphabet[below(static_cast<unsigned>(alphabet.size()))];
    }
    return made;
  }

  /// Adds a character from the range of code points.
  void add_character(std::string& to, unsigned first, unsigned last) {
    const unsigned point = between(first, last);
    const auto add = [&to](unsigned byte) { to += static_cast<char>(byte); };
    if (point < 0x80) {
      add(point);
    } else if (point < 0x800) {
      add(0xc0 | point >> 6);
      add(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
      add(0xe0 | point >> 12);
      add(0x80 | (point >> 6 & 0x3f));
      add(0x80 | (point & 0x3f));
    } else {
      add(0xf0 | point >> 18);
      add(0x80 | (point >> 12 & 0x3f));
      add(0x80 | (point >> 6 & 0x3f));
      add(0x80 | (point & 0x3f));
    }
  }

 private:
  std::mt19937 engine_{20240229};
};

const std::vector<std::string_view> words = {
    "user",   "session", "order", "payment", "search", "cart",    "profile", "image",
    "static", "api",     "v2",    "items",   "login",  "metrics", "report",  "export",
    "a",      "of",      "stream", "gateway", "timeout", "retry", "checkout", "recommendation"};
constexpr std::string_view alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

std::string path(dice& roll) {
  std::string made;
  for (unsigned depth = roll.between(1, 4); depth != 0; --depth) {
    made.append("/").append(roll.one_of(words));
  }
  if (roll.below(3) == 0) {
    char before = '?';
    for (unsigned count = roll.between(1, 3); count != 0; --count) {
      made.append(1, before).append(roll.one_of(words)).append("=").append(roll.number(0, 99999));
      before = '&';
    }
  }
  return made;
}

std::string agent(dice& roll) {
  const std::string version = roll.number(90, 130) + ".0." + roll.number(0, 6000) + "." + roll.number(0, 200);
  switch (roll.below(6)) {
    case 0:
      return "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" +
             version + " Safari/537.36";
    case 1:
      return "Mozilla/5.0 (X11; Linux x86_64; rv:" + roll.number(90, 130) + ".0) Gecko/20100101 Firefox/" +
             roll.number(90, 130) + ".0";
    case 2:
      return "Mozilla/5.0 (iPhone; CPU iPhone OS 17_" + roll.number(0, 6) +
             " like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1";
    case 3:
      return "curl/7." + roll.number(50, 88) + ".0";
    case 4:
      return "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    default:
      return "Go-http-client/1.1";
  }
}

std::string access_log(dice& roll) {
  std::string made = roll.number(1, 223) + "." + roll.number(0, 255) + "." + roll.number(0, 255) + "." +
                     roll.number(1, 254) + " - ";
  made.append(roll.below(4) == 0 ? roll.one_of(words) : "-");
  made += " [" + roll.number(10, 28) + "/Oct/2023:" + roll.number(10, 23) + ":" + roll.number(10, 59) + ":" +
          roll.number(10, 59) + (roll.below(2) == 0 ? " +0000] \"" : " +0800] \"");
  made.append(roll.one_of({"GET ", "GET ", "GET ", "POST ", "HEAD "})).append(path(roll));
  made.append(" HTTP/1.1\" ").append(roll.one_of({"200", "200", "200", "304", "404", "500"})).append(" ");
  made += roll.number(0, 99999);
  made += roll.below(2) == 0 ? " \"-\" \"" : " \"https://www.example.com" + path(roll) + "\" \"";
  return made + agent(roll) + "\"";
}

std::string json(dice& roll) {
  std::string made = "{\"ts\":16" + roll.number(10000000, 99999999) + roll.number(100, 999) + ",\"level\":\"";
  made.append(roll.one_of({"INFO", "WARN", "DEBUG", "ERROR"})).append("\",\"service\":\"");
  made.append(roll.one_of(words)).append("\"");
  for (unsigned count = roll.between(3, 9); count != 0; --count) {
    made.append(",\"").append(roll.one_of(words)).append("\":");
    switch (roll.below(5)) {
      case 0:
        made += roll.number(0, 1000000);
        break;
      case 1:
        made.append(roll.one_of({"true", "false", "null"}));
        break;
      case 2:
        made += "{\"id\":\"" + roll.characters("0123456789abcdef", 16) + "\",\"n\":" + roll.number(0, 99) + "}";
        break;
      case 3:
        made += "\"" + (roll.below(6) == 0 ? path(roll) : roll.characters(alphanumeric, 12)) + "\"";
        break;
      default:
        made.append("\"").append(roll.one_of(words)).append(" ").append(roll.one_of(words)).append("\"");
    }
  }
  return made + "}";
}

std::string logfmt(dice& roll) {
  std::string made = "time=2023-10-" + roll.number(10, 28) + "T10:" + roll.number(10, 59) + ":00Z level=info";
  for (unsigned count = roll.between(5, 14); count != 0; --count) {
    made.append(" ").append(roll.one_of(words)).append("=");
    if (roll.below(3) == 0) {
      made.append("\"").append(roll.one_of(words)).append(" ").append(roll.one_of(words)).append("\"");
    } else {
      made += roll.number(0, 99999);
    }
  }
  return made;
}

/// Characters of one range, with a space or an escape now and then.
std::function<std::string(dice&)> script(unsigned first, unsigned last, unsigned spaces, std::string_view marks) {
  return [=](dice& roll) {
    std::string made;
    for (std::size_t size = roll.between(100, 300); made.size() < size;) {
      if (spaces != 0 && roll.below(spaces) == 0) {
        made += marks[roll.below(static_cast<unsigned>(marks.size()))];
      } else {
        roll.add_character(made, first, last);
      }
    }
    return made;
  };
}

std::string mixed(dice& roll) {
  std::string made;
  for (std::size_t size = roll.between(100, 300); made.size() < size;) {
    switch (roll.below(6)) {
      case 0:
        roll.add_character(made, 0xc0, 0x24f);
        break;
      case 1:
        roll.add_character(made, 0x410, 0x44f);
        break;
      case 2:
        roll.add_character(made, 0x4e00, 0x9fff);
        break;
      case 3:
        roll.add_character(made, 0x1f300, 0x1f64f);
        break;
      default:
        roll.add_character(made, 0x20, 0x7e);
    }
  }
  return made;
}

std::function<std::string(dice&)> alphabet(std::string_view bytes) {
  return [=](dice& roll) { return roll.characters(bytes, roll.between(100, 300)); };
}

/// Fields from an alphabet, with something between them.
std::function<std::string(dice&)> fields(std::string_view bytes, std::string_view between, unsigned longest) {
  return [=](dice& roll) {
    std::string made;
    for (std::size_t size = roll.between(100, 300); made.size() < size;) {
      made.append(roll.characters(bytes, roll.between(1, longest))).append(between);
    }
    return made;
  };
}

constexpr std::string_view printable =
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

struct kind {
  const char* name;
  std::function<std::string(dice&)> line;
  /// What the project asks of it, in multiples of httplib's encoder and of memcpy.
  double of_httplib;
  double of_memcpy;
};

const std::vector<kind>& kinds() {
  static const std::vector<kind> all = {
      {"access_log", access_log, 25, 0.1},
      {"json", json, 25, 0.1},
      {"logfmt", logfmt, 0, 0.02},
      {"chinese", script(0x4e00, 0x9fa5, 0, ""), 0, 0.02},
      {"mixed_scripts", mixed, 0, 0.02},
      {"only_escapes", alphabet("%+&;#=\x01\x7f"), 0, 0.02},
      {"random_ascii", alphabet(printable), 0, 0.02},
      {"random_half_escapes", alphabet("abcdef%+&;#="), 0, 0.02},
      {"plain_text", fields(alphanumeric, " ", 9), 0, 0.02},
      {"semicolon_csv", fields(alphanumeric, ";", 12), 0, 0.02},
      {"tab_separated", fields(alphanumeric, "\t", 12), 0, 0.02},
      {"urls", [](dice& roll) { return "https://example.com" + path(roll) + path(roll) + path(roll) + path(roll); }, 0, 0.02},
      {"base64", fields("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "==", 80), 0, 0.02},
      {"hex_dump", fields("0123456789abcdef", " ", 2), 0, 0.02},
      {"cyrillic", script(0x430, 0x44f, 7, "  ,."), 0, 0.02},
      {"emoji", script(0x1f300, 0x1f64f, 0, ""), 0, 0.02},
      {"latin_accents", fields("abcdefghijklmnop", "\xc3\xa9", 12), 0, 0.02},
      {"chinese_escapes", script(0x4e00, 0x9fa5, 6, "=&;+"), 0, 0.02},
  };
  return all;
}

lines texts_of(const kind& which) {
  dice roll;
  lines made(4096);
  std::generate(made.begin(), made.end(), [&] { return which.line(roll); });
  return made;
}

// ---- what is measured: one text after the other into one buffer that is emptied when a request is full

constexpr std::size_t request_size = 60 * 1024;

std::size_t total(const lines& texts) {
  std::size_t sum = 0;
  for (const std::string& text : texts) {
    sum += text.size();
  }
  return sum;
}

template <class Append>
void measure(benchmark::State& state, const lines& texts, Append append) {
  byte_buffer out;
  for (auto _ : state) {
    for (const std::string& text : texts) {
      if (out.size() > request_size) {
        out.truncate(0);
      }
      append(out, text);
      benchmark::ClobberMemory();
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * total(texts)));
}

void by_inlong(benchmark::State& state, const lines& texts, inlong::form how) {
  measure(state, texts, [&state, how](byte_buffer& out, const std::string& text) {
    if (append_encoded(out, text, how, '\n') != inlong::detail::text_fault::none) {
      state.SkipWithError("a text was refused");
    }
  });
}

void by_httplib(benchmark::State& state, const lines& texts) {
  measure(state, texts, [](byte_buffer&, const std::string& text) {
    benchmark::DoNotOptimize(httplib::detail::encode_query_param(text));
  });
}

void by_memcpy(benchmark::State& state, const lines& texts) {
  measure(state, texts, [](byte_buffer& out, const std::string& text) { if (!out.append(text)) std::abort(); });
}

}  // namespace

int main(int argc, char** argv) {
  for (const kind& k : kinds()) {
    const lines texts = texts_of(k);
    std::string joined;
    for (const auto& t : texts) joined += t;
    const lines one{joined};
    std::string n = k.name;
    benchmark::RegisterBenchmark((n + "/lines/memcpy").c_str(), [texts](benchmark::State& s) { by_memcpy(s, texts); });
    benchmark::RegisterBenchmark((n + "/lines/compact").c_str(), [texts](benchmark::State& s) { by_inlong(s, texts, inlong::form::compact); });
    benchmark::RegisterBenchmark((n + "/lines/strict").c_str(), [texts](benchmark::State& s) { by_inlong(s, texts, inlong::form::strict); });
    benchmark::RegisterBenchmark((n + "/lines/httplib").c_str(), [texts](benchmark::State& s) { by_httplib(s, texts); });
    benchmark::RegisterBenchmark((n + "/body/memcpy").c_str(), [one](benchmark::State& s) { by_memcpy(s, one); });
    benchmark::RegisterBenchmark((n + "/body/compact").c_str(), [one](benchmark::State& s) { by_inlong(s, one, inlong::form::compact); });
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
