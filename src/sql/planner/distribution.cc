#include "sql/planner/distribution.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace millrace {

namespace {

// A list over the input's columns as one over a projection's; nothing when a column is missing.
std::optional<std::vector<uint32_t>> throughProject(const LogicalProject& project,
                                                    const std::vector<uint32_t>& list) {
  std::vector<uint32_t> mapped;
  for (uint32_t column : list) {
    for (uint32_t c = 0; c < project.exprs.size(); ++c) {
      const Expr& expr = *project.exprs[c];
      if (expr.kind != ExprKind::kInput || expr.index != column) continue;
      mapped.push_back(c);
      break;
    }
  }
  if (mapped.size() != list.size()) return std::nullopt;
  return mapped;
}

Distribution ofProject(const LogicalProject& project, const Distribution& input) {
  Distribution result;
  for (const std::vector<uint32_t>& list : input) {
    if (auto mapped = throughProject(project, list)) result.push_back(std::move(*mapped));
  }
  return result;
}

bool contains(const Distribution& spread, const std::vector<uint32_t>& keys) {
  return !keys.empty() && std::find(spread.begin(), spread.end(), keys) != spread.end();
}

Distribution ofJoin(const LogicalJoin& join, const std::vector<Distribution>& inputs) {
  if (!contains(inputs[0], join.leftKeys) || !contains(inputs[1], join.rightKeys)) return {};
  Distribution result;
  bool leftPadded = join.joinKind == JoinKind::kRight || join.joinKind == JoinKind::kFull;
  bool rightPadded = join.joinKind == JoinKind::kLeft || join.joinKind == JoinKind::kFull;
  bool leftOnly = join.joinKind == JoinKind::kSemi || join.joinKind == JoinKind::kAnti;
  if (!leftPadded) result.push_back(join.leftKeys);
  if (!rightPadded && !leftOnly) {
    std::vector<uint32_t> keys;
    auto offset = static_cast<uint32_t>(join.inputs[0]->schema.size());
    for (uint32_t key : join.rightKeys) keys.push_back(offset + key);
    result.push_back(std::move(keys));
  }
  return result;
}

// Also of the first of two phases, which sees the rows where they are.
Distribution ofAggregate(const LogicalAggregate& aggregate, const Distribution& input) {
  if (!contains(input, aggregate.keys)) return {};
  std::vector<uint32_t> keys(aggregate.keys.size());
  std::iota(keys.begin(), keys.end(), 0);
  return {keys};
}

}  // namespace

Distribution distributionOn(const JobEdge& edge, const Distribution& from) {
  switch (edge.partitioning) {
    case Partitioning::kForward:
      return from;
    case Partitioning::kHash:
      return {edge.keys};
    default:
      return {};
  }
}

Distribution distributionOf(const LogicalNode& node, const std::vector<Distribution>& inputs) {
  switch (node.kind) {
    case LogicalKind::kProject:
      return ofProject(node.as<LogicalProject>(), inputs[0]);
    case LogicalKind::kFilter:
    case LogicalKind::kWatermark:
    case LogicalKind::kRank:
    case LogicalKind::kDeduplicate:
      return inputs[0];
    case LogicalKind::kJoin:
      return ofJoin(node.as<LogicalJoin>(), inputs);
    case LogicalKind::kAggregate:
      return ofAggregate(node.as<LogicalAggregate>(), inputs[0]);
    default:
      return {};
  }
}

}  // namespace millrace
