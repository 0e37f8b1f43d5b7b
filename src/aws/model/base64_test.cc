#include "aws/model/base64.h"

#include <gtest/gtest.h>

namespace millrace {

TEST(Base64, RoundTrips) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64Decode(base64Encode(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
  EXPECT_EQ(base64Encode("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(base64Decode("YW55IGNhcm5hbCBwbGVhcw"), "any carnal pleas");
}

TEST(Base64, WhatIsNone) {
  for (const char* text : {"A", "AAAAA", "AA=A", "A===", "AA A", "AA-_", "\xC3\xBC"}) {
    EXPECT_FALSE(base64Decode(text)) << text;
  }
}

}  // namespace millrace
