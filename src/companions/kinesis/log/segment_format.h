// The bytes of a segment file: a head, then one frame per record, each with a checksum of its own.
// docs/internals/kinesis-segments.md has the layout.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::kinesis {

// A record as it is stored. The texts are views into the bytes of its frame.
struct StoredRecord {
  uint64_t position = 0;
  int64_t arrivalMillis = 0;
  bool encrypted = false;  // what EncryptionType says
  std::string_view partitionKey;
  std::string_view data;
};

struct SegmentHead {
  uint32_t shardIndex = 0;
  uint64_t firstPosition = 0;  // no record of the segment comes before it
  int64_t firstArrivalMillis = 0;
};

constexpr size_t kSegmentHeadSize = 40;
constexpr size_t kFrameOverhead = 32;  // beside partition key and data

std::string encodeSegmentHead(const SegmentHead& head);
// Nothing when the bytes are no head, or one of another version.
std::optional<SegmentHead> decodeSegmentHead(std::string_view bytes);

inline size_t frameSize(size_t keySize, size_t dataSize) {
  return kFrameOverhead + keySize + dataSize;
}
void appendFrame(const StoredRecord& record, std::string& bytes);

// The size that the frame at the front claims to have; 0 when not even that is there.
size_t claimedFrameSize(std::string_view bytes);
// The record of the frame at the front, whose size is claimedFrameSize(bytes). Nothing when it is
// incomplete or damaged.
std::optional<StoredRecord> decodeFrame(std::string_view bytes);
// The same for bytes that were verified before.
StoredRecord decodeVerifiedFrame(std::string_view bytes);

}  // namespace millrace::kinesis
