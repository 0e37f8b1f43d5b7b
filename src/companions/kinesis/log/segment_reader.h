// SegmentReader: the frames of a segment file, verified, in blocks; SegmentIndex: where in the file
// to begin.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "companions/kinesis/log/segment_format.h"
#include "companions/kinesis/log/tail_cache.h"
#include "env/file_system.h"

namespace millrace::kinesis {

// One entry for about every 64 KiB of frames. Not thread-safe.
class SegmentIndex {
 public:
  // To be called for all frames in order.
  void note(uint64_t position, int64_t arrivalMillis, uint64_t offset);
  // Of a frame at or before the first with that position, or with that arrival time or a later one.
  uint64_t offsetOfPosition(uint64_t position) const;
  uint64_t offsetOfTime(int64_t arrivalMillis) const;

 private:
  struct Entry {
    uint64_t position;
    int64_t arrivalMillis;
    uint64_t offset;
  };
  std::vector<Entry> entries_;
};

class SegmentReader {
 public:
  // Reads [offset, end); both are borders of frames.
  static Result<SegmentReader> open(FileSystem& files, const std::string& path, uint64_t offset,
                                    uint64_t end);

  // About `size` bytes of frames, at least one frame; null at the end and where damage begins.
  Result<LogBlockPtr> next(size_t size);
  // Where the next block begins.
  uint64_t offset() const { return offset_; }
  bool damaged() const { return damaged_; }

 private:
  SegmentReader(std::unique_ptr<RandomAccessFile> file, uint64_t offset, uint64_t end)
      : file_(std::move(file)), offset_(offset), end_(end) {}

  std::unique_ptr<RandomAccessFile> file_;
  uint64_t offset_;
  uint64_t end_;
  bool damaged_ = false;
};

// Calls visit(record, offset) for the frames of a block that begins at `offset` in its file, until
// it returns false.
template <typename Visit>
void forEachFrame(const LogBlock& block, uint64_t offset, Visit visit) {
  std::string_view rest = block.frames;
  while (!rest.empty()) {
    if (!visit(decodeVerifiedFrame(rest), offset)) return;
    size_t size = claimedFrameSize(rest);
    rest.remove_prefix(size);
    offset += size;
  }
}

struct SegmentScan {
  SegmentIndex index;
  uint64_t validSize = kSegmentHeadSize;  // up to where the file is intact
  uint64_t endPosition = 0;               // behind the last record; 0 = there is none
  int64_t lastArrivalMillis = 0;
};
// Reads a whole file behind its head.
Result<SegmentScan> scanSegment(FileSystem& files, const std::string& path, uint64_t size);

}  // namespace millrace::kinesis
