// Counters of one operator instance. Written by its task, read by anyone.
#pragma once

#include <atomic>
#include <cstdint>

namespace millrace {

struct OperatorMetrics {
  std::atomic<uint64_t> recordsIn{0};
  std::atomic<uint64_t> recordsOut{0};
  std::atomic<uint64_t> bytesIn{0};   // sources: bytes read
  std::atomic<uint64_t> bytesOut{0};  // sinks: bytes written
  std::atomic<uint64_t> lateRecordsDropped{0};
  std::atomic<uint64_t> malformedRecords{0};
  std::atomic<int64_t> currentWatermark{INT64_MIN};
  std::atomic<uint64_t> stateBytes{0};
  std::atomic<int64_t> millisBehindLatest{-1};  // sources: behind the newest record; -1 = unknown
};

// Adds without the cost of an atomic read-modify-write: one writer only.
inline void bump(std::atomic<uint64_t>& counter, uint64_t by) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

}  // namespace millrace
