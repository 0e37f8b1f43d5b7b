#include "companions/s3/content/intake.h"

#include <charconv>
#include <memory>
#include <utility>

#include "aws/model/base64.h"
#include "aws/server/authentication_error.h"
#include "aws/signature/aws_chunked.h"
#include "companions/s3/api_errors.h"

namespace millrace::s3 {

namespace {

constexpr size_t kPieceBytes = 256 << 10;
constexpr size_t kMd5Bytes = 16;

// Several digests of the same bytes.
class Digests {
 public:
  void add(ChecksumAlgorithm algorithm) {
    auto& digest = digests_[algorithm];
    if (!digest) digest = makeChecksum(algorithm);
  }
  void update(std::string_view bytes) {
    for (auto& [algorithm, digest] : digests_) digest->update(bytes);
  }
  std::map<ChecksumAlgorithm, std::string> finish() {
    std::map<ChecksumAlgorithm, std::string> values;
    for (auto& [algorithm, digest] : digests_) values[algorithm] = digest->finish();
    return values;
  }

 private:
  std::map<ChecksumAlgorithm, std::unique_ptr<::millrace::Checksum>> digests_;
};

ApiError incompleteBody() {
  return ApiError("IncompleteBody", 400,
                  "You did not provide the number of bytes specified by the Content-Length HTTP "
                  "header");
}

// What a body that cannot be read to its end means to the client.
ApiError readingFailed(const ::millrace::Error& error, const Promised& promised) {
  if (error.kind() == ErrorKind::kCorruptData && promised.checksum) {
    return checksumMismatch(promised.checksum->algorithm);
  }
  return bodyError(error);
}

Outcome<void> verify(const Received& received, const Promised& promised, const BodyReader* body) {
  if (promised.size && received.size != *promised.size) return incompleteBody();
  if (promised.md5 && received.md5 != *promised.md5) {
    return ApiError("BadDigest", 400,
                    "The Content-MD5 you specified did not match what we received.")
        .with("ExpectedDigest", base64Encode(*promised.md5))
        .with("CalculatedDigest", base64Encode(received.md5));
  }
  if (!promised.checksum) return {};
  GivenChecksum given = *promised.checksum;
  if (given.value.empty()) {
    const auto* chunked = dynamic_cast<const AwsChunkedReader*>(body);
    if (chunked == nullptr) return checksumMismatch(given.algorithm);
    given.value = chunked->trailers().get(checksumHeader(given.algorithm));
  }
  return checkChecksum(given, received.checksums.at(given.algorithm));
}

Outcome<void> copyInto(DataFiles& files, BodyReader& body, const Promised& promised,
                       Received& received, Digests& digests) {
  std::string buffer(kPieceBytes, '\0');
  while (true) {
    Result<size_t> count = body.read(buffer.data(), buffer.size());
    if (!count.ok()) return readingFailed(count.error(), promised);
    if (count.value() == 0) return {};
    std::string_view piece(buffer.data(), count.value());
    received.size += piece.size();
    if (received.size > kMaxUploadBytes) {
      return ApiError("EntityTooLarge", 400,
                      "Your proposed upload exceeds the maximum allowed size");
    }
    digests.update(piece);
    if (!received.file) received.file.emplace(TRY(files.create()));
    TRY(received.file->append(piece));
  }
}

Outcome<std::optional<uint64_t>> numberIn(const HttpHeaders& headers, std::string_view name) {
  const std::string* text = headers.find(name);
  if (text == nullptr) return std::optional<uint64_t>();
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (text->empty() || error != std::errc() || end != text->data() + text->size()) {
    return invalidArgument("The value of this header must be a number of bytes.", name, *text);
  }
  return std::optional<uint64_t>(value);
}

}  // namespace

Outcome<Promised> promisedOf(const HttpHeaders& headers) {
  Promised promised;
  promised.size = TRY(numberIn(headers, "x-amz-decoded-content-length"));
  if (!promised.size) promised.size = TRY(numberIn(headers, "content-length"));
  if (!promised.size && headers.contains("transfer-encoding")) {
    return ApiError("MissingContentLength", 411,
                    "You must provide the Content-Length HTTP header.");
  }
  if (promised.size && *promised.size > kMaxUploadBytes) {
    return ApiError("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
        .with("ProposedSize", static_cast<int64_t>(*promised.size))
        .with("MaxSizeAllowed", static_cast<int64_t>(kMaxUploadBytes));
  }
  if (const std::string* md5 = headers.find("content-md5")) {
    promised.md5 = base64Decode(*md5);
    if (!promised.md5 || promised.md5->size() != kMd5Bytes) {
      return ApiError("InvalidDigest", 400, "The Content-MD5 you specified was invalid.")
          .with("Content-MD5", *md5);
    }
  }
  promised.checksum = TRY(givenChecksum(headers));
  return promised;
}

Outcome<Received> receive(DataFiles& files, BodyReader* body, const Promised& promised,
                          const std::vector<ChecksumAlgorithm>& algorithms) {
  Digests digests;
  digests.add(ChecksumAlgorithm::kMd5);
  for (ChecksumAlgorithm algorithm : algorithms) digests.add(algorithm);
  if (promised.checksum) digests.add(promised.checksum->algorithm);
  Received received;
  if (body != nullptr) TRY(copyInto(files, *body, promised, received, digests));
  received.checksums = digests.finish();
  received.md5 = received.checksums.at(ChecksumAlgorithm::kMd5);
  TRY(verify(received, promised, body));
  if (received.file) TRY(received.file->finish());
  return received;
}

}  // namespace millrace::s3
