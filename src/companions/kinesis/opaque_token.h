// Opaque tokens: what clients carry between calls (shard iterators, NextToken). Bytes with a
// checksum and the time when they were made, in base64.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::kinesis {

struct OpaqueToken {
  // Separates kinds of tokens, so that one is never taken for another.
  uint8_t kind = 0;
  int64_t createdMillis = 0;
  std::string content;
};

std::string encodeToken(const OpaqueToken& token);
// Nothing when it is no token of that kind or was changed.
std::optional<OpaqueToken> decodeToken(std::string_view text, uint8_t kind);

}  // namespace millrace::kinesis
