// EventBlocks: deals numbered events to subtasks in interleaved blocks, so that the subtasks stay
// close in event time, and remembers across restores at any parallelism which events were read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace {

// A run of consecutive events.
struct EventRun {
  int64_t first = 0;
  int64_t count = 0;
};

class EventBlocks {
 public:
  // `total` < 0: without end. Block b belongs to subtask b % parallelism.
  EventBlocks(int64_t total, int64_t blockSize, uint32_t subtask, uint32_t parallelism);

  // Continues where the subtasks that wrote `states` (all of them) have stopped, with the size
  // their blocks had.
  Status restore(const std::vector<std::string>& states);
  // What snapshot() of this subtask must keep.
  std::string state() const;

  // At most `limit` further events of this subtask; nullopt when none are left.
  std::optional<EventRun> next(int64_t limit);
  // The event that next() would start with, for pacing.
  std::optional<int64_t> peek();

 private:
  // How far the subtasks of one earlier run had come: the first unread event of each.
  struct Layer {
    std::vector<int64_t> frontier;
  };

  int64_t readBefore(int64_t block) const;

  int64_t total_;
  int64_t blockSize_;
  uint32_t subtask_;
  uint32_t parallelism_;
  int64_t position_ = 0;  // the next event of this subtask, or a place before it
  std::vector<Layer> layers_;
};

}  // namespace millrace
