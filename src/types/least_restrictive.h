// The type of expressions that stand for each other (the results of CASE, the elements of ARRAY,
// the columns of VALUES and of UNION) or are equal.
#pragma once

#include <span>

#include "base/result.h"
#include "types/type.h"

namespace millrace {

// commonType (types/type_coercion.h), but where the order decides as in Flink: of TIMESTAMP beside
// TIMESTAMP_LTZ the first stays when the precisions are equal, otherwise the later one takes
// the larger precision (values change between them by the session's zone); of FLOAT beside DOUBLE
// the first stays, and beside a DECIMAL either is DOUBLE.
Result<Type> leastRestrictive(std::span<const Type> types);

}  // namespace millrace
