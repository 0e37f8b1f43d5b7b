// SimFileSystem: files in memory that behave as a disk does when the power goes: what was not
// synced is lost. Directories exist when something is in them or when they were made. Thread-safe.
//
// Durable are: the content of a file up to its last sync() (which also makes its name durable), and
// renames and removals once syncDirectory() of their directory was called.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "env/file_system.h"

namespace millrace {

class SimClock;
class Random;

class SimFileSystem final : public FileSystem {
 public:
  SimFileSystem(SimClock& clock, Random& random) : clock_(clock), random_(random) {}

  // Back to what is durable, and operations work again. Open files become useless: writing to them
  // fails.
  void crash();
  // After the next `count` operations all fail with kIo, until crash().
  void losePowerAfter(uint64_t count);
  // From now on every operation takes up to this long on the virtual clock.
  void setDelayMicros(int64_t upTo);
  // The operation after the next `count` ones fails with kIo, once.
  void failAfter(uint64_t count);

  Result<std::unique_ptr<RandomAccessFile>> openForRead(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> reopen(const std::string& path, uint64_t size) override;
  Result<FileInfo> stat(const std::string& path) override;
  bool exists(const std::string& path) override;
  Result<std::vector<FileInfo>> list(const std::string& directory) override;
  Status makeDirectories(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status removeTree(const std::string& path) override;
  Status syncDirectory(const std::string& path) override;

 private:
  friend class SimReader;
  friend class SimWriter;
  struct File {
    std::string content;
    std::string durable;
    int64_t modifiedMillis = 0;
  };
  // Shared: open readers and writers keep a removed file, as on POSIX.
  using FilePtr = std::shared_ptr<File>;

  // Counts an operation: takes its time and fails when it is this one's turn.
  Status operate(const char* action, const std::string& path);
  Result<FilePtr> find(const char* action, const std::string& path);
  bool isDirectory(const std::string& path) const;

  SimClock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::map<std::string, FilePtr> files_;
  std::map<std::string, FilePtr> durableFiles_;
  std::set<std::string> directories_;
  uint64_t epoch_ = 0;  // counts crashes
  int64_t delayMicros_ = 0;
  uint64_t operationsLeft_ = UINT64_MAX;
  bool losesPower_ = false;  // when none are left, rather than failing once
};

}  // namespace millrace
