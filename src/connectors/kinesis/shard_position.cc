#include "connectors/kinesis/shard_position.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

namespace millrace {

namespace {

Error corrupt(std::string_view text) {
  return Error(ErrorKind::kCorruptData, fmt::format("'{}' is no position in a shard", text));
}

Result<int64_t> parseNumber(std::string_view text) {
  int64_t value = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return corrupt(text);
  return value;
}

}  // namespace

HashKey parseHashKey(std::string_view decimal) {
  HashKey key = 0;
  for (char c : decimal) {
    if (c < '0' || c > '9') return 0;
    key = key * 10 + static_cast<unsigned>(c - '0');
  }
  return key;
}

std::string hashKeyText(HashKey key) {
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(key % 10));
    key /= 10;
  } while (key != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

HashKey hashKeyOf(std::string_view partitionKey) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_Digest(partitionKey.data(), partitionKey.size(), digest, nullptr, EVP_md5(), nullptr);
  HashKey key = 0;
  for (int i = 0; i < 16; ++i) key = key << 8 | digest[i];
  return key;
}

ShardPosition ShardPosition::atTimestamp(int64_t millis) {
  ShardPosition position;
  position.kind = Kind::kTimestamp;
  position.timestampMillis = millis;
  return position;
}

ShardPosition ShardPosition::after(std::string sequenceNumber) {
  ShardPosition position;
  position.kind = Kind::kAfter;
  position.sequenceNumber = std::move(sequenceNumber);
  return position;
}

ShardPosition ShardPosition::inside(std::string sequenceNumber, int64_t subSequence) {
  ShardPosition position = after(std::move(sequenceNumber));
  position.kind = Kind::kInside;
  position.subSequence = subSequence;
  return position;
}

std::string positionText(const ShardPosition& position) {
  switch (position.kind) {
    case ShardPosition::Kind::kTrimHorizon:
      return "trim-horizon";
    case ShardPosition::Kind::kTimestamp:
      return fmt::format("timestamp:{}", position.timestampMillis);
    case ShardPosition::Kind::kAfter:
      return "after:" + position.sequenceNumber;
    case ShardPosition::Kind::kInside:
      return fmt::format("inside:{}:{}", position.sequenceNumber, position.subSequence);
  }
  UNREACHABLE();
}

Result<ShardPosition> parsePosition(std::string_view text) {
  if (text == "trim-horizon") return ShardPosition();
  size_t colon = text.find(':');
  if (colon == std::string_view::npos) return corrupt(text);
  std::string_view kind = text.substr(0, colon);
  std::string_view rest = text.substr(colon + 1);
  if (kind == "timestamp") return ShardPosition::atTimestamp(TRY(parseNumber(rest)));
  if (kind == "after" && !rest.empty()) return ShardPosition::after(std::string(rest));
  size_t second = rest.find(':');
  if (kind != "inside" || second == std::string_view::npos) return corrupt(text);
  return ShardPosition::inside(std::string(rest.substr(0, second)),
                               TRY(parseNumber(rest.substr(second + 1))));
}

}  // namespace millrace
