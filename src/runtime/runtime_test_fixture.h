// Small sources and operators that the runtime's tests build jobs from.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/job.h"

namespace millrace::runtime_test {

// Rows (key BIGINT, value BIGINT): source `index` of `count` subtasks reads the numbers
// index, index + count, ... below `limit` of its scan; key = number % keys.
struct NumbersOptions {
  int64_t limit = 1000;
  int64_t keys = 10;
  // Watermark = the number - 1, before each number that is a multiple of this; 0 = none.
  int64_t watermarkEvery = 10;
  // After the numbers: wait for ever instead of ending.
  bool endless = false;
  // Milliseconds of the clock between two batches; 0 = none.
  int64_t pauseMillis = 0;
  // The subtask with this index says nothing at all and waits for ever; -1 = none.
  int silentSubtask = -1;
};

// What a sink has seen, over all its subtasks. Thread-safe.
class Collected {
 public:
  struct Row {
    uint32_t subtask;
    int64_t key;
    int64_t value;
    int64_t watermark;  // before the row
  };
  // A second commit of the same row (token) changes nothing.
  void commit(int64_t token, const Row& row);
  static int64_t newToken();
  void addWatermark(uint32_t subtask, int64_t watermark);
  std::vector<Row> rows() const;
  int64_t lowestFinalWatermark(uint32_t parallelism) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Row> rows_;
  std::set<int64_t> tokens_;
  std::map<uint32_t, int64_t> watermarks_;
};

// Column names key and value, both BIGINT NOT NULL.
Schema pairSchema();

JobNode numbersNode(std::string id, uint32_t parallelism, NumbersOptions options);
// Emits (key, number of rows of the key so far); fails at value `failAt`.
JobNode countNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs,
                  int64_t failAt = -1);
// Values whose first sight, over all subtasks and attempts, is an error. Thread-safe.
class FailurePlan {
 public:
  explicit FailurePlan(std::set<int64_t> values) : values_(std::move(values)) {}
  // True once for each value.
  bool fails(int64_t value);
  bool empty() const;

 private:
  mutable std::mutex mutex_;
  std::set<int64_t> values_;
};
// Passes rows on; fails at those of the plan.
JobNode failingNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs,
                    std::shared_ptr<FailurePlan> plan);
// value + addend.
JobNode addNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs,
                int64_t addend = 0, int64_t sleepMicros = 0);
// All inputs together, watermarks merged.
JobNode unionNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs);
// Holds rows back until flush() and 5 ms have passed on the clock.
JobNode bufferNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs);
// Reports the stream idle from the start, forwards rows.
JobNode idleNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs,
                 uint32_t idleSubtask);
// Gives `collected` the rows when they are committed.
JobNode sinkNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs,
                 std::shared_ptr<Collected> collected);

}  // namespace millrace::runtime_test
