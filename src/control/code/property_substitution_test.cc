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
  Result<SubstitutedSql> result = substituteProperties(sql, kProperties);
  return result.ok() ? result.value().text : "error: " + result.error().describe();
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
  Result<SubstitutedSql> result = substituteProperties("SELECT\n  ${Input.stream}", kProperties);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kSyntax);
  EXPECT_EQ(result.error().position(), (SourcePosition{2, 3}));
}

TEST(PropertySubstitution, NamesThePlaceOfAnUnknownKey) {
  Result<SubstitutedSql> result = substituteProperties("'é'\n '${Input.straem}'", kProperties);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kUnknownOption);
  EXPECT_EQ(result.error().position(), (SourcePosition{2, 3}));
  EXPECT_NE(result.error().hint().find("Input.stream"), std::string::npos);
}

TEST(PropertySubstitution, RefusesWhatIsNotClosed) {
  Result<SubstitutedSql> result = substituteProperties("'${Input.stream'", kProperties);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kSyntax);
}

TEST(PropertySubstitution, FindsPlacesInTheCodeAsItWasWritten) {
  std::string written = "a '${Input.stream}' é '$${x}'\n`${Input.quote}` b";
  SubstitutedSql sql = substituteProperties(written, kProperties).value();
  ASSERT_EQ(sql.text, "a 'orders' é '${x}'\n`it's` b");
  auto at = [&](uint32_t line, uint32_t column) {
    return writtenPosition(sql, written, {line, column});
  };
  EXPECT_EQ(at(1, 1), (SourcePosition{1, 1}));
  EXPECT_EQ(at(1, 3), (SourcePosition{1, 3}));
  EXPECT_EQ(at(1, 4), (SourcePosition{1, 4}));    // the value's first character
  EXPECT_EQ(at(1, 9), (SourcePosition{1, 4}));    // its last
  EXPECT_EQ(at(1, 12), (SourcePosition{1, 21}));  // é
  EXPECT_EQ(at(1, 14), (SourcePosition{1, 23}));  // the quote before $${
  EXPECT_EQ(at(1, 17), (SourcePosition{1, 27}));  // x
  EXPECT_EQ(at(2, 8), (SourcePosition{2, 18}));   // b
}

TEST(PropertySubstitution, FindsPlacesBehindAValueOfSeveralLines) {
  RuntimeProperties properties = {{"g", {{"k", "one\ntwo\nthree"}}}};
  std::string written = "'${g.k}' x\ny";
  SubstitutedSql sql = substituteProperties(written, properties).value();
  EXPECT_EQ(writtenPosition(sql, written, {2, 2}), (SourcePosition{1, 2}));
  EXPECT_EQ(writtenPosition(sql, written, {3, 8}), (SourcePosition{1, 10}));
  EXPECT_EQ(writtenPosition(sql, written, {4, 1}), (SourcePosition{2, 1}));
}

}  // namespace
}  // namespace millrace
