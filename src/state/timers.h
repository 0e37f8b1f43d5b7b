// Timers: (time, key, namespace) triples, fired in order of time. A triple exists once however
// often it is registered, as in Flink. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "state/state_schema.h"
#include "types/key_codec.h"

namespace millrace {

class SnapshotBuffers;
class SnapshotReader;
class StateSweep;

struct Timer {
  int64_t time = 0;      // milliseconds
  int64_t space = 0;     // namespace, such as a window's end
  uint64_t keyHash = 0;  // KeyBatch::hashes()
  std::string_view key;  // canonical key bytes; valid until the timer fires or is deleted
};

class Timers {
 public:
  // schema.key: the key's types; kind kTimers.
  explicit Timers(StateSchema schema);
  ~Timers();

  const StateSchema& schema() const;
  void add(const Timer& timer);
  void remove(const Timer& timer);
  // The earliest time, or INT64_MAX.
  int64_t nextTime() const;
  // Removes the timers with time <= now and passes them on in order of (time, registration). New
  // timers may be added meanwhile; those that are due fire in the same call.
  Status advance(int64_t now, const std::function<Status(const Timer&)>& fire);
  size_t size() const;
  size_t byteSize() const;

  // Marks all timers for a snapshot; the result saves them, in order of (time, registration). Until
  // it has, a timer is saved before it is removed. This must outlive the result.
  std::unique_ptr<StateSweep> beginSnapshot(SnapshotBuffers& buffers);
  Status restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism);

 private:
  struct Impl;
  class Sweep;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace
