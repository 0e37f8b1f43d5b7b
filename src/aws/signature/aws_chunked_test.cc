#include "aws/signature/aws_chunked.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "aws/model/base64.h"
#include "aws/signature/checksum.h"

namespace millrace {

namespace {

// The example of S3's documentation: 66,560 times the letter a, in chunks of 64 KiB and 1 KiB.
const CredentialScope kScope{"20130524", "us-east-1", "s3"};
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

AwsChunkedOptions exampleOptions(std::string seed) {
  AwsChunkedOptions options;
  options.signedChunks = true;
  options.signingKey = signingKey(kSecret, kScope);
  options.seedSignature = std::move(seed);
  options.time = "20130524T000000Z";
  options.scope = kScope;
  options.decodedLength = 66'560;
  return options;
}

std::string chunk(size_t size, std::string_view signature) {
  return fmt::format("{:x};chunk-signature={}\r\n{}\r\n", size, signature, std::string(size, 'a'));
}

std::string documented() {
  return chunk(65'536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648") +
         chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497") +
         chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
}

AwsChunkedOptions documentedOptions() {
  return exampleOptions("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
}

Result<std::string> decode(std::string encoded, AwsChunkedOptions options) {
  auto reader = decodeAwsChunked(bodyFromString(std::move(encoded)), std::move(options));
  return readAll(*reader, 1 << 20);
}

ErrorKind errorOf(std::string encoded, AwsChunkedOptions options) {
  Result<std::string> decoded = decode(std::move(encoded), std::move(options));
  return decoded.ok() ? ErrorKind::kInternal : decoded.error().kind();
}

std::string unsignedChunks(std::string_view text, std::string_view trailers) {
  return fmt::format("{:x}\r\n{}\r\n0\r\n{}\r\n", text.size(), text, trailers);
}

}  // namespace

TEST(AwsChunked, TheExampleOfTheDocumentation) {
  Result<std::string> decoded = decode(documented(), documentedOptions());
  ASSERT_TRUE(decoded.ok()) << decoded.error().message();
  EXPECT_EQ(decoded.value(), std::string(66'560, 'a'));
}

TEST(AwsChunked, ChangesAreFound) {
  std::string encoded = documented();
  encoded[encoded.find("\r\n") + 100] = 'b';
  EXPECT_EQ(errorOf(encoded, documentedOptions()), ErrorKind::kPermission);
  AwsChunkedOptions other = documentedOptions();
  other.seedSignature[0] ^= 1;
  EXPECT_EQ(errorOf(documented(), other), ErrorKind::kPermission);
  std::string withoutEnd = documented();
  withoutEnd.resize(withoutEnd.rfind("0;chunk"));
  EXPECT_EQ(errorOf(withoutEnd, documentedOptions()), ErrorKind::kMalformedRecord);
  AwsChunkedOptions longer = documentedOptions();
  longer.decodedLength = 66'561;
  EXPECT_EQ(errorOf(documented(), longer), ErrorKind::kMalformedRecord);
  AwsChunkedOptions shorter = documentedOptions();
  shorter.decodedLength = 66'559;
  EXPECT_EQ(errorOf(documented(), shorter), ErrorKind::kMalformedRecord);
}

TEST(AwsChunked, SignedTrailersOfTheDocumentation) {
  AwsChunkedOptions options =
      exampleOptions("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
  options.signedTrailer = true;
  options.trailers = {"x-amz-checksum-crc32c"};
  auto encoded = [](std::string_view trailerSignature) {
    return chunk(65'536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2") +
           chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7") +
           fmt::format(
               "0;chunk-signature={}\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n"
               "x-amz-trailer-signature:{}\r\n\r\n",
               "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
               trailerSignature);
  };
  constexpr std::string_view kSignature =
      "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
  Result<std::string> decoded = decode(encoded(kSignature), options);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message();
  EXPECT_EQ(errorOf(encoded("00"), options), ErrorKind::kPermission);
}

TEST(AwsChunked, ChecksumsInTrailersAreChecked) {
  for (auto algorithm :
       {ChecksumAlgorithm::kCrc32, ChecksumAlgorithm::kCrc32c, ChecksumAlgorithm::kCrc64Nvme,
        ChecksumAlgorithm::kSha1, ChecksumAlgorithm::kSha256}) {
    AwsChunkedOptions options;
    options.trailers = {checksumHeader(algorithm)};
    std::string checksum = base64Encode(checksumOf(algorithm, "hello"));
    std::string trailer = fmt::format("{}: {}\r\n", checksumHeader(algorithm), checksum);
    auto reader = decodeAwsChunked(bodyFromString(unsignedChunks("hello", trailer)), options);
    EXPECT_EQ(readAll(*reader, 100).value(), "hello");
    EXPECT_EQ(reader->trailers().get(checksumHeader(algorithm)), checksum);
    EXPECT_EQ(errorOf(unsignedChunks("hallo", trailer), options), ErrorKind::kCorruptData);
    EXPECT_EQ(errorOf(unsignedChunks("hello", ""), options), ErrorKind::kMalformedRecord);
  }
}

TEST(AwsChunked, BrokenFraming) {
  for (const char* encoded :
       {"", "5", "5\r\nhel", "5\r\nhello", "5\r\nhellox\r\n0\r\n\r\n", "x\r\n", "-1\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n", "ffffffffffffffffff\r\n", "0\r\n", "0\r\nno colon\r\n\r\n"}) {
    EXPECT_EQ(errorOf(encoded, {}), ErrorKind::kMalformedRecord) << encoded;
  }
  EXPECT_EQ(errorOf(std::string(10'000, '0'), {}), ErrorKind::kMalformedRecord);
  // A signature that is announced must come.
  EXPECT_EQ(errorOf(unsignedChunks("hello", ""), documentedOptions()), ErrorKind::kPermission);
}

}  // namespace millrace
