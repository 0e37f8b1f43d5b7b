// ByteStream: the content of a file from some position on, decompressed on the way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "connectors/filesystem/file_layout.h"
#include "env/file_system.h"

namespace millrace {

// Not thread-safe.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Reads up to `size` bytes; 0 means the end.
  virtual Result<size_t> read(char* data, size_t size) = 0;
};

// Starts at `offset` of the decompressed content. A compressed file is decompressed from its start
// to get there.
Result<std::unique_ptr<ByteStream>> openByteStream(FileSystem& files, const std::string& path,
                                                   uint64_t offset);

}  // namespace millrace
