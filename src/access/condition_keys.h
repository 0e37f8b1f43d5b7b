// The condition keys of a request: those the service gave, and the global ones that follow from the
// caller and the clock.
#pragma once

#include "access/policy/condition.h"
#include "aws/server/authorizer.h"
#include "aws/server/principal.h"
#include "env/env.h"

namespace millrace {

// All three outlive the result.
ConditionKeys conditionKeysOf(const Principal& principal, const AccessRequest& access,
                              const Clock& clock);

}  // namespace millrace
