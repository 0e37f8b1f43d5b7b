#include "operators/watermark_assigner/split_watermarks.h"

#include <algorithm>
#include <set>

namespace millrace {

int64_t SplitWatermarks::idleTimeoutMillis(int64_t configured) const {
  int64_t own = reader_.idleTimeoutMillis();
  return own >= 0 ? own : configured;
}

void SplitWatermarks::begin(int64_t nowMillis) {
  refresh(nowMillis, 0);
  current_ = &splits_[reader_.currentSplit()];
  current_->activeAt = nowMillis;
  current_->idle = false;
  others_ = INT64_MAX;
  for (const auto& [id, split] : splits_) {
    if (&split != current_ && !split.idle) others_ = std::min(others_, split.watermark);
  }
  combine();
}

int64_t SplitWatermarks::advance(int64_t millis) {
  current_->watermark = std::max(current_->watermark, millis);
  combined_ = std::min(others_, current_->watermark);
  return combined_;
}

void SplitWatermarks::refresh(int64_t nowMillis, int64_t idleTimeoutMillis) {
  std::set<uint64_t> assigned;
  for (uint64_t id : reader_.splits()) {
    assigned.insert(id);
    auto [split, isNew] = splits_.try_emplace(id);
    if (isNew) split->second.activeAt = nowMillis;
  }
  // One that has ended holds nothing back.
  std::erase_if(splits_, [&](const auto& each) { return !assigned.contains(each.first); });
  current_ = nullptr;
  if (idleTimeoutMillis > 0) {
    for (auto& [id, split] : splits_) {
      if (split.activeAt + idleTimeoutMillis <= nowMillis) split.idle = true;
    }
  }
  combine();
}

bool SplitWatermarks::areIdle() const {
  return reader_.knowsSplits() && std::all_of(splits_.begin(), splits_.end(),
                                              [](const auto& each) { return each.second.idle; });
}

void SplitWatermarks::combine() {
  int64_t least = INT64_MAX;
  for (const auto& [id, split] : splits_) {
    if (!split.idle) least = std::min(least, split.watermark);
  }
  // Without any that counts the watermark stays where it is.
  if (least != INT64_MAX) combined_ = least;
}

}  // namespace millrace
