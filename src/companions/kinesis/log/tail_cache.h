// TailCache: the newest records of a shard in memory, as the frames of the segment file. Consumers
// that keep up read from here and never from disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace millrace::kinesis {

// Whole frames in order. Shared: readers keep a block while the cache forgets it.
struct LogBlock {
  std::string frames;
  uint64_t firstPosition = 0;
  uint64_t endPosition = 0;  // behind the last record
  int64_t lastArrivalMillis = 0;
};
using LogBlockPtr = std::shared_ptr<const LogBlock>;

// What all caches of the service may use together.
class CacheBudget {
 public:
  explicit CacheBudget(size_t limit) : limit_(limit) {}
  bool exceeded() const { return used_.load(std::memory_order_relaxed) > limit_; }
  void take(size_t bytes) { used_.fetch_add(bytes, std::memory_order_relaxed); }
  void giveBack(size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  const size_t limit_;
  std::atomic<size_t> used_{0};
};

// Not thread-safe.
class TailCache {
 public:
  explicit TailCache(CacheBudget& budget) : budget_(budget) {}
  ~TailCache();
  TailCache(const TailCache&) = delete;
  TailCache& operator=(const TailCache&) = delete;

  // Records from `position` on will be added. Requires: there are none.
  void beginAt(uint64_t position) { begin_ = position; }
  // Every record at or behind this position is here.
  uint64_t begin() const { return begin_; }
  // Forgets the oldest blocks when the budget is exceeded.
  void add(LogBlockPtr block);
  // Forgets what arrived before.
  void dropOlderThan(int64_t arrivalMillis);
  // The blocks from the one with `position` on, until they have `records` or `bytes`, or more.
  std::vector<LogBlockPtr> from(uint64_t position, size_t records, size_t bytes) const;

 private:
  void dropFirst();

  CacheBudget& budget_;
  std::deque<LogBlockPtr> blocks_;
  uint64_t begin_ = 0;
};

}  // namespace millrace::kinesis
