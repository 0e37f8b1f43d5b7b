#include "companions/kinesis/log/tail_cache.h"

#include <algorithm>

namespace millrace::kinesis {

namespace {

size_t footprint(const LogBlock& block) { return sizeof(LogBlock) + block.frames.capacity(); }

}  // namespace

TailCache::~TailCache() {
  while (!blocks_.empty()) dropFirst();
}

void TailCache::add(LogBlockPtr block) {
  budget_.take(footprint(*block));
  blocks_.push_back(std::move(block));
  while (!blocks_.empty() && budget_.exceeded()) dropFirst();
}

void TailCache::dropOlderThan(int64_t arrivalMillis) {
  while (!blocks_.empty() && blocks_.front()->lastArrivalMillis < arrivalMillis) dropFirst();
}

void TailCache::dropFirst() {
  budget_.giveBack(footprint(*blocks_.front()));
  begin_ = blocks_.front()->endPosition;
  blocks_.pop_front();
}

std::vector<LogBlockPtr> TailCache::from(uint64_t position, size_t records, size_t bytes) const {
  auto at = std::partition_point(blocks_.begin(), blocks_.end(), [&](const LogBlockPtr& block) {
    return block->endPosition <= position;
  });
  std::vector<LogBlockPtr> found;
  size_t foundRecords = 0;
  size_t foundBytes = 0;
  for (; at != blocks_.end() && foundRecords < records && foundBytes < bytes; ++at) {
    foundRecords += (*at)->endPosition - std::max((*at)->firstPosition, position);
    foundBytes += (*at)->frames.size();
    found.push_back(*at);
  }
  return found;
}

}  // namespace millrace::kinesis
