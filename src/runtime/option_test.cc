#include "runtime/option.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Option, ParsesDurationsAndSizesAsFlink) {
  EXPECT_EQ(parseDurationMillis("10 s").value(), 10'000);
  EXPECT_EQ(parseDurationMillis(" 1min ").value(), 60'000);
  EXPECT_EQ(parseDurationMillis("200").value(), 200);
  EXPECT_EQ(parseDurationMillis("2 DAYS").value(), 172'800'000);
  EXPECT_EQ(parseDurationMillis("1500 µs").value(), 1);
  EXPECT_FALSE(parseDurationMillis("ten s").ok());
  EXPECT_FALSE(parseDurationMillis("1 week").ok());
  EXPECT_FALSE(parseDurationMillis("-1 s").ok());
  EXPECT_FALSE(parseDurationMillis("9999999999999999 d").ok());
  EXPECT_EQ(parseMemoryBytes("128 mb").value(), 128 << 20);
  EXPECT_EQ(parseMemoryBytes("7").value(), 7);
  EXPECT_FALSE(parseMemoryBytes("").ok());
}

const std::vector<OptionSpec> kSpecs = {
    {.key = "path", .required = true, .doc = "Where it is."},
    {.key = "interval", .type = OptionType::kDuration, .defaultValue = "1 s"},
    {.key = "rows", .type = OptionType::kInteger},
    {.key = "mode", .type = OptionType::kEnum, .values = {"fast", "slow"}},
    {.key = "fields.#.kind"},
    {.key = "fields.#.min", .type = OptionType::kInteger},
};

TEST(Option, ReadsWhatIsDeclared) {
  OptionReader reader = OptionReader::make("connector 'test'", kSpecs,
                                           {{"path", "/tmp"},
                                            {"rows", "12"},
                                            {"mode", "FAST"},
                                            {"fields.a.kind", "random"},
                                            {"fields.a.b.min", "3"}})
                            .value();
  EXPECT_EQ(reader.text("path"), "/tmp");
  EXPECT_EQ(reader.durationMillis("interval"), 1000);
  EXPECT_EQ(reader.integer("rows"), 12);
  EXPECT_FALSE(reader.has("interval"));
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(reader.wildcard("fields.#.kind"), (std::vector<Pair>{{"a", "random"}}));
  EXPECT_EQ(reader.wildcard("fields.#.min"), (std::vector<Pair>{{"a.b", "3"}}));
}

TEST(Option, SaysWhatIsWrong) {
  auto kindOf = [](OptionMap options) {
    return OptionReader::make("connector 'test'", kSpecs, std::move(options)).error();
  };
  Error unknown = kindOf({{"path", "x"}, {"intervall", "1 s"}});
  EXPECT_EQ(unknown.kind(), ErrorKind::kUnknownOption);
  EXPECT_NE(unknown.hint().find("'interval'"), std::string::npos);
  EXPECT_NE(unknown.hint().find("fields.#.kind, fields.#.min"), std::string::npos);
  EXPECT_EQ(kindOf({}).kind(), ErrorKind::kMissingOption);
  EXPECT_EQ(kindOf({{"path", "x"}, {"rows", "many"}}).kind(), ErrorKind::kInvalidOption);
  EXPECT_EQ(kindOf({{"path", "x"}, {"mode", "medium"}}).kind(), ErrorKind::kInvalidOption);
  EXPECT_EQ(kindOf({{"path", "x"}, {"interval", "soon"}}).kind(), ErrorKind::kInvalidOption);
}

}  // namespace
}  // namespace millrace
