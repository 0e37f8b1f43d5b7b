// Values: a bounded source of rows that are known when the job is planned (VALUES, SELECT without
// FROM). Subtask 0 emits them all; the position is checkpointed.
#pragma once

#include <vector>

#include "runtime/source.h"
#include "types/type.h"
#include "types/value.h"

namespace millrace {

struct ValuesSpec {
  std::vector<Type> types;
  std::vector<std::vector<Value>> rows;
};

Result<std::unique_ptr<Source>> makeValuesSource(const ValuesSpec& spec);

}  // namespace millrace
