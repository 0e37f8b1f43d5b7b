// PartitionCommits: decides when a partition of a file sink is complete and marks it with a
// success file.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/filesystem/file_threads.h"
#include "env/env.h"

namespace millrace {

class TimeZone;

struct PartitionCommitOptions {
  bool enabled = false;          // a policy is set and the table is partitioned
  bool byPartitionTime = false;  // else by the clock, from the partition's first row on
  int64_t delayMillis = 0;
  std::string timestampPattern;  // "$dt $hour:00:00"; empty = the first partition column
  const TimeZone* watermarkZone = nullptr;
  std::string successFile = "_SUCCESS";
  std::string root;
};

// One sink subtask's partitions. Not thread-safe.
class PartitionCommits {
 public:
  PartitionCommits(PartitionCommitOptions options, Env& env)
      : options_(std::move(options)), env_(env) {}

  bool enabled() const { return options_.enabled; }
  // Marks are written there rather than by the caller. nullptr, or outlives what follows.
  void setThreads(FileThreads* threads) { threads_ = threads; }
  // A row has been written to the partition "dt=1/hour=2".
  void touch(const std::string& partition, int64_t nowMillis);
  // The partition has lost files whose rows come again: until then it is not complete.
  Status reopen(const std::string& partition, int64_t nowMillis);
  void advance(int64_t watermark) { watermark_ = watermark; }
  // Marks every partition that is due, or all `atEnd`. `busy` says which still have files to come.
  template <typename Busy>
  Status commitDue(int64_t nowMillis, bool atEnd, Busy busy) {
    for (auto entry = open_.begin(); entry != open_.end();) {
      bool due = atEnd || TRY(isDue(entry->first, entry->second, nowMillis));
      if (!due || busy(entry->first)) {
        ++entry;
        continue;
      }
      TRY(mark(entry->first, entry->second));
      entry = open_.erase(entry);
    }
    return {};
  }

  std::string state() const;
  void restore(std::string_view state);

 private:
  // A partition whose mark another thread writes: it is in the state until that is done.
  struct Marking {
    std::string partition;
    int64_t createdMillis = 0;
    std::shared_ptr<std::atomic<bool>> done;  // shared with the thread
  };

  Result<bool> isDue(const std::string& partition, int64_t createdMillis, int64_t nowMillis) const;
  std::string markOf(const std::string& partition) const;
  Status mark(const std::string& partition, int64_t createdMillis);

  PartitionCommitOptions options_;
  Env& env_;
  FileThreads* threads_ = nullptr;
  std::map<std::string, int64_t> open_;  // partition to the time of its first row
  std::vector<Marking> marking_;
  int64_t watermark_ = INT64_MIN;
};

// The time of a partition, milliseconds of its local time: the pattern with $names replaced.
Result<int64_t> partitionTimeMillis(const std::string& partition, const std::string& pattern);

}  // namespace millrace
