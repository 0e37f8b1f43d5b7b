// From the written form of a type to the type.
#pragma once

#include "base/result.h"
#include "sql/ast/type_name.h"
#include "types/type.h"

namespace millrace {

// Checks lengths, precisions and scales with Flink's limits and defaults.
Result<Type> bindType(const ParsedTypeName& name);

}  // namespace millrace
