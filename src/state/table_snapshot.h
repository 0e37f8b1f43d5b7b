// Writes and reads the entries of KeyedTables by key group. Format of a key group's payload:
// docs/internals/snapshot-format.md.
#pragma once

#include <functional>
#include <memory>

#include "state/keyed_table.h"
#include "state/snapshot.h"
#include "state/snapshot_buffers.h"
#include "state/table_sweep.h"

namespace millrace {

class TableSnapshot {
 public:
  // Writes entries of the table, which has to outlive it, as those of a namespace.
  static std::unique_ptr<EntrySaver> saver(const KeyedTable& table, int64_t space,
                                           SnapshotBuffers& buffers);
  // tableOf(space) is where the entries of a namespace go.
  static Status read(SnapshotReader& reader, KeyGroupRange range,
                     const std::function<KeyedTable&(int64_t space)>& tableOf);

 private:
  class Saver;

  static Status readEntries(SnapshotReader& reader, KeyedTable& table, uint64_t n);
  static Status readBatch(SnapshotReader& reader, KeyedTable& table, size_t n);
};

}  // namespace millrace
