// What a state is called and what it holds: written into every snapshot, compared at restore.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "types/type.h"

namespace millrace {

enum class StateKind : uint8_t {
  kKeyedTable = 1,
  kKeyedRows = 2,
  kKeyedSortedRows = 3,
  kTimers = 4,
  kList = 5,
};

// One part of the fixed-size value of a KeyedTable entry.
struct ValuePart {
  std::string name;               // "SUM(price)"
  std::string type;               // Aggregator::stateSchema() or a type's text
  uint32_t bytes = 0;             // multiple of 8
  std::vector<uint32_t> strings;  // offsets of StateStrings inside the part
};

struct StateSchema {
  std::string name;  // unique within its operator: "groups", "left", "right"
  StateKind kind = StateKind::kKeyedTable;
  std::vector<Type> key;
  // kKeyedTable: how many leading key columns decide the key group; 0 = all of them. For states
  // whose key is longer than the key by which rows are distributed (the values of a DISTINCT).
  uint32_t groupColumns = 0;
  std::vector<ValuePart> parts;  // kKeyedTable
  std::vector<Type> row;         // kKeyedRows, kKeyedSortedRows: the row's columns
  std::string order;             // kKeyedSortedRows: the sort, as text
  uint32_t extraBytes = 0;       // kKeyedRows, kKeyedSortedRows: operator's bytes beside each row
};

}  // namespace millrace
