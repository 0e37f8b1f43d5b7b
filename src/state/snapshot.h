// The bytes of one snapshot file: every state of one operator subtask, grouped by key group, with
// an index, so that a restore at another parallelism reads its own key groups only.
// docs/internals/snapshot-format.md has the format byte by byte. Numbers are little-endian.
//
// Writing cannot fail; it makes the bytes that the checkpoint's owner stores
// (state/snapshot_directory.h). Whatever is read is checked: a damaged file is an error
// (kCorruptData) with its name and offset.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/snapshot_bytes.h"
#include "state/state_schema.h"
#include "types/key_hash.h"

namespace millrace {

class RandomAccessFile;

inline constexpr uint32_t kSnapshotVersion = 1;
// The name of the frozen key hash (types/key_hash.h).
inline constexpr std::string_view kKeyHashName = "millrace-key-1";

// Where a run of entries of one key group is.
struct SnapshotGroup {
  uint32_t group = 0;
  uint64_t block = 0;  // offset of the block in the file
  uint64_t start = 0;  // first byte inside the block's payload
  uint64_t bytes = 0;  // payload bytes, over this block and those that follow
  uint64_t entries = 0;
};

// One state in a file.
struct SnapshotState {
  std::string name;
  std::string schema;  // schemaText()
  // In the order of the file. A key group may be there several times: each is a run of its entries.
  std::vector<SnapshotGroup> groups;
};

class SnapshotWriter {
 public:
  static constexpr size_t kBlockRoom = 16;

  SnapshotWriter(uint32_t subtask, uint32_t parallelism, uint32_t maxParallelism);

  uint32_t maxParallelism() const { return maxParallelism_; }
  uint32_t groupOf(uint64_t keyHash) const {
    return keyGroupOf(hash32Of(keyHash), maxParallelism_);
  }

  // Adds a state and goes to it; returns its number.
  uint32_t beginState(const StateSchema& schema);
  // Goes back to a state that has begun before.
  void resumeState(uint32_t state);
  // Begins a run of entries of the state. A key group may have several runs.
  void beginGroup(uint32_t group, uint64_t entries);
  // Room for `bytes` bytes, to be filled at once.
  char* reserve(size_t bytes);
  void append(const void* data, size_t bytes) {
    if (bytes > 0) std::memcpy(reserve(bytes), data, bytes);
  }
  template <typename T>
  void put(T value) {
    std::memcpy(reserve(sizeof(T)), &value, sizeof(T));
  }
  // Adds a whole run of the state as a block of its own, without a copy. Its bytes begin behind
  // kBlockRoom bytes that are free for the block's header; block.used counts both.
  void addRun(uint32_t group, uint64_t entries, SnapshotBytes::Part block);
  // The parts of the file that are complete and have not been taken yet.
  SnapshotBytes takeFull();
  // The rest of the file. The writer may not be used afterwards.
  SnapshotBytes finish();
  // The bytes of the entries of a state, in the runs that have ended; all of them after finish().
  uint64_t entryBytes(uint32_t state) const { return entryBytes_[state]; }
  // How long the file is so far.
  uint64_t position() const { return out_.empty() ? 0 : partStart_ + out_.parts().back().used; }

 private:
  char* room(size_t bytes);
  void closeBlock();
  void closeGroup();

  uint32_t subtask_;
  uint32_t parallelism_;
  uint32_t maxParallelism_;
  SnapshotBytes out_;
  uint64_t partStart_ = 0;   // where the last part begins in the file
  uint64_t blockStart_ = 0;  // of the open block's header in the file; 0 = none is open
  uint64_t groupBytes_ = 0;
  bool groupOpen_ = false;
  std::vector<SnapshotState> states_;
  std::vector<uint64_t> entryBytes_;  // by state
  uint32_t state_ = UINT32_MAX;       // where groups go
};

// An open snapshot file whose directory has been validated. Thread-safe.
class SnapshotFile {
 public:
  static Result<std::unique_ptr<SnapshotFile>> open(std::string name,
                                                    std::unique_ptr<RandomAccessFile> file);
  ~SnapshotFile();

