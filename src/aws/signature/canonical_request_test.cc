#include "aws/signature/canonical_request.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(CanonicalRequest, ClientsOfHttp2SignTheAuthorityInThePlaceOfHost) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/";
  request.headers.set("Host", "localhost:4566");
  request.headers.set("X-Amz-Date", "20260131T000000Z");
  CanonicalRequestOptions options;
  options.signedHeaders = {":authority", "x-amz-date"};
  options.payloadHash = "hash";
  EXPECT_EQ(canonicalRequest(request, options),
            "POST\n/\n\n:authority:localhost:4566\nx-amz-date:20260131T000000Z\n\n"
            ":authority;x-amz-date\nhash");
}

}  // namespace
}  // namespace millrace
