// SPDX-License-Identifier: Apache-2.0
#include <inlong/wire/reply.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

using inlong::find_code;

static const std::optional<int> none;

TEST_CASE("the code is found as a string and as a number") {
  CHECK(find_code(R"({"code":"0","msg":"Ok"})") == 0);
  CHECK(find_code(R"({"code":0,"msg":"Ok"})") == 0);
  CHECK(find_code(R"({"code":115})") == 115);
  CHECK(find_code(R"({"code":"-100","msg":""})") == -100);
  CHECK(find_code(R"({"code":"2147483647","msg":"Process message failure: null"})") == 2147483647);
  CHECK(find_code(" \r\n\t{ \"code\" :\n \"1\" , \"msg\" : \"\" } ") == 1);
}

TEST_CASE("texts that are not escaped don't hide or fake the code") {
  CHECK(find_code(R"({"code":"115","msg":"no topic for "a" and {"b"})") == 115);
  CHECK(find_code(R"({"code":"0","msg":"x","code":"1"})") == 0);
  CHECK(find_code(R"({"code":"2147483647","msg":"bad escape in {"code":"0"}, sorry"})") ==
        2147483647);
  CHECK(find_code("{\"code\":\"111\",\"msg\":\"line\nbreak\"\"}") == 111);
}

TEST_CASE("the code may stand behind other keys") {
  CHECK(find_code(R"({"msg":"Ok","code":"0"})") == 0);
  CHECK(find_code(R"({"msg":"an "unescaped" text","code":"114"})") == 114);
  CHECK(find_code(R"({"a":[1,{"x":2}],"code" : 7 })") == 7);
  CHECK(find_code(R"({"msg":"\"code\":\"1\"","code":"0"})") == 0);
  CHECK(find_code(R"({"msg":"","code":"3","code":"3"})") == 3);
}

TEST_CASE("two codes that differ behind other keys are no code") {
  CHECK(find_code(R"({"msg":"","code":"0","code":"1"})") == none);
  CHECK(find_code(R"({"msg":"echo: ,"code":"0" ","code":"115"})") == none);
}

TEST_CASE("braces in a text do not hide the code behind it from one that the text fakes") {
  CHECK(find_code(R"({"msg":"echo: ,"code":"0"{ ","code":"115"})") == none);
  CHECK(find_code(R"({"msg":"echo: ,"code":"0"}","code":"115"})") == none);
  CHECK(find_code(R"({"msg":"echo: ,"code":"0"}{[]","code":"115"})") == none);
  CHECK(find_code(R"({"msg":"cut short","code":"0",)") == none);
  CHECK(find_code(R"(cb({"msg":"{}","code":"0"});)") == 0);
}

TEST_CASE("a JSONP callback is stepped over") {
  CHECK(find_code(R"(cb({"code":"0","msg":"Ok"}))") == 0);
  CHECK(find_code(R"( my.handlers[3] ( {"code":"1"} ))") == 1);
  CHECK(find_code(R"(cb {"code":"0"})") == none);
}

TEST_CASE("a code cut short, or none at all, is no code") {
  for (const char* cut : {"",
                          "{",
                          "{\"code\"",
                          "{\"code\":",
                          "{\"code\":\"",
                          "{\"code\":\"0",
                          "{\"code\":\"0\"",
                          "{\"code\":0",
                          "{\"code\":11",
                          "{\"code\":\"\"}",
                          "{\"code\":\"-\"}",
                          "{\"code\":null}",
                          "{\"code\":\"0x0\"}",
                          "{\"code\":0.5}",
                          "{\"code\":\"0 \"}",
                          "{\"code\":2147483648}",
                          "{\"code\":99999999999999999999}",
                          "{\"code\":{\"code\":0}}",
                          "{}",
                          "null",
                          "0",
                          "code: 0",
                          "{\"Code\":\"0\"}",
                          "{\"codes\":0}"}) {
    CHECK_MESSAGE(find_code(cut) == none, cut);
  }
}

TEST_CASE("what is not DataProxy's answer is not taken for one") {
  CHECK(find_code(R"({"error":{"code":0}})") == none);
  CHECK(find_code(R"({"success":false,"data":{"a":1,"code":"0"}})") == none);
  CHECK(find_code(R"([{"code":"0"}])") == none);
  CHECK(find_code(R"(<html><script>x = {"code":"0"}</script></html>)") == none);
  CHECK(find_code(R"("code":"0")") == none);
}

TEST_CASE("a reply over the limit holds no code, one at the limit does") {
  std::string reply = R"({"code":"0","msg":"")";
  reply.append(inlong::max_reply_bytes - reply.size() - 1, ' ');
  reply += '}';
  CHECK(find_code(reply) == 0);
  reply += ' ';
  CHECK(find_code(reply) == none);
}

TEST_CASE("no prefix of an answer says anything that the whole answer does not") {
  for (const std::string whole : {R"({"code":"115","msg":"x"})", R"({"msg":"x","code":115})"}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::optional<int> code = find_code(std::string_view(whole).substr(0, size));
      CHECK_MESSAGE((code == none || code == 115), whole.substr(0, size));
    }
  }
}
