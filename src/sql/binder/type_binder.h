// From the written form of a type to the type.
#pragma once

#include "base/result.h"
#include "sql/ast/type_name.h"
#include "types/type.h"

namespace millrace {

// Flink's limits and defaults differ by place: a column's VARCHAR is VARCHAR(1) and its DECIMAL(39)
// is cut to DECIMAL(38); the VARCHAR of a CAST is a STRING and DECIMAL(39) an error.
enum class TypeUse : uint8_t { kColumn, kCast };

// Checks lengths, precisions and scales.
Result<Type> bindType(const ParsedTypeName& name, TypeUse use = TypeUse::kColumn);

}  // namespace millrace
