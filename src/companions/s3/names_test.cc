#include "companions/s3/names.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::s3 {
namespace {

TEST(BucketName, FollowsTheRulesForGeneralPurposeBuckets) {
  for (std::string_view good :
       {"abc", "my-bucket", "my.bucket.1", "0123", "a-1.b-2", "1.2.3.4.5"}) {
    EXPECT_TRUE(checkBucketName(good).ok()) << good;
  }
  EXPECT_TRUE(checkBucketName(std::string(63, 'a')).ok());
  for (std::string_view bad :
       {"", "ab", "Abc", "a_b", "-abc", "abc-", ".abc", "abc.", "a..b", "192.168.5.4", "xn--abc",
        "sthree-abc", "amzn-s3-demo-abc", "abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3",
        "abc--table-s3", "a b"}) {
    auto outcome = checkBucketName(bad);
    ASSERT_FALSE(outcome.ok()) << bad;
    EXPECT_EQ(outcome.error().code(), "InvalidBucketName");
  }
  EXPECT_FALSE(checkBucketName(std::string(64, 'a')).ok());
}

TEST(Key, IsAtMost1024BytesOfUtf8) {
  EXPECT_TRUE(checkKey("a/b c/\xC3\xA4\xF0\x9F\x98\x80").ok());
  EXPECT_TRUE(checkKey(std::string(1024, 'k')).ok());
  auto tooLong = checkKey(std::string(1025, 'k'));
  ASSERT_FALSE(tooLong.ok());
  EXPECT_EQ(tooLong.error().code(), "KeyTooLongError");
  for (std::string_view bad :
       {"\xC3", "\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\xFF"}) {
    auto outcome = checkKey(bad);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code(), "InvalidURI");
  }
}

}  // namespace
}  // namespace millrace::s3
