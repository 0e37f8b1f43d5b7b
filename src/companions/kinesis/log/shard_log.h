// ShardLog: the records of one shard, in segment files of a directory of its own.
//
//   append -> frames -> file (in the page cache) -> tail cache -> visible to readers
//
// An appended record survives the end of the process when append() has returned, and the end of the
// machine when sync() has returned after that. A tail that a crash left incomplete or damaged is
// cut off when the log is opened. Positions only grow, also over a restart; there may be gaps.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "companions/kinesis/log/segment_format.h"
#include "companions/kinesis/log/segment_reader.h"
#include "companions/kinesis/log/tail_cache.h"
#include "env/file_system.h"

namespace millrace::kinesis {

struct ShardLogOptions {
  // A segment is followed by a new one when it is this large or its first record this old.
  uint64_t segmentBytes = 8 << 20;
  int64_t segmentMillis = 3'600'000;
};

struct NewRecord {
  std::string_view partitionKey;
  std::string_view data;
  bool encrypted = false;
};

struct AppendedRecords {
  uint64_t firstPosition = 0;  // the others follow without a gap
  int64_t arrivalMillis = 0;   // of all; never before that of earlier records
};

struct LogRead {
  std::vector<StoredRecord> records;
  std::vector<LogBlockPtr> blocks;  // hold the bytes of the records
  uint64_t nextPosition = 0;        // where to go on
  bool atEnd = false;               // there was nothing behind that
};

// Thread-safe. Appends wait for each other and for sync(), readers for neither.
class ShardLog {
 public:
  // The first position of a log; position 0 is before all records.
  static constexpr uint64_t kFirstPosition = 1;

  // Opens what is in the directory, which need not exist. `files` and `budget` outlive the log.
  static Result<std::unique_ptr<ShardLog>> open(FileSystem& files, CacheBudget& budget,
                                                std::string directory, uint32_t shardIndex,
                                                ShardLogOptions options);
  ShardLog(const ShardLog&) = delete;
  ShardLog& operator=(const ShardLog&) = delete;

  // All or none of the records. Requires: some records.
  Result<AppendedRecords> append(std::span<const NewRecord> records, int64_t nowMillis);
  Status sync();

  // Up to `maxRecords` that arrived at `oldestMillis` or later, beginning at position `from`; their
  // data has at most `maxBytes`, unless the first alone has more. May return fewer than there are.
  Result<LogRead> read(uint64_t from, size_t maxRecords, size_t maxBytes, int64_t oldestMillis);
  // Of the first record that arrived at that time or later; the end when there is none.
  Result<uint64_t> positionAt(int64_t arrivalMillis);
  // Of the next record.
  uint64_t endPosition() const;
  // Of the newest record; 0 when there is none.
  int64_t lastArrivalMillis() const;

  // Deletes files in which every record arrived before.
  Status trim(int64_t oldestMillis);
  // Lets go of the memory and the file handle when nothing was appended since.
  Status release(int64_t unusedSinceMillis);

 private:
  struct Segment {
    std::string path;
    SegmentHead head;
    uint64_t size = 0;  // intact bytes
    bool indexed = false;
    SegmentIndex index;
  };
  using SegmentPtr = std::shared_ptr<Segment>;

  ShardLog(FileSystem& files, CacheBudget& budget, std::string directory, uint32_t shardIndex,
           ShardLogOptions options);

  Status recover();
  Status recoverLast(Segment& last);
  std::string segmentPath(uint64_t firstPosition) const;

  // Require: writeMutex_.
  Status prepareWriter(int64_t arrivalMillis);
  Status beginSegment(int64_t arrivalMillis);
  Status syncWriter();
  Status closeWriter();
  std::shared_ptr<LogBlock> makeBlock(std::span<const NewRecord> records, int64_t arrivalMillis);
  void publish(std::shared_ptr<LogBlock> block);

  // Requires: mutex_, some segments. The one in which the position is, or the first.
  SegmentPtr segmentOf(uint64_t position) const;
  Status ensureIndex(Segment& segment);
  // The first position in [from, ...) that did not expire.
  Result<uint64_t> unexpired(uint64_t from, int64_t oldestMillis);
  Status readFiles(uint64_t from, size_t maxRecords, size_t maxBytes, LogRead& result);
  // Reads what a segment has; false when it has nothing from that position on.
  Result<bool> readSegment(Segment& segment, uint64_t from, size_t maxRecords, size_t maxBytes,
                           LogRead& result);

  FileSystem& files_;
  const std::string directory_;
  const uint32_t shardIndex_;
  const ShardLogOptions options_;

  // Held while a file is written; taken before mutex_.
  std::mutex writeMutex_;
  std::unique_ptr<WritableFile> writer_;  // of the last segment; null = to be opened
  bool directoryChanged_ = false;
  bool unsynced_ = false;

  mutable std::mutex mutex_;
  std::deque<SegmentPtr> segments_;
  TailCache cache_;
  uint64_t nextPosition_ = kFirstPosition;
  int64_t lastArrivalMillis_ = 0;
};

}  // namespace millrace::kinesis
