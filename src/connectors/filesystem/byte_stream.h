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
  // False: read() would wait for a network. Whoever made the stream is woken when it need not.
  virtual bool isReady() { return true; }
  // Everything up to the end that was asked for has been fetched.
  virtual bool isFetched() const { return true; }
};

// Starts at `offset` of the decompressed content. A compressed file is decompressed from its start
// to get there.
Result<std::unique_ptr<ByteStream>> openByteStream(FileSystem& files, const std::string& path,
                                                   uint64_t offset);

}  // namespace millrace
