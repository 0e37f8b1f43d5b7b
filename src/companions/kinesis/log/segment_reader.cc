#include "companions/kinesis/log/segment_reader.h"

#include <algorithm>

namespace millrace::kinesis {

namespace {

constexpr uint64_t kIndexDistance = 64 << 10;
constexpr size_t kScanSize = 1 << 20;

// Frames that are whole and intact at the front of `bytes`.
LogBlock wholeFrames(std::string_view bytes) {
  LogBlock block;
  std::string_view rest = bytes;
  while (std::optional<StoredRecord> record = decodeFrame(rest)) {
    if (block.endPosition == 0) block.firstPosition = record->position;
    block.endPosition = record->position + 1;
    block.lastArrivalMillis = record->arrivalMillis;
    rest.remove_prefix(claimedFrameSize(rest));
  }
  block.frames = bytes.substr(0, bytes.size() - rest.size());
  return block;
}

}  // namespace

void SegmentIndex::note(uint64_t position, int64_t arrivalMillis, uint64_t offset) {
  if (entries_.empty() || offset >= entries_.back().offset + kIndexDistance) {
    entries_.push_back({position, arrivalMillis, offset});
  }
}

uint64_t SegmentIndex::offsetOfPosition(uint64_t position) const {
  auto after = std::partition_point(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.position <= position; });
  return after == entries_.begin() ? kSegmentHeadSize : std::prev(after)->offset;
}

uint64_t SegmentIndex::offsetOfTime(int64_t arrivalMillis) const {
  auto after = std::partition_point(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.arrivalMillis < arrivalMillis;
  });
  return after == entries_.begin() ? kSegmentHeadSize : std::prev(after)->offset;
}

Result<SegmentReader> SegmentReader::open(FileSystem& files, const std::string& path,
                                          uint64_t offset, uint64_t end) {
  return SegmentReader(TRY(files.openForRead(path)), offset, end);
}

Result<LogBlockPtr> SegmentReader::next(size_t size) {
  if (offset_ >= end_ || damaged_) return LogBlockPtr();
  std::string bytes;
  size_t wanted = static_cast<size_t>(std::min<uint64_t>(size, end_ - offset_));
  while (true) {
    size_t had = bytes.size();
    bytes.resize(wanted);
    size_t got = TRY(file_->read(offset_ + had, bytes.data() + had, wanted - had));
    bytes.resize(had + got);
    // A frame that is larger than a block is read whole.
    size_t first = claimedFrameSize(bytes);
    if (got < wanted - had || first <= bytes.size() || first > end_ - offset_) break;
    wanted = first;
  }
  auto block = std::make_shared<LogBlock>(wholeFrames(bytes));
  if (block->frames.empty()) {
    damaged_ = true;
    return LogBlockPtr();
  }
  offset_ += block->frames.size();
  return LogBlockPtr(std::move(block));
}

Result<SegmentScan> scanSegment(FileSystem& files, const std::string& path, uint64_t size) {
  SegmentScan scan;
  SegmentReader reader = TRY(SegmentReader::open(files, path, kSegmentHeadSize, size));
  while (LogBlockPtr block = TRY(reader.next(kScanSize))) {
    forEachFrame(*block, scan.validSize, [&](const StoredRecord& record, uint64_t offset) {
      scan.index.note(record.position, record.arrivalMillis, offset);
      return true;
    });
    scan.validSize = reader.offset();
    scan.endPosition = block->endPosition;
    scan.lastArrivalMillis = block->lastArrivalMillis;
  }
  return scan;
}

}  // namespace millrace::kinesis
