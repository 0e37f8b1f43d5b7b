// What failed calls of the operating system become.
#pragma once

#include <cerrno>
#include <string>

#include "base/error.h"

namespace millrace {

// "could not `action` 'path': ..." with the kind and the hint of the error code.
Error systemError(const char* action, const std::string& path, int code);

// Calls again while a signal interrupts.
template <typename Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

}  // namespace millrace
