#include "env/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace millrace {

namespace {

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(int descriptor) : descriptor_(descriptor) {}
  ~PosixFileLock() override { ::close(descriptor_); }

 private:
  int descriptor_;
};

Error lockError(const char* action, const std::string& path, int code) {
  ErrorKind kind =
      code == EACCES || code == EROFS || code == EPERM ? ErrorKind::kPermission : ErrorKind::kIo;
  return Error(kind, fmt::format("could not {} '{}': {}", action, path, std::strerror(code)))
      .withHint("Give this user access to the path, or use another one.");
}

int64_t readHolder(int descriptor) {
  char text[32] = {};
  if (::pread(descriptor, text, sizeof(text) - 1, 0) <= 0) return 0;
  return std::strtoll(text, nullptr, 10);
}

}  // namespace

Result<std::unique_ptr<FileLock>> FileLock::acquire(const std::string& path, int64_t* holder) {
  if (holder != nullptr) *holder = 0;
  int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return lockError("open the lock", path, errno);
  auto lock = std::make_unique<PosixFileLock>(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    int code = errno;
    if (code != EWOULDBLOCK) return lockError("lock", path, code);
    int64_t process = readHolder(descriptor);
    if (holder != nullptr) *holder = process;
    return Error(ErrorKind::kPermission,
                 fmt::format("'{}' is locked by process {}", path, process));
  }
  std::string text = fmt::format("{}\n", ::getpid());
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return lockError("write", path, errno);
  }
  return std::unique_ptr<FileLock>(std::move(lock));
}

}  // namespace millrace