  const std::string& name() const { return name_; }
  uint32_t subtask() const { return subtask_; }
  uint32_t parallelism() const { return parallelism_; }
  uint32_t maxParallelism() const { return maxParallelism_; }
  const std::vector<SnapshotState>& states() const { return states_; }
  // nullptr when the file has no such state.
  const SnapshotState* state(std::string_view name) const;
  // Puts the payload of a key group, checksums verified, in the place of what payload has.
  Status readGroup(const SnapshotGroup& group, std::string& payload);
  // The key group will be read soon.
  void willRead(const SnapshotGroup& group);
  // Reads everything once, to find damage early.
  Status verify();
  Error damaged(uint64_t offset, std::string_view what) const;

 private:
  SnapshotFile() = default;
  Status readDirectory();
  Status parseDirectory(const std::string& text, uint64_t offset);
  Status readAt(uint64_t offset, char* data, uint64_t bytes);
  Result<std::string> readAt(uint64_t offset, uint64_t bytes);
  Status readBlock(uint64_t offset);

  std::string name_;
  std::unique_ptr<RandomAccessFile> file_;
  uint64_t size_ = 0;
  uint64_t directoryOffset_ = 0;
  uint32_t subtask_ = 0;
  uint32_t parallelism_ = 0;
  uint32_t maxParallelism_ = 0;
  std::vector<SnapshotState> states_;
  std::mutex mutex_;    // guards the file and the block read last
  uint64_t block_ = 0;  // its offset; 0 = none
  size_t blockBytes_ = 0;
  std::vector<char> blockPayload_;  // the first blockBytes_; as long as the longest so far
};

// The snapshot parts of one operator: the files of all its old subtasks. Thread-safe once made.
class RestoredOperator {
 public:
  // Checks that the files belong together: every subtask of one parallelism once.
  static Result<std::unique_ptr<RestoredOperator>> make(
      std::vector<std::unique_ptr<SnapshotFile>> files);
  // The same from bytes in memory, in the order of the subtasks.
  static Result<std::unique_ptr<RestoredOperator>> fromBytes(std::vector<std::string> files);

  uint32_t parallelism() const { return static_cast<uint32_t>(files_.size()); }
  uint32_t maxParallelism() const { return files_[0]->maxParallelism(); }
  // In the order of the old subtasks.
  const std::vector<std::unique_ptr<SnapshotFile>>& files() const { return files_; }
  bool hasState(std::string_view name) const;

 private:
  std::vector<std::unique_ptr<SnapshotFile>> files_;
};

enum class StoredTimes : uint8_t { kNone, kKeys, kRows };
StoredTimes storedTimes(const StateSchema& schema);

// Reads one state of an operator, key group by key group, over all old subtasks in order.
class SnapshotReader {
 public:
  SnapshotReader(const RestoredOperator& source, std::string stateName);

  // An error unless every file holds the state with this schema, but for its time to live, and max
  // parallelism.
  Status check(const StateSchema& schema, uint32_t maxParallelism);
  // What has the time at which it was written beside it. Known after check().
  StoredTimes times() const { return times_; }

  // How many entries the range has over all files: not more than fit into the bytes there are.
  size_t totalEntries(KeyGroupRange range) const;
  // Goes to the next run of a key group in the range; false when there is none.
  Result<bool> nextGroup(KeyGroupRange range);
  uint32_t group() const { return group_; }
  uint64_t entries() const { return entries_; }
  // Bytes of the group that are left.
  size_t left() const { return payload_.size() - position_; }

  // The next bytes of the group, valid until nextGroup().
  Result<const char*> take(size_t bytes) {
    if (bytes > left()) [[unlikely]]
      return overrun(bytes);
    const char* data = payload_.data() + position_;
    position_ += bytes;
    return data;
  }
  template <typename T>
  Result<T> get() {
    const char* data = TRY(take(sizeof(T)));
    T value;
    std::memcpy(&value, data, sizeof(T));
    return value;
  }
  // A count or size that cannot be meant, as an error.
  Error damaged(std::string_view what) const;

 private:
  Error overrun(size_t bytes) const;
  void readAhead(KeyGroupRange range);

  const RestoredOperator& source_;
  std::string stateName_;
  StoredTimes times_ = StoredTimes::kNone;
  size_t file_ = 0;
  size_t nextGroup_ = 0;
  // Up to where the system was told what will be read: a file, a group, the bytes from here to
  // there.
  size_t aheadFile_ = 0;
  size_t aheadGroup_ = 0;
  uint64_t aheadBytes_ = 0;
  uint32_t group_ = 0;
  uint64_t entries_ = 0;
  uint64_t block_ = 0;
  std::string payload_;
  size_t position_ = 0;
};

}  // namespace millrace
