#include "companions/s3/content/conditions.h"

#include <gtest/gtest.h>

namespace millrace::s3 {
namespace {

constexpr Timestamp kModified{1'700'000'000'500};
constexpr Timestamp kBefore{1'699'999'999'000};
constexpr Timestamp kSameSecond{1'700'000'000'000};

std::string read(Conditions conditions) {
  auto outcome = checkReadConditions(conditions, "abc", kModified);
  return outcome.ok() ? "" : outcome.error().code();
}

TEST(Conditions, TagsMatchWithAndWithoutQuotes) {
  for (std::string_view header : {"abc", "\"abc\"", "*", "\"x\", \"abc\"", "W/\"abc\""}) {
    EXPECT_TRUE(matchesTag(header, "abc")) << header;
  }
  for (std::string_view header : {"", "ab", "\"abcd\"", "\"x\",\"y\""}) {
    EXPECT_FALSE(matchesTag(header, "abc")) << header;
  }
}

TEST(Conditions, OfReads) {
  EXPECT_EQ(read({}), "");
  EXPECT_EQ(read({.ifMatch = "abc"}), "");
  EXPECT_EQ(read({.ifMatch = "x"}), "PreconditionFailed");
  EXPECT_EQ(read({.ifNoneMatch = "abc"}), "NotModified");
  EXPECT_EQ(read({.ifNoneMatch = "x"}), "");
  EXPECT_EQ(read({.ifModifiedSince = kBefore}), "");
  EXPECT_EQ(read({.ifModifiedSince = kSameSecond}), "NotModified");
  EXPECT_EQ(read({.ifUnmodifiedSince = kBefore}), "PreconditionFailed");
  EXPECT_EQ(read({.ifUnmodifiedSince = kSameSecond}), "");
}

TEST(Conditions, TagsOutweighDates) {
  EXPECT_EQ(read({.ifMatch = "abc", .ifUnmodifiedSince = kBefore}), "");
  EXPECT_EQ(read({.ifNoneMatch = "x", .ifModifiedSince = kSameSecond}), "");
  EXPECT_EQ(read({.ifNoneMatch = "abc", .ifModifiedSince = kBefore}), "NotModified");
}

TEST(Conditions, OfCopiesFailAlways) {
  auto outcome = checkCopyConditions({.ifNoneMatch = "abc"}, "abc", kModified);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code(), "PreconditionFailed");
}

TEST(Conditions, OfWrites) {
  auto code = [](std::optional<std::string> match, std::optional<std::string> none,
                 std::optional<std::string> etag) {
    auto outcome = checkWriteConditions(match, none, etag, "key");
    return outcome.ok() ? "" : outcome.error().code();
  };
  EXPECT_EQ(code({}, {}, "abc"), "");
  EXPECT_EQ(code({}, "*", {}), "");
  EXPECT_EQ(code({}, "*", "abc"), "PreconditionFailed");
  EXPECT_EQ(code({}, "abc", "abc"), "NotImplemented");
  EXPECT_EQ(code("\"abc\"", {}, "abc"), "");
  EXPECT_EQ(code("\"x\"", {}, "abc"), "PreconditionFailed");
  EXPECT_EQ(code("\"abc\"", {}, {}), "NoSuchKey");
}

}  // namespace
}  // namespace millrace::s3
