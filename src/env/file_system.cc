#include "env/file_system.h"

#include "env/env.h"
#include "env/remote_path.h"

namespace millrace {

std::string plainPath(std::string path) {
  for (std::string_view prefix : {"file://", "file:"}) {
    if (path.starts_with(prefix)) {
      path.erase(0, prefix.size());
      break;
    }
  }
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string_view baseName(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

Result<std::string> readFile(FileSystem& files, const std::string& path) {
  std::unique_ptr<RandomAccessFile> file = TRY(files.openForRead(path));
  std::string content;
  constexpr size_t kStep = 1 << 16;
  // Reads until the end instead of trusting the size: the file may be a pipe or still growing.
  while (true) {
    size_t at = content.size();
    content.resize(at + kStep);
    size_t got = TRY(file->read(at, content.data() + at, kStep));
    content.resize(at + got);
    if (got < kStep) return content;
  }
}

Status writeFileAtomically(FileSystem& files, const std::string& path, std::string_view content) {
  // What appears whole needs no other name first.
  bool isWhole = isRemotePath(path);
  std::string temporary = isWhole ? path : path + ".tmp";
  {
    std::unique_ptr<WritableFile> file = TRY(files.create(temporary));
    TRY(file->append(content));
    TRY(file->sync());
    TRY(file->close());
  }
  if (isWhole) return {};
  TRY(files.rename(temporary, path));
  size_t slash = path.rfind('/');
  return files.syncDirectory(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

}  // namespace millrace
