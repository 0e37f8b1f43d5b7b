#include "companions/kinesis/opaque_token.h"

#include <xxhash.h>

#include "aws/model/base64.h"
#include "companions/kinesis/bytes.h"

namespace millrace::kinesis {

namespace {

// Kind, time, content, checksum of all before.
constexpr size_t kContentOffset = 9;
constexpr size_t kChecksumSize = 8;

}  // namespace

std::string encodeToken(const OpaqueToken& token) {
  std::string bytes;
  bytes.reserve(kContentOffset + token.content.size() + kChecksumSize);
  appendNumber(bytes, token.kind);
  appendNumber(bytes, token.createdMillis);
  bytes += token.content;
  appendNumber(bytes, uint64_t{XXH3_64bits(bytes.data(), bytes.size())});
  return base64Encode(bytes);
}

std::optional<OpaqueToken> decodeToken(std::string_view text, uint8_t kind) {
  std::optional<std::string> decoded = base64Decode(text);
  if (!decoded || decoded->size() < kContentOffset + kChecksumSize) return std::nullopt;
  std::string_view bytes = *decoded;
  size_t end = bytes.size() - kChecksumSize;
  if (numberAt<uint64_t>(bytes, end) != XXH3_64bits(bytes.data(), end)) return std::nullopt;
  OpaqueToken token;
  token.kind = numberAt<uint8_t>(bytes, 0);
  token.createdMillis = numberAt<int64_t>(bytes, 1);
  token.content = bytes.substr(kContentOffset, end - kContentOffset);
  if (token.kind != kind) return std::nullopt;
  return token;
}

}  // namespace millrace::kinesis
