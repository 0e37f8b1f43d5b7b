#include "env/real/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "env/real/streamed_writer.h"
#include "env/real/system_error.h"

namespace millrace {

namespace {

constexpr size_t kAppendBuffer = 64 * 1024;

// The system fetches at most so much at a hint, or even less.
constexpr uint64_t kHintBytes = 512 * 1024;

std::string localPath(const std::string& path) {
  constexpr std::string_view kScheme = "file://";
  if (path.compare(0, kScheme.size(), kScheme) != 0) return path;
  std::string local = path.substr(kScheme.size());
  return local.empty() ? "/" : local;
}

class PosixReader final : public RandomAccessFile {
 public:
  PosixReader(int descriptor, std::string path, bool seekable)
      : descriptor_(descriptor), path_(std::move(path)), seekable_(seekable) {}
  ~PosixReader() override { ::close(descriptor_); }

  Result<size_t> read(uint64_t offset, char* data, size_t size) override {
    size_t got = 0;
    while (got < size) {
      ssize_t n = uninterrupted([&] {
        return seekable_
                   ? ::pread(descriptor_, data + got, size - got, static_cast<off_t>(offset + got))
                   : ::read(descriptor_, data + got, size - got);
      });
      if (n < 0) return systemError("read", path_, errno);
      if (n == 0) break;
      got += static_cast<size_t>(n);
    }
    return got;
  }

  void willRead(uint64_t offset, uint64_t size) override {
    if (!seekable_) return;
    for (uint64_t end = offset + size; offset < end; offset += kHintBytes) {
      uint64_t bytes = std::min(kHintBytes, end - offset);
      // A hint only: where it is not taken, read() waits longer.
      (void)::posix_fadvise(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes),
                            POSIX_FADV_WILLNEED);
    }
  }

  Result<uint64_t> size() override {
    struct stat info;
    if (::fstat(descriptor_, &info) != 0) return systemError("stat", path_, errno);
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  int descriptor_;
  std::string path_;
  bool seekable_;  // pipes and terminals are read in order
};

class PosixWriter final : public WritableFile {
 public:
  PosixWriter(int descriptor, std::string path, uint64_t size)
      : descriptor_(descriptor), path_(std::move(path)), size_(size) {}
  // A file that was not closed keeps what reached the system; its user has given it up.
  ~PosixWriter() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  Status append(std::string_view data) override {
    size_ += data.size();
    if (buffer_.size() + data.size() > kAppendBuffer) TRY(flush());
    if (data.size() >= kAppendBuffer) return write(data);
    buffer_.append(data);
    return {};
  }

  uint64_t size() const override { return size_; }

  Status flush() override {
    if (buffer_.empty()) return {};
    TRY(write(buffer_));
    buffer_.clear();
    return {};
  }

  Status sync() override {
    TRY(flush());
    if (uninterrupted([&] { return ::fsync(descriptor_); }) != 0) {
      return systemError("sync", path_, errno);
    }
    return {};
  }

  Status close() override {
    if (descriptor_ < 0) return {};
    Status flushed = flush();
    int failed = ::close(descriptor_);
    descriptor_ = -1;
    TRY(std::move(flushed));
    if (failed != 0) return systemError("close", path_, errno);
    return {};
  }

 private:
  Status write(std::string_view data) {
    while (!data.empty()) {
      ssize_t n = uninterrupted([&] { return ::write(descriptor_, data.data(), data.size()); });
      if (n < 0) return systemError("write", path_, errno);
      data.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }

  int descriptor_;
  std::string path_;
  uint64_t size_;
  std::string buffer_;
};

FileInfo describe(std::string path, const struct stat& info) {
  FileInfo result;
  result.path = std::move(path);
  result.size = static_cast<uint64_t>(info.st_size);
  result.modifiedMillis = int64_t{info.st_mtim.tv_sec} * 1000 + info.st_mtim.tv_nsec / 1'000'000;
  result.isDirectory = S_ISDIR(info.st_mode);
  return result;
}

std::string parentOf(const std::string& path) {
  size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<RandomAccessFile>> openForRead(const std::string& path) override {
    std::string local = localPath(path);
    int descriptor =
        uninterrupted([&] { return ::open(local.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY); });
    if (descriptor < 0) return systemError("open", path, errno);
    struct stat info;
    if (::fstat(descriptor, &info) != 0 || S_ISDIR(info.st_mode)) {
      int code = S_ISDIR(info.st_mode) ? EISDIR : errno;
      ::close(descriptor);
      return systemError("open", path, code);
    }
    return std::unique_ptr<RandomAccessFile>(
        std::make_unique<PosixReader>(descriptor, path, S_ISREG(info.st_mode)));
  }

  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    int descriptor = TRY(createEmpty(path));
    return std::unique_ptr<WritableFile>(std::make_unique<PosixWriter>(descriptor, path, 0));
  }

  Result<std::unique_ptr<WritableFile>> createStreamed(const std::string& path) override {
    int descriptor = TRY(createEmpty(path));
    return std::unique_ptr<WritableFile>(std::make_unique<StreamedWriter>(descriptor, path));
  }

