// The content coding aws-chunked: the body in chunks, each with its signature when the headers say
// STREAMING-AWS4-HMAC-SHA256-PAYLOAD, and checksums as trailers behind the last.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/signature/canonical_request.h"
#include "http/message.h"

namespace millrace {

struct AwsChunkedOptions {
  // For signed chunks; unsigned ones are taken as they are.
  bool signedChunks = false;
  bool signedTrailer = false;
  Sha256Digest signingKey{};
  std::string seedSignature;  // of the request's head
  std::string time;           // X-Amz-Date
  CredentialScope scope;
  // X-Amz-Decoded-Content-Length: another number of bytes is an error.
  std::optional<uint64_t> decodedLength;
  // The names that X-Amz-Trailer announces, in lower case.
  std::vector<std::string> trailers;
};

// The decoded content of an aws-chunked body, verified on the way: chunk signatures, the decoded
// length and announced checksums. trailers() is complete after read() has returned 0.
class AwsChunkedReader : public BodyReader {
 public:
  virtual const HttpHeaders& trailers() const = 0;
};
std::shared_ptr<AwsChunkedReader> decodeAwsChunked(BodyReaderPtr encoded,
                                                   AwsChunkedOptions options);

}  // namespace millrace
