#include "sql/optimizer/column_needs.h"

#include <algorithm>
#include <unordered_set>

namespace millrace {

namespace {

void passOn(ColumnFlow& flow, const LogicalNode& node, size_t numColumns, int input,
            size_t offset) {
  flow.origin.resize(node.schema.size(), {-1, 0});
  for (size_t i = 0; i < numColumns; ++i) {
    flow.origin[offset + i] = {input, static_cast<uint32_t>(i)};
  }
}

void readCondition(ColumnFlow& flow, const ExprPtr& condition, size_t numLeft) {
  if (!condition) return;
  std::vector<uint32_t> inputs;
  collectInputs(*condition, inputs);
  for (uint32_t input : inputs) {
    if (input < numLeft) {
      flow.read[0].insert(input);
    } else if (flow.read.size() > 1) {
      flow.read[1].insert(static_cast<uint32_t>(input - numLeft));
    }
  }
}

void readCalls(ColumnFlow& flow, const std::vector<AggregateCall>& calls) {
  for (const AggregateCall& call : calls) {
    flow.read[0].insert(call.arguments.begin(), call.arguments.end());
    if (call.filter >= 0) flow.read[0].insert(static_cast<uint32_t>(call.filter));
  }
}

void readOrder(ColumnFlow& flow, const std::vector<uint32_t>& keys,
               const std::vector<SortOrder>& order) {
  flow.read[0].insert(keys.begin(), keys.end());
  for (const SortOrder& item : order) flow.read[0].insert(item.column);
}

template <typename Join>
void joinFlow(ColumnFlow& flow, const LogicalNode& node, const Join& join) {
  size_t numLeft = node.inputs[0]->schema.size();
  flow.read[0].insert(join.leftKeys.begin(), join.leftKeys.end());
  flow.read[1].insert(join.rightKeys.begin(), join.rightKeys.end());
  readCondition(flow, join.condition, numLeft);
  passOn(flow, node, numLeft, 0, 0);
  if (join.joinKind != JoinKind::kSemi && join.joinKind != JoinKind::kAnti) {
    passOn(flow, node, node.inputs[1]->schema.size(), 1, numLeft);
  }
}

void windowAggregateFlow(ColumnFlow& flow, const LogicalWindowAggregate& node) {
  flow.read[0].insert(node.keys.begin(), node.keys.end());
  readCalls(flow, node.calls);
  for (int column : {node.timeColumn, node.windowStartColumn, node.windowEndColumn}) {
    if (column >= 0) flow.read[0].insert(static_cast<uint32_t>(column));
  }
  flow.origin.resize(node.schema.size(), {-1, 0});
}

void aggregateFlow(ColumnFlow& flow, const LogicalAggregate& node) {
  flow.read[0].insert(node.keys.begin(), node.keys.end());
  readCalls(flow, node.calls);
  flow.origin.resize(node.schema.size(), {-1, 0});
}

void windowRankFlow(ColumnFlow& flow, const LogicalWindowRank& node) {
  readOrder(flow, node.partitionKeys, node.order);
  flow.read[0].insert(node.windowEndColumn);
  passOn(flow, node, node.inputs[0]->schema.size(), 0, 0);
}

void readEverything(ColumnFlow& flow, const LogicalNode& node) {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    for (uint32_t c = 0; c < node.inputs[i]->schema.size(); ++c) flow.read[i].insert(c);
  }
  flow.origin.resize(node.schema.size(), {-1, 0});
}

}  // namespace

ColumnFlow columnFlowOf(const LogicalNode& node) {
  ColumnFlow flow;
  flow.read.resize(node.inputs.size());
  size_t numInput = node.inputs.empty() ? 0 : node.inputs[0]->schema.size();
  switch (node.kind) {
    case LogicalKind::kAggregate:
      aggregateFlow(flow, node.as<LogicalAggregate>());
      break;
    case LogicalKind::kWindowAggregate:
      windowAggregateFlow(flow, node.as<LogicalWindowAggregate>());
      break;
    case LogicalKind::kWindowTable: {
      const auto& table = node.as<LogicalWindowTable>();
      flow.read[0].insert(table.timeColumn);
      flow.read[0].insert(table.partitionKeys.begin(), table.partitionKeys.end());
      passOn(flow, node, numInput, 0, 0);
      break;
    }
    case LogicalKind::kJoin:
      joinFlow(flow, node, node.as<LogicalJoin>());
      break;
    case LogicalKind::kWindowJoin: {
      const auto& join = node.as<LogicalWindowJoin>();
      joinFlow(flow, node, join);
      flow.read[0].insert(join.leftWindowEnd);
      flow.read[1].insert(join.rightWindowEnd);
      break;
    }
    case LogicalKind::kLookupJoin: {
      const auto& join = node.as<LogicalLookupJoin>();
      flow.read[0].insert(join.leftKeys.begin(), join.leftKeys.end());
      readCondition(flow, join.condition, numInput);
      passOn(flow, node, numInput, 0, 0);
      break;
    }
    case LogicalKind::kRank: {
      const auto& rank = node.as<LogicalRank>();
      readOrder(flow, rank.partitionKeys, rank.order);
      passOn(flow, node, numInput, 0, 0);
      break;
    }
    case LogicalKind::kDeduplicate: {
      const auto& dedup = node.as<LogicalDeduplicate>();
      readOrder(flow, dedup.keys, {});
      flow.read[0].insert(dedup.timeColumn);
      passOn(flow, node, numInput, 0, 0);
      break;
    }
    case LogicalKind::kWindowRank:
      windowRankFlow(flow, node.as<LogicalWindowRank>());
      break;
    case LogicalKind::kSort:
      readOrder(flow, {}, node.as<LogicalSort>().order);
      passOn(flow, node, numInput, 0, 0);
      break;
    default:
      readEverything(flow, node);
  }
  return flow;
}

