// Writes and reads the entries of KeyedTables by key group. Format of a key group's payload:
// docs/internals/snapshot-format.md.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "state/keyed_table.h"
#include "state/snapshot.h"

namespace millrace {

class TableSnapshot {
 public:
  // The entries of one key group of a table: values[first..last) of sortByGroup's result.
  struct Run {
    uint32_t group;
    size_t first;
    size_t last;
  };

  // All values of a table by key group, in hash order within a group.
  static std::vector<Run> sortByGroup(const KeyedTable& table, uint32_t maxParallelism,
                                      std::vector<const std::byte*>& values);

  using Spaces = std::vector<std::pair<int64_t, const KeyedTable*>>;
  static void write(SnapshotWriter& writer, const StateSchema& schema, const Spaces& spaces);
  // tableOf(space) is where the entries of a namespace go.
  static Status read(SnapshotReader& reader, KeyGroupRange range,
                     const std::function<KeyedTable&(int64_t space)>& tableOf);

 private:
  static void writeEntries(SnapshotWriter& writer, const KeyedTable& table,
                           const std::byte* const* values, size_t n);
  static Status readEntries(SnapshotReader& reader, KeyedTable& table, uint64_t n);
  static Status readBatch(SnapshotReader& reader, KeyedTable& table, size_t n);
};

}  // namespace millrace
