// StateStore: all states of one operator instance (one subtask). Operators open their states by
// name when they open; the runtime snapshots and restores the store as a whole, so no operator has
// recovery code. Not thread-safe: used by the task's thread only; a finished snapshot is bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "state/keyed_rows.h"
#include "state/keyed_sorted_rows.h"
#include "state/keyed_table.h"
#include "state/snapshot_bytes.h"
#include "state/timers.h"

namespace millrace {

// Operator state: a list of byte strings that is not keyed (source offsets, sink transactions).
// At a restore with another parallelism the elements are dealt out evenly in order (kSplit), or
// every subtask gets all of them (kUnion).
enum class Redistribution : uint8_t { kSplit, kUnion };
class ListState {
 public:
  std::vector<std::string>& elements() { return elements_; }
  const std::vector<std::string>& elements() const { return elements_; }

 private:
  std::vector<std::string> elements_;
};

// Where a subtask stands: which keys are its own.
struct SubtaskInfo {
  uint32_t index = 0;
  uint32_t parallelism = 1;
  uint32_t maxParallelism = 128;
  KeyGroupRange keyGroups() const { return keyGroupRangeOf(index, parallelism, maxParallelism); }
};

class RestoredOperator;  // state/snapshot.h: the snapshot parts of one operator, all old subtasks

// Memory of one state.
struct StateSize {
  std::string name;
  size_t bytes = 0;
};

class StateStore {
 public:
  // restored may be nullptr (a fresh start); it must outlive the opening calls.
  StateStore(SubtaskInfo subtask, const RestoredOperator* restored);
  ~StateStore();

  // The processing time by which entries expire; it never goes back. Called when no entry of any
  // state is in use: it also frees some of what has expired. Before states with a time to live are
  // opened it must have been called.
  void advanceTime(int64_t nowMillis);
  // When advanceTime() may find something to free, also without input; INT64_MAX = never.
  int64_t nextExpiryMillis() const;

  // Opening reads the restored entries of this subtask's key groups. A state of this name with
  // another kind, key or layout is an error that names both schemas. References stay valid as long
  // as the store.
  Result<KeyedTable*> openTable(StateSchema schema);
  Result<NamespacedTable*> openNamespacedTable(StateSchema schema);
  Result<KeyedRows*> openRows(StateSchema schema, KeyedRows::Options options);
  Result<KeyedSortedRows*> openSortedRows(StateSchema schema);
  Result<Timers*> openTimers(StateSchema schema);
  Result<ListState*> openList(std::string name, Redistribution redistribution);

  // True when the operator has been restored from a snapshot.
  bool isRestored() const;
  const SubtaskInfo& subtask() const;
  // Memory of all states, in bytes.
  size_t byteSize() const;
  // The same state by state, in the order in which they were opened.
  std::vector<StateSize> sizes() const;
  bool empty() const;  // no state has been opened

  // A snapshot has the states as they are at beginSnapshot(), which only marks them; lists, which
  // are small, are written at once. Entries are written by continueSnapshot(), in slices between
  // which the states may be used as ever: what is about to change is saved first. Of an operator
  // that has seen the end of its input and has finished, the keyed states are written without
  // entries: nothing will ever look at them. Requires: no snapshot is under way.
  void beginSnapshot(bool finished);
  bool snapshotUnderWay() const;
  // Writes about that many bytes more; true when the snapshot is complete.
  bool continueSnapshot(size_t budgetBytes);
  // The bytes of the snapshot file (format in docs/internals) that are ready and have not been
  // taken yet, in order; with those taken after continueSnapshot() returned true the file is whole.
  SnapshotBytes takeSnapshotBytes();
  // The bytes of the entries in the snapshot that was completed last, in the order of sizes().
  const std::vector<StateSize>& snapshotSizes() const;
  // Forgets the snapshot under way, if any.
  void abandonSnapshot();

  // A whole snapshot at once.
  SnapshotBytes snapshotParts(bool finished);
  // The same of an unfinished operator, in one string.
  std::string snapshot();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace
