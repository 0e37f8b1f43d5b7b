// Union: UNION ALL of its inputs; merges their watermarks. Stateless.
#pragma once

#include "runtime/operator.h"

namespace millrace {

Result<OperatorPtr> makeUnion(size_t numInputs);

}  // namespace millrace