  Result<std::unique_ptr<WritableFile>> reopen(const std::string& path, uint64_t size) override {
    std::string local = localPath(path);
    int descriptor = uninterrupted([&] { return ::open(local.c_str(), O_WRONLY | O_CLOEXEC); });
    if (descriptor < 0) return systemError("open", path, errno);
    auto file = std::make_unique<PosixWriter>(descriptor, path, size);
    struct stat info;
    if (::fstat(descriptor, &info) != 0) return systemError("stat", path, errno);
    if (static_cast<uint64_t>(info.st_size) < size) {
      return Error(ErrorKind::kCorruptData,
                   fmt::format("file '{}' has {} bytes, at least {} expected", path, info.st_size,
                               size))
          .withHint("It was cut or replaced since it was written; restore it or start afresh.");
    }
    if (::ftruncate(descriptor, static_cast<off_t>(size)) != 0 ||
        ::lseek(descriptor, 0, SEEK_END) < 0) {
      return systemError("truncate", path, errno);
    }
    return std::unique_ptr<WritableFile>(std::move(file));
  }

  Result<FileInfo> stat(const std::string& path) override {
    struct stat info;
    if (::stat(localPath(path).c_str(), &info) != 0) return systemError("stat", path, errno);
    return describe(path, info);
  }

  bool exists(const std::string& path) override {
    struct stat info;
    return ::stat(localPath(path).c_str(), &info) == 0;
  }

  Result<std::vector<FileInfo>> list(const std::string& directory) override {
    DIR* handle = ::opendir(localPath(directory).c_str());
    if (handle == nullptr) return systemError("list", directory, errno);
    std::string prefix = directory;
    if (prefix.empty() || prefix.back() != '/') prefix += '/';
    std::vector<FileInfo> entries;
    errno = 0;
    while (dirent* entry = ::readdir(handle)) {
      std::string name = entry->d_name;
      struct stat info;
      // Entries that vanish between the two calls are left out.
      if (name != "." && name != ".." && ::stat(localPath(prefix + name).c_str(), &info) == 0) {
        entries.push_back(describe(prefix + name, info));
      }
      errno = 0;
    }
    int code = errno;
    ::closedir(handle);
    if (code != 0) return systemError("list", directory, code);
    std::sort(entries.begin(), entries.end(),
              [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
    return entries;
  }

  Status makeDirectories(const std::string& path) override {
    std::string local = localPath(path);
    for (size_t end = 1; end <= local.size(); ++end) {
      if (end != local.size() && local[end] != '/') continue;
      std::string part = local.substr(0, end);
      if (::mkdir(part.c_str(), 0755) == 0 || errno == EEXIST) continue;
      // A read-only parent is no obstacle when the directory below is there already.
      int code = errno;
      struct stat info;
      if (::stat(part.c_str(), &info) != 0) return systemError("make directory", path, code);
    }
    struct stat info;
    if (::stat(local.c_str(), &info) != 0) return systemError("make directory", path, errno);
    if (!S_ISDIR(info.st_mode)) return systemError("make directory", path, ENOTDIR);
    return {};
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(localPath(from).c_str(), localPath(to).c_str()) != 0) {
      return systemError("rename", from, errno);
    }
    return {};
  }

  Status remove(const std::string& path) override {
    if (::remove(localPath(path).c_str()) != 0) return systemError("remove", path, errno);
    return {};
  }

  Status removeTree(const std::string& path) override {
    struct stat info;
    if (::lstat(localPath(path).c_str(), &info) != 0) {
      if (errno == ENOENT) return {};
      return systemError("remove", path, errno);
    }
    // Links are removed, not followed.
    if (S_ISDIR(info.st_mode)) {
      for (const FileInfo& entry : TRY(list(path))) TRY(removeTree(entry.path));
    }
    return remove(path);
  }

  Status syncDirectory(const std::string& path) override {
    int descriptor = uninterrupted(
        [&] { return ::open(localPath(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (descriptor < 0) return systemError("open", path, errno);
    int failed = uninterrupted([&] { return ::fsync(descriptor); });
    int code = errno;
    ::close(descriptor);
    // Some file systems have no fsync for directories and need none.
    if (failed != 0 && code != EINVAL) return systemError("sync", path, code);
    return {};
  }

 private:
  Result<int> createEmpty(const std::string& path) {
    std::string local = localPath(path);
    constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    int descriptor = uninterrupted([&] { return ::open(local.c_str(), kFlags, 0644); });
    if (descriptor < 0 && errno == ENOENT) {
      TRY(makeDirectories(parentOf(local)));
      descriptor = uninterrupted([&] { return ::open(local.c_str(), kFlags, 0644); });
    }
    if (descriptor < 0) return systemError("create", path, errno);
    return descriptor;
  }
};

}  // namespace

FileSystem& posixFileSystem() {
  static PosixFileSystem files;
  return files;
}

}  // namespace millrace
