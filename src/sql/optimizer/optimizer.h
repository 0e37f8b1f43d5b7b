// The optimizer: from the bound plan to one whose nodes the planner can turn into operators.
//
// The phases run in this order; each is a file of its own and a function from plan to plan. Plans
// are graphs: a node with several parents stays one node.
#pragma once

#include <vector>

#include "base/result.h"
#include "sql/binder/bind_context.h"
#include "sql/plan/logical.h"

namespace millrace {

// All sinks of one job. Returns them in the same order.
Result<std::vector<LogicalPtr>> optimize(std::vector<LogicalPtr> roots, const BindContext& context);

// Constants folded, projections merged, filters moved towards the sources and into joins.
LogicalPtr pushFilters(const LogicalPtr& root, const BindContext& context);
// Parts below conditions that are never true go away, and what is known because of that.
LogicalPtr pruneEmpty(const LogicalPtr& root);
// ROW_NUMBER with a filter becomes Top-N or deduplication; ORDER BY becomes a temporal sort or
// Top-N.
Result<LogicalPtr> recogniseRanks(const LogicalPtr& root);
// Aggregates, joins and Top-N over window table functions become window operators.
Result<LogicalPtr> recogniseWindows(const LogicalPtr& root);
// Equalities of join conditions become keys (computed ones get a column of their own).
LogicalPtr extractJoinKeys(const LogicalPtr& root);
// Columns that nobody uses are dropped, down to the nested fields of sources.
std::vector<LogicalPtr> pruneColumns(const std::vector<LogicalPtr>& roots);
// Watermarks that nobody uses are dropped.
std::vector<LogicalPtr> dropUnusedWatermarks(const std::vector<LogicalPtr>& roots);
// Equal sub-plans become one node; projections and filters on top of one another are merged.
std::vector<LogicalPtr> mergeProjections(const std::vector<LogicalPtr>& roots);
std::vector<LogicalPtr> shareSubplans(const std::vector<LogicalPtr>& roots);

}  // namespace millrace
