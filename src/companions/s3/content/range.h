// The Range header of HTTP, as S3 takes it: one range of bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::s3 {

struct ByteRange {
  uint64_t first = 0;
  uint64_t last = 0;  // inclusive
  uint64_t length() const { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

struct RangeRequest {
  enum class Kind : uint8_t {
    kWhole,  // none, several, or one that is no range: the whole object is sent, as by S3
    kPart,
    kUnsatisfiable,
  };
  Kind kind = Kind::kWhole;
  ByteRange range;  // of kPart, within the object
};

// `header` is "bytes=0-99", "bytes=100-", "bytes=-50".
RangeRequest resolveRange(std::string_view header, uint64_t size);

// "bytes=first-last" with both numbers, as x-amz-copy-source-range wants it.
std::optional<ByteRange> parseFullRange(std::string_view header);

}  // namespace millrace::s3
