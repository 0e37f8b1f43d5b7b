// Deduplicate: Top-1 ordered by a time attribute: the first or the last row per key, by event time
// or processing time, as Flink's deduplicate operators (changelog included). With a time to live a
// key is forgotten so long after its row was kept; its next row is the first one.
#pragma once

#include <string>
#include <vector>

#include "runtime/operator.h"
#include "types/type.h"

namespace millrace {

struct DeduplicateSpec {
  std::vector<Type> input;
  // What the input columns are, for the schemas of states; may be empty (state/state_schema.h).
  std::vector<std::string> inputNames;
  std::vector<uint32_t> keys;
  uint32_t timeColumn = 0;
  bool isRowtime = true;
  bool keepLast = false;
  bool emitUpdateBefore = true;
  // First row by event time: emit it once, when the watermark reaches its time (late rows are
  // dropped), so that the output is append-only; what Flink does without mini-batch. False: emit at
  // once, and correct by -U and +U.
  bool appendOnlyFirst = true;
};

Result<OperatorPtr> makeDeduplicate(const DeduplicateSpec& spec);

}  // namespace millrace
