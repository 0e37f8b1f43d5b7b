#include "http/url.h"

#include <gtest/gtest.h>

#include "http/message.h"

namespace millrace {

TEST(Url, PercentEncodingKeepsUnreservedBytesOnly) {
  EXPECT_EQ(percentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percentEncode("a b/c+\xC3\xBC"), "a%20b%2Fc%2B%C3%BC");
  EXPECT_EQ(percentEncode("a/b", "/"), "a/b");
  EXPECT_EQ(percentDecode("a%20b%2fc+%"), "a b/c+%");
  EXPECT_EQ(percentDecode("a+b%zz", true), "a b%zz");
}

TEST(Url, QueriesKeepOrderAndEmptyValues) {
  QueryParameters parameters = parseQuery("b=1&a&&c=%3D%26&b=2");
  ASSERT_EQ(parameters.size(), 4u);
  EXPECT_EQ(parameters[1], (std::pair<std::string, std::string>("a", "")));
  EXPECT_EQ(parameters[2].second, "=&");
  EXPECT_EQ(*findParameter(parameters, "b"), "1");
  EXPECT_EQ(findParameter(parameters, "B"), nullptr);
}

TEST(HttpMessage, HostIsWithoutPortAndInLowerCase) {
  HttpRequest request;
  EXPECT_EQ(request.host(), "");
  request.headers.set("Host", "Bucket.S3.localhost:4566");
  EXPECT_EQ(request.host(), "bucket.s3.localhost");
  request.headers.set("host", "[::1]:80");
  EXPECT_EQ(request.host(), "[::1]");
  request.headers.set("HOST", "[::1]");
  EXPECT_EQ(request.host(), "[::1]");
}

}  // namespace millrace