namespace {

class NeedsCollector {
 public:
  std::unordered_map<const LogicalNode*, ColumnNeeds> collect(
      const std::vector<LogicalPtr>& roots) {
    for (const LogicalPtr& root : roots) visit(root);
    for (const LogicalPtr& root : roots) {
      for (std::set<FieldPath>& paths : needsOf(*root)) paths.insert(FieldPath());
    }
    // Parents before their inputs.
    for (auto node = order_.rbegin(); node != order_.rend(); ++node) propagate(**node);
    return std::move(needs_);
  }

 private:
  void visit(const LogicalPtr& node) {
    if (!seen_.insert(node.get()).second) return;
    for (const LogicalPtr& input : node->inputs) visit(input);
    order_.push_back(node.get());
  }

  ColumnNeeds& needsOf(const LogicalNode& node) {
    ColumnNeeds& needs = needs_[&node];
    needs.resize(node.schema.size());
    return needs;
  }

  static void addExpr(const Expr& expr, const FieldPath& path, ColumnNeeds& needs) {
    if (expr.kind == ExprKind::kInput) {
      needs[expr.index].insert(path);
    } else if (expr.kind == ExprKind::kField) {
      FieldPath longer = {expr.index};
      longer.insert(longer.end(), path.begin(), path.end());
      addExpr(*expr.args[0], longer, needs);
    } else {
      for (const ExprPtr& arg : expr.args) addExpr(*arg, {}, needs);
    }
  }

  void propagate(const LogicalNode& node) {
    ColumnNeeds own = needsOf(node);
    if (const auto* project = node.tryAs<LogicalProject>()) {
      ColumnNeeds& below = needsOf(*node.inputs[0]);
      for (size_t i = 0; i < own.size(); ++i) {
        for (const FieldPath& path : own[i]) addExpr(*project->exprs[i], path, below);
      }
      return;
    }
    if (node.kind == LogicalKind::kFilter || node.kind == LogicalKind::kWatermark) {
      ColumnNeeds& below = needsOf(*node.inputs[0]);
      for (size_t i = 0; i < own.size(); ++i) below[i].insert(own[i].begin(), own[i].end());
      if (const auto* filter = node.tryAs<LogicalFilter>()) {
        addExpr(*filter->condition, {}, below);
      } else {
        const auto& watermark = node.as<LogicalWatermark>();
        addExpr(*watermark.watermark, {}, below);
        below[watermark.rowtimeColumn].insert(FieldPath());
      }
      return;
    }
    if (node.kind == LogicalKind::kUnion) {
      for (const LogicalPtr& input : node.inputs) {
        ColumnNeeds& below = needsOf(*input);
        for (size_t i = 0; i < own.size(); ++i) {
          if (!own[i].empty()) below[i].insert(FieldPath());
        }
      }
      return;
    }
    ColumnFlow flow = columnFlowOf(node);
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      ColumnNeeds& below = needsOf(*node.inputs[k]);
      for (uint32_t column : flow.read[k]) below[column].insert(FieldPath());
    }
    for (size_t i = 0; i < own.size(); ++i) {
      if (own[i].empty() || flow.origin[i].first < 0) continue;
      const LogicalNode& input = *node.inputs[static_cast<size_t>(flow.origin[i].first)];
      needsOf(input)[flow.origin[i].second].insert(FieldPath());
    }
  }

  std::unordered_map<const LogicalNode*, ColumnNeeds> needs_;
  std::unordered_set<const LogicalNode*> seen_;
  std::vector<const LogicalNode*> order_;
};

}  // namespace

std::unordered_map<const LogicalNode*, ColumnNeeds> columnNeeds(
    const std::vector<LogicalPtr>& roots) {
  return NeedsCollector().collect(roots);
}

std::vector<FieldPath> outermost(const std::set<FieldPath>& needs) {
  // In lexicographic order a path comes directly after its prefixes.
  std::vector<FieldPath> kept;
  for (const FieldPath& path : needs) {
    if (!kept.empty() && kept.back().size() <= path.size() &&
        std::equal(kept.back().begin(), kept.back().end(), path.begin())) {
      continue;
    }
    kept.push_back(path);
  }
  return kept;
}

}  // namespace millrace
