// Files and directories that only their owner may read: keys, and what applications keep. Only the
// machine has owners, so this is no part of Env.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

// Writes a file that nobody else may read (mode 600), at no moment with more rights, and
// atomically: temporary file, fsync, rename.
Status writePrivateFile(const std::string& path, std::string_view content);

// Takes a directory that exists away from everybody but its owner (mode 700).
Status makeDirectoryPrivate(const std::string& path);

}  // namespace millrace
