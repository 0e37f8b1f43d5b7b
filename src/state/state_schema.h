// What a state is called and what it holds: written into every snapshot, compared at restore.
//
// Names of columns are normalised expressions over the columns of source tables ("orders.amount",
// "SUM(orders.amount)"): they stay the same when a query is written otherwise. A restore matches
// columns by them (state/schema_comparison.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "types/sort_order.h"
#include "types/type.h"

namespace millrace {

enum class StateKind : uint8_t {
  kKeyedTable = 1,
  kKeyedRows = 2,
  kKeyedSortedRows = 3,
  kTimers = 4,
  kList = 5,
};

// "table", "sorted rows".
const char* stateKindName(StateKind kind);

// One part of the fixed-size value of a KeyedTable entry.
struct ValuePart {
  std::string name;               // "SUM(orders.price)"
  std::string type;               // Aggregator::stateSchema() or a type's text
  uint32_t bytes = 0;             // multiple of 8
  std::vector<uint32_t> strings;  // offsets of StateStrings inside the part
  // Of an aggregate: its result. A new aggregate may start empty, other parts may not.
  std::vector<Type> result;
  // Of a row kept as one string: its columns.
  std::vector<Type> row;
  std::vector<std::string> rowNames;

  bool isAggregate() const { return !result.empty(); }
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
  // How long what is not written stays; 0 = for ever. Rows live by themselves, or as long as their
  // key: until none of its rows has been written for so long.
  int64_t ttlMillis = 0;
  bool ttlOfKeys = false;  // kKeyedRows, kKeyedSortedRows

  // Either empty (columns are matched by position) or one per column. A name that begins with '$'
  // is a column of the operator's own, whose keys stand in key groups of its choice.
  std::vector<std::string> keyNames;
  std::vector<std::string> rowNames;
  // kKeyedSortedRows: the columns of the row that the sort key is made of; empty when it is not
  // made of them.
  std::vector<SortOrder> sort;
  // The aggregates that need this state beside the groups: it may begin and end with them.
  std::vector<std::string> aggregates;
};

// Whether the schemas differ in nothing but their time to live, which snapshots can do without.
bool sameBesideTtl(const StateSchema& a, const StateSchema& b);

// A schema as one line of JSON, always the same for equal schemas, and back.
std::string schemaText(const StateSchema& schema);
Result<StateSchema> parseSchemaText(std::string_view text);

}  // namespace millrace
