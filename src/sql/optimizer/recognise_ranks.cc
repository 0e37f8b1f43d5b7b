// ROW_NUMBER with a filter on its result, ORDER BY and LIMIT.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sql/binder/query_binder.h"
#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"
#include "sql/plan/window_properties.h"

namespace millrace {

namespace {

struct RankRange {
  int64_t start = 1;
  int64_t end = INT64_MAX;
};

// The value of an integer literal, through a cast or without.
std::optional<int64_t> integerOf(const Expr& expr) {
  if (!expr.isLiteral() || expr.literal.isNull() || !expr.type.isInteger()) return std::nullopt;
  return expr.literal.integer();
}

// Narrows the range by `rank op constant`; false when the conjunct has another form.
bool narrow(const Expr& conjunct, uint32_t rankColumn, RankRange& range) {
  if (conjunct.kind != ExprKind::kCall || conjunct.args.size() != 2) return false;
  std::string op = conjunct.function->name;
  const Expr* column = conjunct.args[0].get();
  const Expr* constant = conjunct.args[1].get();
  if (column->isLiteral()) {
    std::swap(column, constant);
    if (op == "<")
      op = ">";
    else if (op == "<=")
      op = ">=";
    else if (op == ">")
      op = "<";
    else if (op == ">=")
      op = "<=";
  }
  std::optional<int64_t> value = integerOf(*constant);
  if (column->kind != ExprKind::kInput || column->index != rankColumn || !value) return false;
  if (op == "=") {
    range.start = std::max(range.start, *value);
    range.end = std::min(range.end, *value);
  } else if (op == "<=" || op == "<") {
    range.end = std::min(range.end, op == "<" ? *value - 1 : *value);
  } else if (op == ">=" || op == ">") {
    range.start = std::max(range.start, op == ">" ? *value + 1 : *value);
  } else {
    return false;
  }
  return true;
}

bool isWindowed(const LogicalOver& over, const WindowProperties& properties,
                std::vector<uint32_t>& plainKeys) {
  bool start = false;
  bool end = false;
  for (uint32_t key : over.partitionKeys) {
    int column = static_cast<int>(key);
    if (column == properties.start)
      start = true;
    else if (column == properties.end)
      end = true;
    else
      plainKeys.push_back(key);
  }
  return start && end;
}

// The node that keeps the ranks of the range; its schema has no rank column.
std::shared_ptr<LogicalNode> rankNode(const LogicalOver& over, const RankRange& range) {
  const LogicalPtr& input = over.input();
  const Type& firstType = input->schema[over.order[0].column].type;
  bool byTime = over.order.size() == 1 && range.start == 1 && range.end == 1 &&
                firstType.timeAttribute() != TimeAttribute::kNone;
  std::optional<WindowProperties> properties = windowPropertiesOf(*input);
  std::vector<uint32_t> plainKeys;
  if (properties && isWindowed(over, *properties, plainKeys)) {
    auto node = std::make_shared<LogicalWindowRank>();
    node->partitionKeys = plainKeys;
    node->order = over.order;
    node->rankStart = range.start;
    node->rankEnd = range.end;
    node->deduplicate = byTime;
    node->windowEndColumn = static_cast<uint32_t>(properties->end);
    node->window = properties->window;
    return node;
  }
  if (byTime) {
    auto node = std::make_shared<LogicalDeduplicate>();
    node->keys = over.partitionKeys;
    node->timeColumn = over.order[0].column;
    node->isRowtime = firstType.isRowtime();
    node->keepLast = !over.order[0].ascending;
    return node;
  }
  auto node = std::make_shared<LogicalRank>();
  node->partitionKeys = over.partitionKeys;
  node->order = over.order;
  node->rankStart = range.start;
  node->rankEnd = range.end;
  return node;
}

Result<LogicalPtr> rankOf(const LogicalFilter& filter, const LogicalOver& over) {
  uint32_t rankColumn = static_cast<uint32_t>(over.schema.size() - 1);
  RankRange range;
  std::vector<ExprPtr> rest;
  for (const ExprPtr& conjunct : conjunctsOf(filter.condition)) {
    if (!narrow(*conjunct, rankColumn, range)) rest.push_back(conjunct);
  }
  if (range.end == INT64_MAX) {
    return Error(ErrorKind::kUnsupported, "ROW_NUMBER without an upper bound on its result")
        .at(over.position)
        .withHint("Filter by it: WHERE row_num <= 10.");
  }
  if (over.function != "ROW_NUMBER") {
    return Error(ErrorKind::kUnsupported, over.function + "() on a streaming table")
        .at(over.position)
        .withHint("Use ROW_NUMBER().");
  }
  if (over.order.empty()) {
    return Error(ErrorKind::kUnsupported, "ROW_NUMBER without ORDER BY").at(over.position);
  }
  if (range.end < 1) {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("ROW_NUMBER with an upper bound of {}: ranks start at 1", range.end))
        .at(over.position);
  }
  if (range.start > range.end) {
    auto none = std::make_shared<LogicalValues>();
    none->schema = over.schema;
    return LogicalPtr(none);
  }
  std::shared_ptr<LogicalNode> node = rankNode(over, range);
  node->inputs = over.inputs;
  node->position = over.position;
  node->block = over.block;
  node->schema = over.input()->schema;
  LogicalPtr plan = node;
  if (range.start == range.end) {
    // A single rank is a constant.
    std::vector<ExprPtr> exprs = inputsOf(node->schema);
    exprs.push_back(Expr::constant(Value(range.start), over.schema.back().type));
    plan = makeProject(node, std::move(exprs), namesOf(over.schema));
  } else {
    node->schema = over.schema;
    if (node->kind == LogicalKind::kRank) {
      static_cast<LogicalRank&>(*node).outputRank = true;
    } else {
      static_cast<LogicalWindowRank&>(*node).outputRank = true;
    }
  }
  return rest.empty() ? plan : makeFilter(plan, conjunctionOf(std::move(rest)));
}

Result<LogicalPtr> sortOf(const LogicalPtr& plan) {
  const auto& sort = plan->as<LogicalSort>();
  bool limited = sort.limit || sort.offset > 0;
  if (!limited) {
    const Type& first = sort.schema[sort.order[0].column].type;
    if (first.timeAttribute() != TimeAttribute::kNone && sort.order[0].ascending) return plan;
    return Error(ErrorKind::kUnsupported, "sort on a non-time-attribute field in streaming mode")
        .at(sort.position)
        .withHint("Order by a time attribute ascending first, or add LIMIT.");
  }
  if (!sort.limit) {
    return Error(ErrorKind::kUnsupported, "OFFSET without LIMIT on a streaming table")
        .at(sort.position)
        .withHint("Add LIMIT, or FETCH NEXT n ROWS ONLY.");
  }
  auto node = std::make_shared<LogicalRank>();
  node->order = sort.order;
  node->rankStart = sort.offset + 1;
  node->rankEnd = sort.offset + *sort.limit;
  node->schema = sort.schema;
  node->position = sort.position;
  node->block = sort.block;
  node->inputs = sort.inputs;
  if (node->rankStart > node->rankEnd) {
    auto none = std::make_shared<LogicalValues>();
    none->schema = sort.schema;
    return LogicalPtr(none);
  }
  return LogicalPtr(node);
}

}  // namespace

Result<LogicalPtr> recogniseRanks(const LogicalPtr& root) {
  std::optional<Error> failed;
  PlanRewriter rewriter([&](const LogicalPtr& node) -> LogicalPtr {
    Result<LogicalPtr> replaced = node;
    if (const auto* filter = node->tryAs<LogicalFilter>()) {
      if (const auto* over = filter->input()->tryAs<LogicalOver>()) {
        replaced = rankOf(*filter, *over);
      }
    } else if (node->kind == LogicalKind::kSort) {
      replaced = sortOf(node);
    }
    if (replaced.ok()) return std::move(replaced).value();
    if (!failed) failed = replaced.error();
    return node;
  });
  LogicalPtr result = rewriter.rewrite(root);
  if (failed) return *failed;
  return result;
}

}  // namespace millrace
