#include "state/snapshot_buffers.h"

#include <algorithm>

namespace millrace {

namespace {

// Larger buffers are freed when they have been written.
constexpr size_t kKeptBytes = 16 * 1024;
constexpr size_t kLargeBytes = 144 * 1024;

// What all key groups of a state may hold together: whole runs, unless there are very many groups.
constexpr size_t kLimit = size_t{4} << 20;
constexpr size_t kLargestLimit = size_t{64} << 20;
constexpr size_t kBytesPerGroup = 128 * 1024;

// A longer run becomes a block of its own.
constexpr size_t kOwnBlockBytes = 64 * 1024;

// Below this a block of the file can be closed before the run ends.
constexpr size_t kPieceBytes = 64 * 1024;

}  // namespace

void SnapshotBuffers::Group::grow(size_t bytes) {
  size_t needed = buffer_.used + bytes;
  size_t capacity = std::max<size_t>(buffer_.capacity * 2, 256);
  if (needed > kKeptBytes) capacity = std::max(capacity, kLargeBytes);
  capacity = std::max(capacity, needed);
  SnapshotBytes::Part larger = SnapshotBytes::makePart(capacity);
  larger.used = buffer_.used;
  if (buffer_.bytes) std::memcpy(larger.bytes.get(), buffer_.bytes.get(), buffer_.used);
  buffer_ = std::move(larger);
}

void SnapshotBuffers::Group::clear() {
  buffer_.used = SnapshotWriter::kBlockRoom;
  if (buffer_.capacity > kKeptBytes) {
    buffer_.bytes.reset();
    buffer_.capacity = SnapshotWriter::kBlockRoom;
  }
  entries_ = 0;
  hasRun_ = false;
}

void SnapshotBuffers::Group::addEntries(int64_t space, uint64_t n) {
  entries_ += n;
  if (!hasRun_ || space_ != space) {
    hasRun_ = true;
    space_ = space;
    runEntries_ = 0;
    runStart_ = buffer_.used;
    put(space);
    put(runEntries_);
  }
  runEntries_ += n;
  std::memcpy(buffer_.bytes.get() + runStart_ + sizeof(space), &runEntries_, sizeof(runEntries_));
}

SnapshotBuffers::SnapshotBuffers(SnapshotWriter& writer, uint32_t state)
    : writer_(writer),
      state_(state),
      groups_(writer.maxParallelism()),
      limit_(std::clamp(groups_.size() * kBytesPerGroup, kLimit, kLargestLimit)) {}

void SnapshotBuffers::writeRun(uint32_t group) {
  Group& full = groups_[group];
  size_t bytes = full.size();
  buffered_ -= bytes;
  writer_.resumeState(state_);
  if (bytes >= kOwnBlockBytes) {
    writer_.addRun(group, full.entries_, std::move(full.buffer_));
    full.buffer_.capacity = SnapshotWriter::kBlockRoom;
  } else {
    writer_.beginGroup(group, full.entries_);
    for (size_t first = 0; first < bytes; first += kPieceBytes) {
      writer_.append(full.data() + first, std::min(kPieceBytes, bytes - first));
    }
  }
  full.clear();
}

size_t SnapshotBuffers::write(size_t bytes) {
  size_t before = buffered_;
  while (buffered_ > 0 && before - buffered_ < bytes) {
    if (groups_[next_].size() > 0) writeRun(next_);
    next_ = (next_ + 1) % groups_.size();
  }
  return before - buffered_;
}

}  // namespace millrace
