// FLOOR(instant TO unit) and CEIL(instant TO unit), which share their names with the functions of
// numbers.
#pragma once

#include "functions/signature.h"

namespace millrace {

// Arguments: a date or time, and the unit as a text literal.
Result<ResolvedCall> resolveInstantFloor(Arguments args);
Result<ResolvedCall> resolveInstantCeil(Arguments args);

}  // namespace millrace
