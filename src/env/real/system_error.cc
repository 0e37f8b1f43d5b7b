#include "env/real/system_error.h"

#include <fmt/format.h>

#include <cstring>

namespace millrace {

Error systemError(const char* action, const std::string& path, int code) {
  std::string message = fmt::format("could not {} '{}': {}", action, path, std::strerror(code));
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      return Error(ErrorKind::kNotFound, std::move(message)).withHint("Check the path.");
    case EACCES:
    case EPERM:
    case EROFS:
      return Error(ErrorKind::kPermission, std::move(message))
          .withHint("Give this user access to the path, or use another one.");
    case ENOSPC:
    case EDQUOT:
      return Error(ErrorKind::kIo, std::move(message)).withHint("Free space on the device.");
    case EMFILE:
    case ENFILE:
      return Error(ErrorKind::kIo, std::move(message))
          .withHint("Raise the limit of open files (ulimit -n).");
    default:
      return Error(ErrorKind::kIo, std::move(message));
  }
}

}  // namespace millrace
