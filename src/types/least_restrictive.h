// The type of expressions that stand for each other (the results of CASE, the elements of ARRAY,
// the columns of VALUES and of UNION) or are equal.
#pragma once

#include <span>

#include "base/result.h"
#include "types/type.h"

namespace millrace {

// commonType (types/type_coercion.h), but for TIMESTAMP beside TIMESTAMP_LTZ, where the order
// decides as in Flink: the first stays when the precisions are equal, otherwise the later one takes
// the larger precision. Values change between them by the session's zone.
Result<Type> leastRestrictive(std::span<const Type> types);

}  // namespace millrace
