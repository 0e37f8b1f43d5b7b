#include "cli/storage_env.h"

#include <mutex>
#include <vector>

#include "connectors/filesystem/s3_file_system.h"
#include "env/file_system.h"

namespace millrace {

namespace {

class RoutedFileSystem final : public FileSystem, public S3Configurable {
 public:
  explicit RoutedFileSystem(Env& machine) : machine_(machine) {}

  Result<std::unique_ptr<RandomAccessFile>> openForRead(const std::string& path) override {
    return of(path).openForRead(path);
  }
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    return of(path).create(path);
  }
  Result<std::unique_ptr<WritableFile>> createStreamed(const std::string& path) override {
    return of(path).createStreamed(path);
  }
  Result<std::unique_ptr<WritableFile>> reopen(const std::string& path, uint64_t size) override {
    return of(path).reopen(path, size);
  }
  Result<FileInfo> stat(const std::string& path) override { return of(path).stat(path); }
  bool exists(const std::string& path) override { return of(path).exists(path); }
  Result<std::vector<FileInfo>> list(const std::string& path) override {
    return of(path).list(path);
  }
  Status makeDirectories(const std::string& path) override {
    return of(path).makeDirectories(path);
  }
  Status rename(const std::string& from, const std::string& to) override {
    if (isS3Path(from) == isS3Path(to)) return of(from).rename(from, to);
    return Error(ErrorKind::kUnsupported, "renaming '" + from + "' to '" + to + "'");
  }
  Status remove(const std::string& path) override { return of(path).remove(path); }
  Status removeTree(const std::string& path) override { return of(path).removeTree(path); }
  Status syncDirectory(const std::string& path) override { return of(path).syncDirectory(path); }

  void configureS3(const S3Settings& settings) override {
    std::lock_guard lock(mutex_);
    if (settings == settings_) return;
    settings_ = settings;
    if (s3_) retired_.push_back(std::move(s3_));
  }

 private:
  FileSystem& of(const std::string& path) {
    if (!isS3Path(path)) return machine_.files();
    std::lock_guard lock(mutex_);
    if (!s3_) s3_ = makeS3FileSystem(makeClientContext(machine_), settings_);
    return *s3_;
  }

  Env& machine_;
  std::mutex mutex_;  // guards what follows
  S3Settings settings_;
  std::unique_ptr<FileSystem> s3_;
  std::vector<std::unique_ptr<FileSystem>> retired_;  // files of them may be open
};

class StorageEnv final : public Env {
 public:
  explicit StorageEnv(Env& machine) : machine_(machine), files_(machine) {}

  Clock& clock() override { return machine_.clock(); }
  FileSystem& files() override { return files_; }
  Random& random() override { return machine_.random(); }

 private:
  Env& machine_;
  RoutedFileSystem files_;
};

}  // namespace

std::unique_ptr<Env> makeStorageEnv(Env& machine) { return std::make_unique<StorageEnv>(machine); }

}  // namespace millrace
