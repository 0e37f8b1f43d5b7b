// One-line descriptions of plan nodes, complete enough to tell any two nodes apart.
#pragma once

#include <string>

#include "sql/plan/logical.h"

namespace millrace {

// "GroupAggregate(groupBy=[item], select=[item, COUNT(*)])": the words of Flink's plans.
std::string describe(const LogicalNode& node);

// "item ASC, price DESC NULLS LAST" over the names of a schema.
// "LeftOuterJoin"
const char* joinName(JoinKind kind);
std::string describeOrder(const std::vector<SortOrder>& order, const Schema& schema);

}  // namespace millrace
