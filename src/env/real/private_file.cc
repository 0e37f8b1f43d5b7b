#include "env/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace millrace {

namespace {

Error writeError(const std::string& path, int code) {
  ErrorKind kind = code == EACCES || code == EROFS ? ErrorKind::kPermission : ErrorKind::kIo;
  return Error(kind, fmt::format("could not write '{}': {}", path, std::strerror(code)));
}

// 0, or the error.
int writeAll(int descriptor, std::string_view content) {
  while (!content.empty()) {
    ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

}  // namespace

Status writePrivateFile(const std::string& path, std::string_view content) {
  constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
  std::string temporary = path + ".tmp";
  ::unlink(temporary.c_str());
  int descriptor =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly);
  if (descriptor < 0) return writeError(temporary, errno);
  int code = writeAll(descriptor, content);
  ::close(descriptor);
  if (code == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) code = errno;
  if (code != 0) {
    ::unlink(temporary.c_str());
    return writeError(path, code);
  }
  return {};
}

Status makeDirectoryPrivate(const std::string& path) {
  if (::chmod(path.c_str(), S_IRWXU) != 0) return writeError(path, errno);
  return {};
}

}  // namespace millrace
