// EXPLAIN: the bound and the optimised plan as text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/binder/bind_context.h"
#include "sql/plan/logical.h"

namespace millrace {

struct ExplainOptions {
  bool changelogMode = false;  // EXPLAIN CHANGELOG_MODE
};

// Three sections, as Flink prints them: the bound plan, the optimised plan with changelog modes
// when asked for, and the plan that runs.
Result<std::string> explainPlans(const std::vector<LogicalPtr>& plans, const BindContext& context,
                                 const ExplainOptions& options);

}  // namespace millrace
