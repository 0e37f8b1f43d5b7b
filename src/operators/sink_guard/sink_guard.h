// SinkGuard: what Flink checks in front of every sink: NULL in a NOT NULL column is an error (or
// the row is dropped, table.exec.sink.not-null-enforcer), CHAR and VARCHAR lengths are trimmed or
// padded when table.exec.sink.type-length-enforcer says so. Emits rows in the table's column order.
#pragma once

#include <string>
#include <vector>

#include "runtime/operator.h"
#include "types/type.h"

namespace millrace {

struct SinkGuardSpec {
  std::string table;       // for messages
  Schema schema;           // the sink's physical columns
  bool dropNulls = false;  // not-null-enforcer = DROP
  bool trimPad = false;    // type-length-enforcer = TRIM_PAD
};

// nullptr when there is nothing to check.
Result<OperatorPtr> makeSinkGuard(const SinkGuardSpec& spec);

}  // namespace millrace
