// The machine's files through POSIX calls.
#pragma once

#include "env/file_system.h"

namespace millrace {

// Lives as long as the process.
FileSystem& posixFileSystem();

}  // namespace millrace
