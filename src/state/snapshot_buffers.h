// SnapshotBuffers: the entries of one state on their way into a snapshot, sorted by key group.
//
// Entries come in any order: those that are about to change first, the others as the sweep meets
// them. A key group that has enough, and all of them when together they have some MiB, are written
// as runs of the file. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "state/snapshot.h"

namespace millrace {

class SnapshotBuffers {
 public:
  // The entries of one key group.
  class Group {
   public:
    // Room for `bytes` bytes, to be filled at once.
    char* reserve(size_t bytes) {
      if (capacity_ - used_ < bytes) grow(bytes);
      char* room = bytes_.get() + used_;
      used_ += bytes;
      return room;
    }
    void append(const void* data, size_t bytes) {
      if (bytes > 0) std::memcpy(reserve(bytes), data, bytes);
    }
    template <typename T>
    void put(T value) {
      std::memcpy(reserve(sizeof(T)), &value, sizeof(T));
    }
    // Entries follow: of a namespace for tables, whose runs say how many they have.
    void addEntries(uint64_t n) { entries_ += n; }
    void addEntries(int64_t space, uint64_t n);

   private:
    friend class SnapshotBuffers;
    void grow(size_t bytes);

    std::unique_ptr<char[]> bytes_;
    size_t used_ = 0;
    size_t capacity_ = 0;
    uint64_t entries_ = 0;
    // The namespace run that is open: where it begins in bytes_ and what it has.
    bool hasRun_ = false;
    int64_t space_ = 0;
    uint64_t runEntries_ = 0;
    size_t runStart_ = 0;
  };

  // state: as SnapshotWriter::beginState() has numbered it.
  SnapshotBuffers(SnapshotWriter& writer, uint32_t state);

  uint32_t groupOf(uint64_t keyHash) const { return writer_.groupOf(keyHash); }
  uint32_t maxParallelism() const { return writer_.maxParallelism(); }
  // Valid until done() is called.
  Group& group(uint32_t group) {
    Group& found = groups_[group];
    before_ = found.used_;
    return found;
  }
  // An entry, or several, of the group last asked for are complete.
  void done(uint32_t group) {
    Group& filled = groups_[group];
    size_t added = filled.used_ - before_;
    addedBytes_ += added;
    buffered_ += added;
    if (filled.used_ >= kRunBytes) {
      writeRun(group);
    } else if (buffered_ >= limit_) {
      flush();
    }
  }
  // All bytes that ever came.
  uint64_t addedBytes() const { return addedBytes_; }
  // Writes everything.
  void flush();

 private:
  static constexpr size_t kRunBytes = 256 * 1024;

  void writeRun(uint32_t group);

  SnapshotWriter& writer_;
  uint32_t state_;
  std::vector<Group> groups_;
  size_t limit_;
  size_t buffered_ = 0;
  size_t before_ = 0;
  uint64_t addedBytes_ = 0;
};

// One state's part of a snapshot under way. Destroying it early abandons the sweep.
class StateSweep {
 public:
  virtual ~StateSweep() = default;
  // Saves some more entries; false when none are left.
  virtual bool step() = 0;
};

}  // namespace millrace
