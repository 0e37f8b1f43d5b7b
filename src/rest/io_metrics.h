// What subtasks of a task have read, written and spent their time with: IOMetricsInfo of Flink.
#pragma once

#include <cstdint>
#include <vector>

#include "rest/rest_question.h"

namespace millrace {

struct SubtaskIo {
  uint64_t readBytes = 0;     // by sources, from outside
  uint64_t writeBytes = 0;    // by sinks, to outside
  uint64_t readRecords = 0;   // from other tasks
  uint64_t writeRecords = 0;  // to other tasks
  uint64_t backpressuredMillis = 0;
  uint64_t idleMillis = 0;
  uint64_t busyMillis = 0;
};

SubtaskIo subtaskIo(const RestQuestion& question, uint32_t task, uint32_t subtask);
SubtaskIo taskIo(const RestQuestion& question, uint32_t task);
RestJson ioMetricsJson(const SubtaskIo& io);

// The same in another moment's progress, for rates.
SubtaskIo subtaskIo(const RestQuestion& question, const JobProgress& progress, uint32_t task,
                    uint32_t subtask);

// Of the last second, 0 to 1 each.
struct TimeShares {
  double busy = 0;
  double backpressured = 0;
  double idle = 0;
};
TimeShares timeShares(const RestQuestion& question, uint32_t task, uint32_t subtask);

// The lowest watermark that a subtask's operator has received, in milliseconds; INT64_MIN before
// the first. A source has none.
int64_t inputWatermark(const RestQuestion& question, uint32_t node, uint32_t subtask);
int64_t outputWatermark(const RestQuestion& question, uint32_t node, uint32_t subtask);

}  // namespace millrace
