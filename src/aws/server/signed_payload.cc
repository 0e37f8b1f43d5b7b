#include "aws/server/signed_payload.h"

#include <fmt/format.h>
#include <zlib.h>

#include <charconv>
#include <cstring>

#include "aws/signature/aws_chunked.h"
#include "aws/signature/checksum.h"
#include "http/url.h"

namespace millrace {

namespace {

constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";
constexpr std::string_view kStreaming = "STREAMING-";
constexpr size_t kHexDigest = 64;

std::string_view contentHash(const HttpRequest& request) {
  return request.headers.get("X-Amz-Content-Sha256");
}

// Fails at the end when the bytes do not have the hash.
class HashedBody final : public BodyReader {
 public:
  HashedBody(BodyReaderPtr body, std::string hash)
      : body_(std::move(body)),
        expected_(std::move(hash)),
        checksum_(makeChecksum(ChecksumAlgorithm::kSha256)) {}

  Result<size_t> read(char* data, size_t size) override {
    if (done_) return finish();
    size_t count = TRY(body_->read(data, size));
    checksum_->update({data, count});
    if (count > 0 || size == 0) return count;
    done_ = true;
    std::string digest = checksum_->finish();
    Sha256Digest bytes{};
    std::memcpy(bytes.data(), digest.data(), bytes.size());
    matches_ = hexOf(bytes) == expected_;
    return finish();
  }

  std::optional<uint64_t> remaining() const override { return body_->remaining(); }

 private:
  Result<size_t> finish() const {
    if (matches_) return size_t{0};
    return Error(ErrorKind::kInvalidArgument, "the body does not have the hash that was signed");
  }

  BodyReaderPtr body_;
  std::string expected_;
  std::unique_ptr<Checksum> checksum_;
  bool done_ = false;
  bool matches_ = false;
};

std::vector<std::string> trailersOf(const HttpRequest& request) {
  std::vector<std::string> names;
  std::string name;
  for (char c : std::string(request.headers.get("X-Amz-Trailer")) + ',') {
    if (c == ',') {
      if (!name.empty()) names.push_back(std::move(name));
      name.clear();
    } else if (c != ' ') {
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
  }
  return names;
}

// "aws-chunked,gzip" -> "gzip"
void removeChunkedEncoding(HttpHeaders& headers) {
  std::string rest;
  std::string_view text = headers.get("Content-Encoding");
  while (!text.empty()) {
    size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part == "aws-chunked" || part.empty()) continue;
    if (!rest.empty()) rest += ',';
    rest += part;
  }
  headers.remove("Content-Encoding");
  if (!rest.empty()) headers.add("Content-Encoding", std::move(rest));
}

Outcome<void> unwrapChunks(HttpRequest& request, const ChunkSigning& signing, uint64_t limit) {
  std::string_view hash = contentHash(request);
  AwsChunkedOptions options;
  options.signedChunks = signing.verify && hash.starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  options.signedTrailer = options.signedChunks && hash.ends_with("-TRAILER");
  options.signingKey = signing.signingKey;
  options.seedSignature = signing.seedSignature;
  options.time = signing.time;
  options.scope = signing.scope;
  options.trailers = trailersOf(request);
  std::string_view length = request.headers.get("X-Amz-Decoded-Content-Length");
  if (!length.empty()) {
    uint64_t decoded = 0;
    auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), decoded);
    if (error != std::errc() || end != length.data() + length.size()) {
      return ApiError("InvalidArgument", 400, "x-amz-decoded-content-length is no number");
    }
    options.decodedLength = decoded;
    request.headers.set("Content-Length", std::string(length));
  }
  removeChunkedEncoding(request.headers);
  BodyReaderPtr encoded = request.stream ? request.stream : bodyFromString(std::move(request.body));
  auto decoded = decodeAwsChunked(std::move(encoded), std::move(options));
  if (request.stream) {
    request.stream = std::move(decoded);
    return {};
  }
  Result<std::string> body = readAll(*decoded, limit);
  if (!body.ok()) return bodyError(body.error());
  request.body = std::move(body).value();
  return {};
}

}  // namespace

std::string payloadHashOf(const HttpRequest& request, ErrorStyle style, bool presigned) {
  std::string_view hash = contentHash(request);
  if (style == ErrorStyle::kS3) {
    if (!hash.empty()) return std::string(hash);
    const QueryParameters query = parseQuery(request.query, false);
    if (const std::string* value = findParameter(query, "X-Amz-Content-Sha256")) return *value;
    if (presigned || request.stream) return std::string(kUnsigned);
  }
  return hexOf(sha256(request.body));
}

Outcome<void> unwrapPayload(HttpRequest& request, ErrorStyle style, const ChunkSigning& signing,
                            uint64_t limit) {
  std::string_view hash = contentHash(request);
  if (hash.starts_with(kStreaming)) return unwrapChunks(request, signing, limit);
  if (style != ErrorStyle::kS3 || hash.size() != kHexDigest || !signing.verify) return {};
  if (request.stream) {
    request.stream = std::make_shared<HashedBody>(std::move(request.stream), std::string(hash));
  } else if (hexOf(sha256(request.body)) != hash) {
    return authenticationError(AuthenticationFailure::kWrongPayload, style);
  }
  return {};
}

Outcome<void> inflateBody(HttpRequest& request, uint64_t limit) {
  if (request.stream || request.headers.get("Content-Encoding") != "gzip") return {};
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (::inflateInit2(&stream, kGzipWindow) != Z_OK) return Error(ErrorKind::kInternal, "zlib");
  stream.next_in = reinterpret_cast<Bytef*>(request.body.data());
  stream.avail_in = static_cast<uInt>(request.body.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK && out.size() <= limit) {
    constexpr size_t kPiece = 64 << 10;
    size_t before = out.size();
    out.resize(before + kPiece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = kPiece;
    state = ::inflate(&stream, Z_NO_FLUSH);
    out.resize(before + kPiece - stream.avail_out);
  }
  ::inflateEnd(&stream);
  if (out.size() > limit) {
    return ApiError("RequestEntityTooLargeException", 413,
                    fmt::format("The request is larger than {} bytes when unpacked", limit));
  }
  if (state != Z_STREAM_END) {
    return ApiError("SerializationException", 400, "The request body is not valid gzip");
  }
  request.body = std::move(out);
  request.headers.remove("Content-Encoding");
  return {};
}

}  // namespace millrace
