// ZipArchive: the files of a zip in memory. Stored and deflated entries, also of 64-bit archives;
// no encryption and no several volumes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

struct ZipEntry {
  std::string name;  // "queries/main.sql"
  uint64_t size = 0;
  uint64_t packedSize = 0;
  uint64_t offset = 0;  // of the local header
  uint16_t method = 0;
  uint32_t checksum = 0;
};

// Refers to the bytes, which outlive it.
class ZipArchive {
 public:
  // kCorruptData when the bytes are no zip.
  static Result<ZipArchive> open(std::string_view bytes);

  // Files only, in the order of the directory.
  const std::vector<ZipEntry>& entries() const { return entries_; }

  // The content, its checksum verified. More than `limit` bytes are an error (kInvalidArgument).
  Result<std::string> read(const ZipEntry& entry, uint64_t limit) const;

 private:
  explicit ZipArchive(std::string_view bytes) : bytes_(bytes) {}
  Status readDirectory();

  std::string_view bytes_;
  std::vector<ZipEntry> entries_;
};

}  // namespace millrace
