// FileSplits: hands out the pieces of a table's files to the subtasks of one scan. As in Flink each
// subtask reads a file of its own as long as there are enough; then they share the files that are
// left, in the order of positions, so that subtasks stay close to each other in event time.
//
// A split is a range of byte offsets and means the records that start in it. What was read is
// remembered per subtask as ranges, written into its state, and united at a restore; what is
// missing is handed out again, at any parallelism. Files that cannot be split (compressed ones,
// records that may hold line ends) are one split whose offsets count decompressed bytes and whose
// end is open.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/filesystem/file_threads.h"
#include "env/env.h"
#include "env/file_system.h"

namespace millrace {

inline constexpr uint64_t kOpenEnd = UINT64_MAX;

struct FileSplit {
  FileInfo file;
  uint64_t begin = 0;
  uint64_t end = 0;  // kOpenEnd for files that cannot be split
};

// Ranges of offsets that have been read: disjoint, merged where they touch.
class ReadRanges {
 public:
  void add(uint64_t begin, uint64_t end);
  void addAll(const ReadRanges& other);
  // The ranges inside [0, size) that are missing.
  std::vector<std::pair<uint64_t, uint64_t>> missing(uint64_t size) const;
  const std::map<uint64_t, uint64_t>& ranges() const { return ranges_; }
  uint64_t end() const { return ranges_.empty() ? 0 : ranges_.rbegin()->second; }
  bool empty() const { return ranges_.empty(); }

 private:
  std::map<uint64_t, uint64_t> ranges_;  // begin to end
};

// What one subtask has read, by path.
using ReadFiles = std::map<std::string, ReadRanges>;

struct FileSplitOptions {
  std::string path;
  std::string regex;
  uint64_t splitSize = 4 << 20;
  bool splittable = true;     // by the format's framing
  int64_t monitorMillis = 0;  // 0 = bounded: the directory is listed once
  bool inBackground = false;  // files are looked for by a thread: those behind a network
};

// What FileSplits::next() has for a subtask.
struct NextSplit {
  std::optional<FileSplit> split;
  // There is none because the files are being looked for: the subtask will be woken.
  bool isListing = false;
};

// Thread-safe.
class FileSplits {
 public:
  FileSplits(FileSplitOptions options, Env& env);
  // Ends before the readers' contexts do, or after they have detached.
  ~FileSplits();

  // Who looks for files in the background then calls `wake`, while the subtask is attached.
  void attach(uint32_t subtask, std::function<void()> wake);
  void detach(uint32_t subtask);

  bool isBounded() const { return options_.monitorMillis == 0; }

  // Takes over what all subtasks had read; every subtask passes the same states and only the first
  // call counts.
  Status restore(const std::vector<std::string>& states);
  // The next split for a subtask; none when there is none now (bounded: none will come).
  Result<NextSplit> next(uint32_t subtask);
  // When to ask again, milliseconds of the clock.
  int64_t nextListMillis();

  // The state of a subtask that has read `own`; `first` is true for one subtask, which also keeps
  // what was restored and which files the bounded scan began with.
  std::string state(const ReadFiles& own, bool first);

 private:
  Status listIfDue();
  // Takes over what has been found.
  Status take(const std::vector<FileInfo>& present);
  // On a thread.
  void listRemotely();
  // The place in queue_ of the split that suits the subtask best. Requires: queue_ is not empty.
  size_t choose(uint32_t subtask) const;
  Status addFile(const FileInfo& file);
  Status checkVanished(const std::vector<FileInfo>& present);

  FileSplitOptions options_;
  Env& env_;
  std::mutex mutex_;
  std::map<uint32_t, std::function<void()>> wakes_;
  bool listing_ = false;
  std::optional<Error> listError_;
  bool restoreSeen_ = false;
  bool listed_ = false;
  int64_t listedAt_ = 0;
  ReadFiles restored_;
  std::set<std::string> boundedFiles_;  // of the restored scan; empty = not restored
  std::set<std::string> known_;
  std::deque<FileSplit> queue_;
  std::map<uint32_t, std::string> current_;  // the file each subtask has read last
  std::unique_ptr<FileThreads> lister_;      // in the background; else null. Ends first
};

}  // namespace millrace
