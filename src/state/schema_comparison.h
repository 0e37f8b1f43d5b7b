// Compares what a snapshot holds with what an operator wants to keep, column by column. Columns may
// be reordered and widened, columns of rows and aggregates may go, new aggregates may come and
// start empty; everything else does not fit, with the reason.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "state/state_schema.h"

namespace millrace {

// Where the columns of the wanted schema are in the stored one.
struct SchemaMapping {
  std::string reason;  // why it does not fit; empty = it fits
  // What is lost or starts empty, a line each: the restore is partial.
  std::vector<std::string> notes;
  std::vector<uint32_t> key;
  std::vector<uint32_t> row;
  std::vector<int> parts;  // -1: starts empty
  // The keys are in other key groups than in the snapshot.
  bool movesKeys = false;

  bool fits() const { return reason.empty(); }
};

SchemaMapping compareSchemas(const StateSchema& stored, const StateSchema& wanted);

// A state of a snapshot as its operator's comparison needs it.
struct StoredState {
  StateSchema schema;
  bool empty = true;  // no entries
};

// The verdict over all states of an operator.
struct OperatorComparison {
  std::string reason;  // why the operator cannot go on from the snapshot; empty = it can
  std::vector<std::string> notes;
};

OperatorComparison compareOperators(std::span<const StoredState> stored,
                                    std::span<const StateSchema> wanted);

}  // namespace millrace
