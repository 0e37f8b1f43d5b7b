// The examples are those by which CloudWatch's documentation explains the language.
#include "companions/logs/pattern/filter_pattern.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::logs {
namespace {

// The numbers of the messages that match, or the error.
std::string matching(const std::string& pattern, const std::vector<std::string>& messages) {
  auto parsed = FilterPattern::parse(pattern);
  if (!parsed.ok()) return parsed.error().message();
  std::string found;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (parsed.value()->matches(messages[i])) found += std::to_string(i);
  }
  return found;
}

const std::vector<std::string> kLines = {
    "[ERROR 400] BAD REQUEST",          "[ERROR 401] UNAUTHORIZED REQUEST",
    "[ERROR 419] MISSING ARGUMENTS",    "[ERROR 420] INVALID ARGUMENTS",
    "[SUCCESS 200] AUTHORIZED REQUEST",
};

TEST(TermPattern, AllOneAndNone) {
  EXPECT_EQ(matching("", kLines), "01234");
  EXPECT_EQ(matching("  ", kLines), "01234");
  EXPECT_EQ(matching("ERROR", kLines), "0123");
  EXPECT_EQ(matching("error", kLines), "");
  EXPECT_EQ(matching("ERROR ARGUMENTS", kLines), "23");
  EXPECT_EQ(matching("?ERROR ?ARGUMENTS", kLines), "0123");
  EXPECT_EQ(matching("?BAD ?MISSING", kLines), "02");
  EXPECT_EQ(matching("ERROR -ARGUMENTS", kLines), "01");
  EXPECT_EQ(matching("-ERROR", kLines), "4");
  EXPECT_EQ(matching("\"INVALID ARGUMENTS\"", kLines), "3");
  EXPECT_EQ(matching("-\"BAD REQUEST\" REQUEST", kLines), "14");
  EXPECT_EQ(matching("ERROR ?MISSING", kLines), "0123");
}

TEST(TermPattern, Expressions) {
  EXPECT_EQ(matching("%AUTHORIZED%", kLines), "14");
  EXPECT_EQ(matching("%ERROR 4[01][0-9]%", kLines), "012");
  EXPECT_EQ(matching("%^.SUCCESS%", kLines), "4");
  EXPECT_EQ(matching("%(a)%", kLines), "the regular expression '(a)' has the character '('");
}

TEST(TermPattern, Invalid) {
  EXPECT_EQ(matching("ERROR!", kLines), "Invalid character(s) in term 'ERROR!'");
  EXPECT_EQ(matching("\"ERROR", kLines), "Invalid character(s) in term '\"ERROR'");
}

const std::vector<std::string> kJson = {
    R"({"eventType": "UpdateTrail", "sourceIPAddress": "123.123.1.1", "arrayKey": ["value",
        "other"], "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": null, "ThisFlag": true, "latency": 12.5})",
    R"({"eventType": "DeleteTrail", "user": {"id": 1, "a.b": "x"}, "latency": 1e3,
        "ThisFlag": false})",
    "no json",
    "[1]",
};

TEST(JsonPattern, Texts) {
  EXPECT_EQ(matching(R"({ $.eventType = "UpdateTrail" })", kJson), "0");
  EXPECT_EQ(matching(R"({ $.eventType = "*Trail" })", kJson), "01");
  EXPECT_EQ(matching(R"({ $.eventType != "UpdateTrail" })", kJson), "1");
  EXPECT_EQ(matching(R"({ $.sourceIPAddress != 123.123.* })", kJson), "");
  EXPECT_EQ(matching(R"({ $.sourceIPAddress = 123.123.* })", kJson), "0");
  EXPECT_EQ(matching(R"({ $.arrayKey[0] = "value" })", kJson), "0");
  EXPECT_EQ(matching(R"({ $.arrayKey[*] = "other" })", kJson), "0");
  EXPECT_EQ(matching(R"({ $.user.['a.b'] = x })", kJson), "1");
  EXPECT_EQ(matching("{ $.eventType = %^Del% }", kJson), "1");
}

TEST(JsonPattern, NumbersFlagsAndAbsence) {
  EXPECT_EQ(matching("{ $.latency > 12 }", kJson), "01");
  EXPECT_EQ(matching("{ $.latency < 1e2 }", kJson), "0");
  EXPECT_EQ(matching("{ $.latency = 1000 }", kJson), "1");
  EXPECT_EQ(matching("{ $.objectList[1].id = 2 }", kJson), "0");
  EXPECT_EQ(matching("{ $.objectList[*].id >= 3 }", kJson), "");
  EXPECT_EQ(matching("{ $.ThisFlag IS TRUE }", kJson), "0");
  EXPECT_EQ(matching("{ $.ThisFlag IS FALSE }", kJson), "1");
  EXPECT_EQ(matching("{ $.SomeObject IS NULL }", kJson), "0");
  EXPECT_EQ(matching("{ $.SomeOtherObject NOT EXISTS }", kJson), "01");
  EXPECT_EQ(matching("{ $.user NOT EXISTS }", kJson), "0");
  EXPECT_EQ(matching("{ $.user = \"*\" }", kJson), "1");
}

TEST(JsonPattern, Joined) {
  EXPECT_EQ(matching(R"({ ($.user.id = 1) && ($.latency = 1000) })", kJson), "1");
  EXPECT_EQ(matching(R"({ $.user.id = 2 || $.eventType = "UpdateTrail" })", kJson), "0");
  EXPECT_EQ(matching(R"({ $.latency > 1 && ($.user.id = 1 || $.ThisFlag IS TRUE) })", kJson), "01");
  EXPECT_EQ(matching("{ $.latency > 1 || $.a = 1 && $.b = 1 }", kJson), "01");
}

TEST(JsonPattern, Invalid) {
  EXPECT_EQ(matching("{ $.a = }", kJson), "the pattern ends too early");
  EXPECT_EQ(matching("{ $.a = 1", kJson), "a '{' of the pattern is not closed");
  EXPECT_EQ(matching("{ a = 1 }", kJson), "'a' is no selector");
  EXPECT_EQ(matching("{ $.a > x }", kJson), "'x' is compared by size and is no number");
  EXPECT_EQ(matching("{ " + std::string(100, '('), kJson), "a '{' of the pattern is not closed");
  EXPECT_EQ(matching("{ " + std::string(100, '(') + "}", kJson),
            "the pattern is nested too deeply");
}

const std::vector<std::string> kAccess = {
    R"(127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534)",
    R"(127.0.0.1 Prod frank [10/Oct/2000:13:35:22 -0700] "GET /about-us.html HTTP/1.0" 200 5324)",
    R"(127.0.0.1 Prod - [10/Oct/2000:13:50:35 -0700] "GET /logo.png HTTP/1.0" 304 0)",
    "short line",
};

TEST(SpaceDelimitedPattern, Fields) {
  EXPECT_EQ(matching("[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
                     kAccess),
            "0");
  EXPECT_EQ(matching("[..., status_code, bytes > 1000]", kAccess), "01");
  EXPECT_EQ(matching("[ip, env, ...]", kAccess), "0123");
  EXPECT_EQ(matching("[ip, env]", kAccess), "3");
  EXPECT_EQ(matching("[ip, env, name!=frank, ...]", kAccess), "2");
  EXPECT_EQ(matching("[..., status = 404 || status = 304, bytes]", kAccess), "02");
  EXPECT_EQ(matching("[..., request = %GET .*png%, status, bytes]", kAccess), "2");
  EXPECT_EQ(matching("[w1=ERROR, ...]", {"ERROR 1", "INFO 2"}), "0");
}

TEST(SpaceDelimitedPattern, Invalid) {
  EXPECT_EQ(matching("[a, ..., b, ...]", kAccess), "a pattern can have one ellipsis");
  EXPECT_EQ(matching("[a, b", kAccess), "a '[' of the pattern is not closed");
  EXPECT_EQ(matching("[a = 1 && b = 2]", kAccess), "'a = 1 && b = 2' has conditions of two fields");
}

TEST(FilterPattern, Extracts) {
  auto words = FilterPattern::parse("[..., status, bytes]");
  EXPECT_EQ(words.value()->extract("a b 404 17"),
            (std::map<std::string, std::string>{{"$status", "404"}, {"$bytes", "17"}}));
  auto json = FilterPattern::parse("{ $.a.b = 1 }");
  EXPECT_EQ(json.value()->extract(R"({"a": {"b": 1}})"),
            (std::map<std::string, std::string>{{"$.a.b", "1"}}));
}

}  // namespace
}  // namespace millrace::logs
