// Splits: sources that read several ordered inputs (shards, partitions) beside each other, and
// whoever must tell their rows apart. Watermarks are made per split, and the least counts.
#pragma once

#include <cstdint>
#include <vector>

namespace millrace {

// What a SourceReader is as well when each of its batches comes from one split.
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  // The split of the batch that poll() returned last. Ids are unique within the reader.
  virtual uint64_t currentSplit() const = 0;
  // The splits that this subtask reads now.
  virtual std::vector<uint64_t> splits() const = 0;
  // False: which splits there are is not known yet.
  virtual bool knowsSplits() const = 0;
  // After this time without rows a split is idle; -1 = table.exec.source.idle-timeout.
  virtual int64_t idleTimeoutMillis() const { return -1; }
};

// What an operator is as well that makes watermarks per split. It stands in the task of the source.
class SplitConsumer {
 public:
  virtual ~SplitConsumer() = default;
  // Called before Operator::open(). The reader outlives all other calls.
  virtual void setSplitReader(const SplitReader& reader) = 0;
};

}  // namespace millrace
