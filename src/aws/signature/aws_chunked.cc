#include "aws/signature/aws_chunked.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "aws/model/base64.h"
#include "aws/signature/checksum.h"

namespace millrace {

namespace {

constexpr size_t kInputSize = 64 << 10;
constexpr size_t kLineLimit = 4 << 10;
constexpr size_t kTrailerLimit = 32;
constexpr std::string_view kSignatureExtension = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";
constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";

Error malformed(std::string what) {
  return Error(ErrorKind::kMalformedRecord, "aws-chunked body: " + std::move(what))
      .withHint("Send chunks as 'size;chunk-signature=...', data, line end.");
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The encoded bytes, with a look-ahead for lines.
class Input {
 public:
  explicit Input(BodyReaderPtr body) : body_(std::move(body)) {}

  // Without its CR LF.
  Result<std::string> line() {
    std::string text;
    while (true) {
      if (begin_ == end_) TRY(fill());
      const char* from = buffer_.data() + begin_;
      const auto* newline = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
      size_t count = newline == nullptr ? end_ - begin_ : static_cast<size_t>(newline - from);
      text.append(from, count);
      begin_ += count;
      if (text.size() > kLineLimit) return malformed("a line is too long");
      if (newline == nullptr) continue;
      ++begin_;
      if (text.empty() || text.back() != '\r') return malformed("a line ends without CR LF");
      text.pop_back();
      return text;
    }
  }

  // At least one byte.
  Result<size_t> data(char* out, size_t size) {
    if (begin_ == end_) TRY(fill());
    size_t count = std::min(size, end_ - begin_);
    std::memcpy(out, buffer_.data() + begin_, count);
    begin_ += count;
    return count;
  }

 private:
  Status fill() {
    if (buffer_.empty()) buffer_.resize(kInputSize);
    begin_ = end_ = 0;
    end_ = TRY(body_->read(buffer_.data(), buffer_.size()));
    if (end_ == 0) return malformed("it ends within a chunk");
    return {};
  }

  BodyReaderPtr body_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

class ChunkedReader final : public AwsChunkedReader {
 public:
  ChunkedReader(BodyReaderPtr encoded, AwsChunkedOptions options)
      : input_(std::move(encoded)),
        options_(std::move(options)),
        previousSignature_(options_.seedSignature) {
    for (const std::string& trailer : options_.trailers) {
      if (!trailer.starts_with(kChecksumPrefix)) continue;
      auto algorithm = checksumAlgorithmOf(trailer.substr(kChecksumPrefix.size()));
      if (algorithm) checksums_.emplace_back(trailer, makeChecksum(*algorithm));
    }
  }

  Result<size_t> read(char* data, size_t size) override {
    if (failure_) return *failure_;
    Result<size_t> count = step(data, size);
    if (!count.ok()) failure_.emplace(count.error());
    return count;
  }

  std::optional<uint64_t> remaining() const override {
    if (!options_.decodedLength) return {};
    return *options_.decodedLength - std::min(decoded_, *options_.decodedLength);
  }

  const HttpHeaders& trailers() const override { return trailers_; }

 private:
  Result<size_t> step(char* data, size_t size) {
    if (done_ || size == 0) return size_t{0};
    if (chunkLeft_ == 0) {
      TRY(beginChunk());
      if (chunkLeft_ == 0) {
        TRY(finish());
        done_ = true;
        return size_t{0};
      }
    }
    size_t count = TRY(input_.data(data, std::min<uint64_t>(size, chunkLeft_)));
    take({data, count});
    if (chunkLeft_ == 0) TRY(endChunk());
    return count;
  }

  void take(std::string_view bytes) {
    chunkLeft_ -= bytes.size();
    decoded_ += bytes.size();
    if (options_.signedChunks) chunkHash_->update(bytes);
    for (auto& [name, checksum] : checksums_) checksum->update(bytes);
  }

  Status beginChunk() {
    std::string line = TRY(input_.line());
    std::string_view extension;
    size_t semicolon = line.find(';');
    std::string_view digits = std::string_view(line).substr(0, semicolon);
    if (semicolon != std::string::npos) extension = std::string_view(line).substr(semicolon + 1);
    auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), chunkLeft_, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      return malformed(fmt::format("'{}' is no chunk size", digits.substr(0, 32)));
    }
    if (options_.decodedLength && chunkLeft_ > *options_.decodedLength - decoded_) {
      return malformed("it has more bytes than X-Amz-Decoded-Content-Length says");
    }
    chunkSignature_.clear();
    if (extension.starts_with(kSignatureExtension)) {
      chunkSignature_ = extension.substr(kSignatureExtension.size());
    }
    if (options_.signedChunks) chunkHash_ = makeChecksum(ChecksumAlgorithm::kSha256);
    return {};
  }

  Status endChunk() {
    if (!TRY(input_.line()).empty()) return malformed("a chunk is longer than its size");
    return verifyChunk();
  }

  Status verifyChunk() {
    if (!options_.signedChunks) return {};
    std::string digest = chunkHash_->finish();
    Sha256Digest hash{};
    std::memcpy(hash.data(), digest.data(), hash.size());
    return verify(
        fmt::format("AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{}\n{}", options_.time,
                    options_.scope.text(), previousSignature_, hexOf(sha256({})), hexOf(hash)),
        chunkSignature_);
  }

  Status verify(const std::string& text, const std::string& signature) {
    std::string expected = signatureOf(options_.signingKey, text);
    if (!equalInConstantTime(expected, signature)) {
      return Error(ErrorKind::kPermission, "the signature of a chunk does not match");
    }
    previousSignature_ = std::move(expected);
    return {};
  }

  Status finish() {
    TRY(verifyChunk());
    TRY(readTrailers());
    if (options_.decodedLength && decoded_ != *options_.decodedLength) {
      return malformed("it has fewer bytes than X-Amz-Decoded-Content-Length says");
    }
    for (auto& [name, checksum] : checksums_) {
      const std::string* sent = trailers_.find(name);
      if (sent == nullptr) return malformed(fmt::format("the trailer '{}' is missing", name));
      if (*sent != base64Encode(checksum->finish())) {
        return Error(ErrorKind::kCorruptData,
                     fmt::format("the content does not have the checksum that '{}' says", name));
      }
    }
    return {};
  }

  Status readTrailers() {
    std::string signature;
    std::string canonical;
    while (true) {
      std::string line = TRY(input_.line());
      if (line.empty()) break;
      size_t colon = line.find(':');
      if (colon == std::string::npos) return malformed("a trailer has no ':'");
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      std::string value(trimmed(std::string_view(line).substr(colon + 1)));
      if (name == kTrailerSignature) {
        signature = value;
        continue;
      }
      if (trailers_.fields().size() >= kTrailerLimit) return malformed("it has too many trailers");
      canonical += fmt::format("{}:{}\n", name, value);
      trailers_.add(std::move(name), std::move(value));
    }
    if (!options_.signedTrailer) return {};
    return verify(fmt::format("AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}\n{}", options_.time,
                              options_.scope.text(), previousSignature_, hexOf(sha256(canonical))),
                  signature);
  }

  Input input_;
  AwsChunkedOptions options_;
  std::string previousSignature_;
  std::string chunkSignature_;
  std::unique_ptr<Checksum> chunkHash_;
  std::vector<std::pair<std::string, std::unique_ptr<Checksum>>> checksums_;
  uint64_t chunkLeft_ = 0;
  uint64_t decoded_ = 0;
  HttpHeaders trailers_;
  std::optional<Error> failure_;
  bool done_ = false;
};

}  // namespace

std::shared_ptr<AwsChunkedReader> decodeAwsChunked(BodyReaderPtr encoded,
                                                   AwsChunkedOptions options) {
  return std::make_shared<ChunkedReader>(std::move(encoded), std::move(options));
}

}  // namespace millrace
