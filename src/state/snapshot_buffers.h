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
      if (buffer_.capacity - buffer_.used < bytes) grow(bytes);
      char* room = buffer_.bytes.get() + buffer_.used;
      buffer_.used += bytes;
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
    // Bytes of the entries.
    size_t size() const { return buffer_.used - SnapshotWriter::kBlockRoom; }
    const char* data() const { return buffer_.bytes.get() + SnapshotWriter::kBlockRoom; }
    void clear();

    // Behind the room for a block's header, so that a full buffer becomes a block of the file.
    SnapshotBytes::Part buffer_{nullptr, SnapshotWriter::kBlockRoom, SnapshotWriter::kBlockRoom};
    uint64_t entries_ = 0;
    // The namespace run that is open: where it begins in the buffer and what it has.
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
    before_ = found.size();
    return found;
  }
  // An entry, or several, of the group last asked for are complete.
  void done(uint32_t group) {
    Group& filled = groups_[group];
    size_t added = filled.size() - before_;
    addedBytes_ += added;
    buffered_ += added;
    if (filled.size() >= kRunBytes) {
      writeRun(group);
    } else if (buffered_ >= limit_) {
      write(limit_ / 8);
    }
  }
  // All bytes that ever came.
  uint64_t addedBytes() const { return addedBytes_; }
  // What has not been written yet.
  size_t bufferedBytes() const { return buffered_; }
  // Writes that many bytes or some more, or all there are; returns how many.
  size_t write(size_t bytes);

 private:
  static constexpr size_t kRunBytes = 128 * 1024;

  void writeRun(uint32_t group);

  SnapshotWriter& writer_;
  uint32_t state_;
  std::vector<Group> groups_;
  size_t limit_;
  size_t buffered_ = 0;
  uint32_t next_ = 0;  // the group to write next
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
