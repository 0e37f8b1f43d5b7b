// Hash keys: the 128-bit numbers by which records are spread over shards.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::kinesis {

using HashKeyValue = unsigned __int128;

constexpr HashKeyValue kMaxHashKey = ~HashKeyValue{0};

// A contiguous range, both ends included.
struct HashRange {
  HashKeyValue first = 0;
  HashKeyValue last = kMaxHashKey;

  bool contains(HashKeyValue key) const { return first <= key && key <= last; }
  bool operator==(const HashRange&) const = default;
};

// The MD5 of a partition key as a number.
HashKeyValue hashOfPartitionKey(std::string_view partitionKey);

std::string formatHashKey(HashKeyValue key);
// Nothing when the text is no decimal number below 2^128.
std::optional<HashKeyValue> parseHashKey(std::string_view text);

// Where the i-th of `count` equal ranges begins, as UniformScaling and CreateStream cut them.
inline HashKeyValue uniformStart(uint32_t i, uint32_t count) {
  // 2^128 / count without overflow: the remainder of (2^128 - 1) decides.
  HashKeyValue width = kMaxHashKey / count + (kMaxHashKey % count == count - 1 ? 1 : 0);
  return width * i;
}
HashRange uniformRange(uint32_t i, uint32_t count);

}  // namespace millrace::kinesis
