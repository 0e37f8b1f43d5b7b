#include "companions/kinesis/log/segment_format.h"

#include <xxhash.h>

#include "companions/kinesis/bytes.h"

namespace millrace::kinesis {

namespace {

constexpr std::string_view kMagic = "MRKS";
constexpr uint32_t kVersion = 1;
constexpr size_t kHeadChecksum = 32;  // offset

// Offsets in a frame.
constexpr size_t kSize = 0;
constexpr size_t kFlags = 4;
constexpr size_t kKeySize = 6;
constexpr size_t kChecksum = 8;
constexpr size_t kPosition = 16;
constexpr size_t kArrival = 24;

constexpr uint16_t kEncrypted = 1;

// Covers all of a frame but the checksum itself.
uint64_t frameChecksum(std::string_view frame) {
  uint64_t head = numberAt<uint64_t>(frame, 0);
  return XXH3_64bits_withSeed(frame.data() + kPosition, frame.size() - kPosition, head);
}

}  // namespace

std::string encodeSegmentHead(const SegmentHead& head) {
  std::string bytes;
  bytes.reserve(kSegmentHeadSize);
  bytes += kMagic;
  appendNumber(bytes, kVersion);
  appendNumber(bytes, head.shardIndex);
  appendNumber(bytes, uint32_t{0});
  appendNumber(bytes, head.firstPosition);
  appendNumber(bytes, head.firstArrivalMillis);
  appendNumber(bytes, uint64_t{XXH3_64bits(bytes.data(), bytes.size())});
  return bytes;
}

std::optional<SegmentHead> decodeSegmentHead(std::string_view bytes) {
  if (bytes.size() < kSegmentHeadSize || bytes.substr(0, 4) != kMagic) return std::nullopt;
  if (numberAt<uint32_t>(bytes, 4) != kVersion) return std::nullopt;
  if (numberAt<uint64_t>(bytes, kHeadChecksum) != XXH3_64bits(bytes.data(), kHeadChecksum)) {
    return std::nullopt;
  }
  return SegmentHead{numberAt<uint32_t>(bytes, 8), numberAt<uint64_t>(bytes, 16),
                     numberAt<int64_t>(bytes, 24)};
}

void appendFrame(const StoredRecord& record, std::string& bytes) {
  size_t start = bytes.size();
  appendNumber(bytes,
               static_cast<uint32_t>(frameSize(record.partitionKey.size(), record.data.size())));
  appendNumber(bytes, record.encrypted ? kEncrypted : uint16_t{0});
  appendNumber(bytes, static_cast<uint16_t>(record.partitionKey.size()));
  appendNumber(bytes, uint64_t{0});
  appendNumber(bytes, record.position);
  appendNumber(bytes, record.arrivalMillis);
  bytes += record.partitionKey;
  bytes += record.data;
  uint64_t checksum = frameChecksum(std::string_view(bytes).substr(start));
  std::memcpy(bytes.data() + start + kChecksum, &checksum, sizeof checksum);
}

size_t claimedFrameSize(std::string_view bytes) {
  if (bytes.size() < sizeof(uint32_t)) return 0;
  return numberAt<uint32_t>(bytes, kSize);
}

std::optional<StoredRecord> decodeFrame(std::string_view bytes) {
  size_t size = claimedFrameSize(bytes);
  if (size < kFrameOverhead || size > bytes.size()) return std::nullopt;
  std::string_view frame = bytes.substr(0, size);
  if (numberAt<uint16_t>(frame, kKeySize) > size - kFrameOverhead) return std::nullopt;
  if (numberAt<uint64_t>(frame, kChecksum) != frameChecksum(frame)) return std::nullopt;
  return decodeVerifiedFrame(frame);
}

StoredRecord decodeVerifiedFrame(std::string_view bytes) {
  size_t size = claimedFrameSize(bytes);
  size_t keySize = numberAt<uint16_t>(bytes, kKeySize);
  StoredRecord record;
  record.position = numberAt<uint64_t>(bytes, kPosition);
  record.arrivalMillis = numberAt<int64_t>(bytes, kArrival);
  record.encrypted = (numberAt<uint16_t>(bytes, kFlags) & kEncrypted) != 0;
  record.partitionKey = bytes.substr(kFrameOverhead, keySize);
  record.data = bytes.substr(kFrameOverhead + keySize, size - kFrameOverhead - keySize);
  return record;
}

}  // namespace millrace::kinesis
