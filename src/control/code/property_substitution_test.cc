#include "control/code/property_substitution.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

const RuntimeProperties kProperties = {
    {"Input", {{"stream", "orders"}, {"stream.region", "eu-west-1"}, {"quote", "it's"}}},
    {"My.Group", {{"a.b", "dotted"}}},
    {"Odd", {{"tick", "a`b"}}},
};

std::string substituted(std::string_view sql) {
  Result<std::string> result = substituteProperties(sql, kProperties);
  return result.ok() ? result.value() : "error: " + result.error().describe();
}

TEST(PropertySubstitution, ReplacesInsideStringsAndQuotedIdentifiers) {
  EXPECT_EQ(substituted("'${Input.stream}' `${Input.stream}`"), "'orders' `orders`");
  EXPECT_EQ(substituted("'a-${Input.stream}-${Input.stream.region}-z'"), "'a-orders-eu-west-1-z'");
}

TEST(PropertySubstitution, FindsTheDotBetweenGroupAndKey) {
  EXPECT_EQ(substituted("'${My.Group.a.b}'"), "'dotted'");
}

TEST(PropertySubstitution, EscapesTheValueForItsQuotes) {
  EXPECT_EQ(substituted("'${Input.quote}'"), "'it''s'");
  EXPECT_EQ(substituted("`${Input.quote}`"), "`it's`");
  EXPECT_EQ(substituted("`${Odd.tick}`"), "`a``b`");
  EXPECT_EQ(substituted("'${Odd.tick}'"), "'a`b'");
}

TEST(PropertySubstitution, KnowsDoubledQuotes) {
  EXPECT_EQ(substituted("'it''s ${Input.stream}'"), "'it''s orders'");
}

TEST(PropertySubstitution, LeavesWhatIsNoProperty) {
  EXPECT_EQ(substituted("'$${Input.stream}' $ '$x' {}"), "'${Input.stream}' $ '$x' {}");
  EXPECT_EQ(substituted("-- ${nothing}\n/* ${nothing} ' */ '${Input.stream}'"),
            "-- ${nothing}\n/* ${nothing} ' */ 'orders'");
}

TEST(PropertySubstitution, RefusesBareCode) {
  Result<std::string> result = substituteProperties("SELECT\n  ${Input.stream}", kProperties);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kSyntax);
  EXPECT_EQ(result.error().position(), (SourcePosition{2, 3}));
}

TEST(PropertySubstitution, NamesThePlaceOfAnUnknownKey) {
  Result<std::string> result = substituteProperties("'é'\n '${Input.straem}'", kProperties);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kUnknownOption);
  EXPECT_EQ(result.error().position(), (SourcePosition{2, 3}));
  EXPECT_NE(result.error().hint().find("Input.stream"), std::string::npos);
}

TEST(PropertySubstitution, RefusesWhatIsNotClosed) {
  Result<std::string> result = substituteProperties("'${Input.stream'", kProperties);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kSyntax);
}

}  // namespace
}  // namespace millrace
