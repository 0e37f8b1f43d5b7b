#include "aws/signature/signer.h"

#include <gtest/gtest.h>

#include "aws/signature/signing_time.h"

namespace millrace {
namespace {

// The examples of "Authenticating Requests: Using the Authorization Header" in the documentation of
// Amazon S3.
std::string signatureOfExample(std::string query) {
  HttpRequest request;
  request.method = "GET";
  request.path = "/";
  request.query = std::move(query);
  request.headers.set("Host", "examplebucket.s3.amazonaws.com");
  SigningKeyPair keys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
  signRequest(request, keys, {"us-east-1", "s3", false},
              parseSigningTime("20130524T000000Z").value());
  std::string_view authorization = request.headers.get("Authorization");
  constexpr std::string_view kBefore =
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
      "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=";
  EXPECT_TRUE(authorization.starts_with(kBefore)) << authorization;
  return std::string(authorization.substr(std::min(authorization.size(), kBefore.size())));
}

TEST(Signer, SignsTheExamplesOfTheDocumentation) {
  EXPECT_EQ(signatureOfExample("lifecycle"),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(signatureOfExample("max-keys=2&prefix=J"),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

}  // namespace
}  // namespace millrace
