// Files as an interface. Paths are absolute or relative to the working directory; "file://" is
// stripped. Errors name the path and say what the system said (kNotFound, kPermission, kIo).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

struct FileInfo {
  std::string path;
  uint64_t size = 0;
  int64_t modifiedMillis = 0;
  bool isDirectory = false;
};

// One reader per thread at a time.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  // Reads up to size bytes at offset into data; returns the number read (less only at the end).
  virtual Result<size_t> read(uint64_t offset, char* data, size_t size) = 0;
  // These bytes will be read soon: where it can, the system begins to fetch them; does not wait.
  virtual void willRead(uint64_t /*offset*/, uint64_t /*size*/) {}
  virtual Result<uint64_t> size() = 0;
};

// One writer.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Status append(std::string_view data) = 0;
  virtual uint64_t size() const = 0;  // bytes appended, plus what was there when reopened
  virtual Status sync() = 0;          // flush and fsync
  virtual Status close() = 0;
  // Hands what was appended to the system: readers see it, and it survives the end of this process,
  // though not of the machine.
  virtual Status flush() = 0;
};

// Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<RandomAccessFile>> openForRead(const std::string& path) = 0;
  // Creates or empties the file; parent directories are made.
  virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;
  // The same for a large file that will be synced: the device begins while it is still being
  // written, so that sync() has little to wait for.
  virtual Result<std::unique_ptr<WritableFile>> createStreamed(const std::string& path) {
    return create(path);
  }
  // Opens an existing file, cuts it to `size` bytes and appends there.
  virtual Result<std::unique_ptr<WritableFile>> reopen(const std::string& path, uint64_t size) = 0;
  virtual Result<FileInfo> stat(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
  // Entries of a directory, sorted by path.
  virtual Result<std::vector<FileInfo>> list(const std::string& directory) = 0;
  virtual Status makeDirectories(const std::string& path) = 0;
  // Atomic; replaces the target.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status removeTree(const std::string& path) = 0;
  virtual Status syncDirectory(const std::string& path) = 0;
};

// A path without "file:" and without slashes at its end.
std::string plainPath(std::string path);
// The part of a path behind its last slash; slashes at its end do not count.
std::string_view baseName(std::string_view path);

// The whole content, and its replacement by temporary file, fsync and rename.
Result<std::string> readFile(FileSystem& files, const std::string& path);
Status writeFileAtomically(FileSystem& files, const std::string& path, std::string_view content);

}  // namespace millrace
