// BodyReader: a body that is read piece by piece and never held in memory as a whole. Bodies of
// requests are read by handlers, bodies of responses by the server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace millrace {

// One thread at a time. read() may block, so it is called on worker threads only.
class BodyReader {
 public:
  virtual ~BodyReader() = default;

  // Reads up to `size` bytes into `data` and returns their number; 0 is the end. After an error
  // (kIo: the peer went away or was too slow; kMalformedRecord: broken framing or a wrong length;
  // kCorruptData: a wrong checksum; kPermission: a wrong signature) every further call fails too.
  // What was read is good only once 0 has been returned.
  virtual Result<size_t> read(char* data, size_t size) = 0;

  // The number of bytes still to come, when known beforehand.
  virtual std::optional<uint64_t> remaining() const { return std::nullopt; }
};

// Shared because a typed request, which may be copied, refers to the body of its HTTP request.
using BodyReaderPtr = std::shared_ptr<BodyReader>;

// A body from bytes in memory.
BodyReaderPtr bodyFromString(std::string bytes);

// Reads to the end; more than `limit` bytes are an error (kInvalidArgument).
Result<std::string> readAll(BodyReader& body, size_t limit);

}  // namespace millrace
