// Input files of tests: the block `file`.
#pragma once

#include <string>

#include "base/result.h"

namespace millrace {

// Writes `text` to `directory`/name, where `argument` is "name [gzip|zstd|hex]", and makes the
// folders it needs.
Status writeInputFile(const std::string& directory, const std::string& argument,
                      const std::string& text);

}  // namespace millrace
