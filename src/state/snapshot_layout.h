// The fixed parts of a snapshot file, as they lie on disk (docs/internals/snapshot-format.md).
#pragma once

#include <cstdint>

#include "state/snapshot.h"

namespace millrace {

struct SnapshotFileHeader {
  char magic[8] = {'M', 'L', 'R', 'S', 'T', 'A', 'T', 'E'};
  uint32_t version = kSnapshotVersion;
  uint32_t unused = 0;
};
static_assert(sizeof(SnapshotFileHeader) == 16);

struct SnapshotBlockHeader {
  uint32_t bytes = 0;            // of the payload that follows
  uint32_t marker = 0x314b4c42;  // "BLK1"
  uint64_t checksum = 0;         // XXH3 with 64 bits of the payload
};
static_assert(sizeof(SnapshotBlockHeader) == 16);

struct SnapshotTrailer {
  uint64_t directoryOffset = 0;
  uint64_t directoryBytes = 0;
  uint64_t directoryChecksum = 0;
  char magic[8] = {'M', 'L', 'R', 'S', 'T', 'E', 'N', 'D'};
};
static_assert(sizeof(SnapshotTrailer) == 32);

}  // namespace millrace
