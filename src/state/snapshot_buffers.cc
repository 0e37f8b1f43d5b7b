#include "state/snapshot_buffers.h"

#include <algorithm>

namespace millrace {

namespace {

// Larger buffers are freed when they have been written.
constexpr size_t kKeptBytes = 16 * 1024;
constexpr size_t kLargeBytes = 320 * 1024;

// What all key groups of a state may hold together. Runs should not be too short where there are
// many groups.
constexpr size_t kLimit = size_t{4} << 20;
constexpr size_t kLargestLimit = size_t{64} << 20;
constexpr size_t kBytesPerGroup = 16 * 1024;

// Below this a block of the file can be closed before the run ends.
constexpr size_t kPieceBytes = 64 * 1024;

}  // namespace

void SnapshotBuffers::Group::grow(size_t bytes) {
  size_t needed = used_ + bytes;
  size_t capacity = std::max<size_t>(capacity_ * 2, 256);
  if (needed > kKeptBytes) capacity = std::max(capacity, kLargeBytes);
  capacity = std::max(capacity, needed);
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (used_ > 0) std::memcpy(larger.get(), bytes_.get(), used_);
  bytes_ = std::move(larger);
  capacity_ = capacity;
}

void SnapshotBuffers::Group::addEntries(int64_t space, uint64_t n) {
  entries_ += n;
  if (!hasRun_ || space_ != space) {
    hasRun_ = true;
    space_ = space;
    runEntries_ = 0;
    runStart_ = used_;
    put(space);
    put(runEntries_);
  }
  runEntries_ += n;
  std::memcpy(bytes_.get() + runStart_ + sizeof(space), &runEntries_, sizeof(runEntries_));
}

SnapshotBuffers::SnapshotBuffers(SnapshotWriter& writer, uint32_t state)
    : writer_(writer),
      state_(state),
      groups_(writer.maxParallelism()),
      limit_(std::clamp(groups_.size() * kBytesPerGroup, kLimit, kLargestLimit)) {}

void SnapshotBuffers::writeRun(uint32_t group) {
  Group& full = groups_[group];
  writer_.resumeState(state_);
  writer_.beginGroup(group, full.entries_);
  for (size_t first = 0; first < full.used_; first += kPieceBytes) {
    writer_.append(full.bytes_.get() + first, std::min(kPieceBytes, full.used_ - first));
  }
  buffered_ -= full.used_;
  full.used_ = 0;
  full.entries_ = 0;
  full.hasRun_ = false;
  if (full.capacity_ > kKeptBytes) {
    full.bytes_.reset();
    full.capacity_ = 0;
  }
}

void SnapshotBuffers::flush() {
  for (uint32_t group = 0; group < groups_.size(); ++group) {
    if (groups_[group].used_ > 0) writeRun(group);
  }
}

}  // namespace millrace
