// Query blocks: the views and WITH queries that a plan was made from. Operators keep their states
// under the name of the block they were written in.
#pragma once

#include <string>

#include "sql/plan/logical.h"

namespace millrace {

// The plan with its operators that keep state marked as part of a block. Those of a block inside
// keep their own mark; what only reads, computes and filters is the same wherever it stands.
LogicalPtr inBlock(const LogicalPtr& plan, const std::string& name);

}  // namespace millrace
