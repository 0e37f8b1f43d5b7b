// DataFiles: the files with the content of objects, one for each piece that was uploaded.
//
//   incoming/<id>        written, and on disk before the metadata that names it is committed
//   objects/<xx>/<id>    moved here after the commit; reading looks in both places
//
// After a crash the owner tells which of the incoming files are named by metadata (recover): those
// are moved, the others removed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "env/env.h"
#include "env/file_system.h"

namespace millrace::s3 {

class DataFiles;

// While it lives, every file that was not retired before it was made can be opened. Make it before
// the metadata is read.
class FileLease {
 public:
  FileLease(DataFiles& files, uint64_t sequence) : files_(files), sequence_(sequence) {}
  ~FileLease();
  FileLease(const FileLease&) = delete;
  FileLease& operator=(const FileLease&) = delete;

 private:
  DataFiles& files_;
  uint64_t sequence_;
};

// A file that is being written; it is removed again unless keep() was called.
class IncomingFile {
 public:
  IncomingFile(DataFiles& files, std::string id, std::unique_ptr<WritableFile> file)
      : files_(&files), id_(std::move(id)), file_(std::move(file)) {}
  ~IncomingFile();
  IncomingFile(IncomingFile&& other) noexcept = default;
  IncomingFile& operator=(IncomingFile&&) = delete;

  const std::string& id() const { return id_; }
  Status append(std::string_view bytes) { return file_->append(bytes); }
  // On disk when it returns.
  Status finish();
  // After the commit of the metadata that names it: moves it to its place.
  void keep();

 private:
  DataFiles* files_;
  std::string id_;
  std::unique_ptr<WritableFile> file_;  // null once moved from or kept
};

// Thread-safe. Outlives its leases and files.
class DataFiles {
 public:
  static Result<std::unique_ptr<DataFiles>> open(Env& env, Log& log, std::string directory);

  Result<IncomingFile> create();
  Result<std::unique_ptr<RandomAccessFile>> openForRead(const std::string& id);

  // Shared by the readers of one response.
  std::shared_ptr<FileLease> lease();
  // Removes files that no metadata names any more, as soon as no lease covers them.
  void retire(std::vector<std::string> ids);
  // Those that were removed since the last call.
  std::vector<std::string> takeRemoved();

  // At start: the ids of incoming files, and what becomes of each.
  Result<std::vector<std::string>> incoming();
  Status move(const std::string& id);
  void remove(const std::string& id);

 private:
  friend class FileLease;
  friend class IncomingFile;
  struct Retired {
    uint64_t sequence;
    std::string id;
  };

  DataFiles(Env& env, Log& log, std::string directory)
      : env_(env), log_(log), directory_(std::move(directory)) {}
  std::string incomingPath(std::string_view id) const;
  std::string objectPath(std::string_view id) const;
  void release(uint64_t sequence);
  void collect();
  // Files that cannot be moved or removed now are found again at the next start.
  void warn(const Status& status);

  Env& env_;
  Log& log_;
  std::string directory_;
  std::mutex mutex_;
  uint64_t nextSequence_ = 0;
  std::set<uint64_t> leases_;
  std::deque<Retired> retired_;
  std::vector<std::string> removed_;
};

}  // namespace millrace::s3
