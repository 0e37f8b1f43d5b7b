// Aggregates and joins over the window columns of window table functions become window operators.
#include <fmt/format.h>

#include <algorithm>

#include "sql/binder/query_binder.h"
#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"
#include "sql/plan/window_properties.h"

namespace millrace {

namespace {

// A chain of projections and filters on a window table function, as expressions over the function's
// output.
struct Chain {
  const LogicalWindowTable* table = nullptr;
  std::vector<ExprPtr> exprs;  // one per column at the top of the chain
  std::vector<ExprPtr> conditions;
};

std::optional<Chain> chainOf(const LogicalPtr& node) {
  if (const auto* table = node->tryAs<LogicalWindowTable>()) {
    return Chain{table, inputsOf(table->schema), {}};
  }
  if (const auto* project = node->tryAs<LogicalProject>()) {
    std::optional<Chain> chain = chainOf(project->input());
    if (!chain) return std::nullopt;
    std::vector<ExprPtr> below = std::move(chain->exprs);
    chain->exprs.clear();
    for (const ExprPtr& expr : project->exprs) chain->exprs.push_back(substitute(expr, below));
    return chain;
  }
  if (const auto* filter = node->tryAs<LogicalFilter>()) {
    std::optional<Chain> chain = chainOf(filter->input());
    if (!chain) return std::nullopt;
    chain->conditions.push_back(substitute(filter->condition, chain->exprs));
    return chain;
  }
  return std::nullopt;
}

bool usesWindowColumns(const Expr& expr, const LogicalWindowTable& table) {
  std::vector<uint32_t> inputs;
  collectInputs(expr, inputs);
  return !inputs.empty() && inputs.back() >= table.inputs[0]->schema.size();
}

// The aggregate's keys split into those of the window and the others.
struct SplitKeys {
  std::vector<uint32_t> plain;  // positions in aggregate.keys
  std::vector<std::pair<uint32_t, WindowProperty>> window;
};

SplitKeys splitKeys(const LogicalAggregate& aggregate, const WindowProperties& properties) {
  SplitKeys split;
  for (uint32_t k = 0; k < aggregate.keys.size(); ++k) {
    int column = static_cast<int>(aggregate.keys[k]);
    if (column == properties.start) {
      split.window.emplace_back(k, WindowProperty::kStart);
    } else if (column == properties.end) {
      split.window.emplace_back(k, WindowProperty::kEnd);
    } else if (column == properties.time) {
      split.window.emplace_back(k, WindowProperty::kTime);
    } else {
      split.plain.push_back(k);
    }
  }
  return split;
}

// A window aggregate's schema and the projection that restores the aggregate's column order.
LogicalPtr finishAggregate(std::shared_ptr<LogicalWindowAggregate> node,
                           const LogicalAggregate& aggregate, const SplitKeys& split) {
  std::vector<ExprPtr> exprs(aggregate.schema.size());
  auto add = [&](size_t position, const Type& type) {
    exprs[position] = Expr::input(static_cast<uint32_t>(node->schema.size()), type);
    node->schema.push_back({aggregate.schema[position].name, type});
  };
  for (uint32_t k : split.plain) add(k, aggregate.schema[k].type);
  for (size_t i = 0; i < aggregate.calls.size(); ++i) {
    size_t position = aggregate.keys.size() + i;
    add(position, aggregate.schema[position].type);
  }
  for (const auto& [k, property] : split.window) {
    node->properties.push_back(property);
    bool isTime = property == WindowProperty::kTime;
    add(k, (isTime ? node->timeType : Type::timestamp(3)).withNullable(false));
  }
  node->position = aggregate.position;
  node->block = aggregate.block;
  return makeProject(node, std::move(exprs), namesOf(aggregate.schema));
}

bool sessionKeysMatch(const LogicalWindowTable& table, const std::vector<ExprPtr>& keys) {
  if (table.window.kind != WindowKind::kSession) return true;
  std::vector<uint32_t> columns;
  for (const ExprPtr& key : keys) {
    if (key->kind != ExprKind::kInput) return false;
    columns.push_back(key->index);
  }
  std::vector<uint32_t> partition = table.partitionKeys;
  std::sort(columns.begin(), columns.end());
  std::sort(partition.begin(), partition.end());
  return columns == partition;
}

std::vector<ExprPtr> keyExprsOf(const LogicalAggregate& aggregate, const Chain& chain,
                                const SplitKeys& split) {
  std::vector<ExprPtr> exprs;
  for (uint32_t k : split.plain) exprs.push_back(chain.exprs[aggregate.keys[k]]);
  return exprs;
}

// The aggregate computed by windows over the input of the window table function itself (slices).
LogicalPtr sliced(const LogicalAggregate& aggregate, const Chain& chain, const SplitKeys& split,
                  const WindowProperties& properties) {
  const LogicalWindowTable& table = *chain.table;
  std::vector<ExprPtr> inputs;
  std::vector<std::string> names;
  auto column = [&](uint32_t source) {
    const ExprPtr& expr = chain.exprs[source];
    for (uint32_t i = 0; i < inputs.size(); ++i) {
      if (sameExpr(*inputs[i], *expr)) return i;
    }
    inputs.push_back(expr);
    names.push_back(aggregate.input()->schema[source].name);
    return static_cast<uint32_t>(inputs.size() - 1);
  };
  auto node = std::make_shared<LogicalWindowAggregate>();
  node->window = table.window;
  node->timeType = properties.timeType;
  for (uint32_t k : split.plain) node->keys.push_back(column(aggregate.keys[k]));
  for (AggregateCall call : aggregate.calls) {
    for (uint32_t& argument : call.arguments) argument = column(argument);
    if (call.filter >= 0)
      call.filter = static_cast<int>(column(static_cast<uint32_t>(call.filter)));
    node->calls.push_back(std::move(call));
  }
  std::vector<ExprPtr> used = inputs;
  used.insert(used.end(), chain.conditions.begin(), chain.conditions.end());
  for (const ExprPtr& expr : used) {
    if (usesWindowColumns(*expr, table)) return nullptr;
  }
  node->timeColumn = static_cast<int>(inputs.size());
  const Field& time = table.inputs[0]->schema[table.timeColumn];
  inputs.push_back(Expr::input(table.timeColumn, time.type));
  names.push_back(time.name);
  LogicalPtr input = table.inputs[0];
  if (ExprPtr condition = conjunctionOf(chain.conditions)) input = makeFilter(input, condition);
  node->inputs = {makeProject(input, std::move(inputs), std::move(names))};
  return finishAggregate(node, aggregate, split);
}

LogicalPtr windowAggregate(const LogicalPtr& plan) {
  const auto& aggregate = plan->as<LogicalAggregate>();
  std::optional<WindowProperties> properties = windowPropertiesOf(*aggregate.input());
  if (!properties) return plan;
  SplitKeys split = splitKeys(aggregate, *properties);
  bool hasStart = false;
  bool hasEnd = false;
  for (const auto& [k, property] : split.window) {
    hasStart = hasStart || property == WindowProperty::kStart;
    hasEnd = hasEnd || property == WindowProperty::kEnd;
  }
  if (!hasStart || !hasEnd) return plan;
  if (std::optional<Chain> chain = chainOf(aggregate.input())) {
    // Sessions belong to their partition: grouped otherwise they are ordinary, updating groups.
    if (!sessionKeysMatch(*chain->table, keyExprsOf(aggregate, *chain, split))) return plan;
    if (LogicalPtr made = sliced(aggregate, *chain, split, *properties)) return made;
  }
  // Windows that are attached to the rows as columns already.
  auto node = std::make_shared<LogicalWindowAggregate>();
  node->window = properties->window;
  node->timeType = properties->timeType;
  for (uint32_t k : split.plain) node->keys.push_back(aggregate.keys[k]);
  node->calls = aggregate.calls;
  node->windowStartColumn = properties->start;
  node->windowEndColumn = properties->end;
  node->inputs = aggregate.inputs;
  return finishAggregate(node, aggregate, split);
}

LogicalPtr windowJoin(const LogicalPtr& plan) {
  const auto& join = plan->as<LogicalJoin>();
  std::optional<WindowProperties> left = windowPropertiesOf(*join.inputs[0]);
  std::optional<WindowProperties> right = windowPropertiesOf(*join.inputs[1]);
  if (!left || !right || !(left->window == right->window)) return plan;
  bool startsJoined = false;
  bool endsJoined = false;
  auto node = std::make_shared<LogicalWindowJoin>();
  for (size_t k = 0; k < join.leftKeys.size(); ++k) {
    int a = static_cast<int>(join.leftKeys[k]);
    int b = static_cast<int>(join.rightKeys[k]);
    if (a == left->start && b == right->start) {
      startsJoined = true;
    } else if (a == left->end && b == right->end) {
      endsJoined = true;
    } else {
      node->leftKeys.push_back(join.leftKeys[k]);
      node->rightKeys.push_back(join.rightKeys[k]);
      node->nullSafe.push_back(join.nullSafe[k]);
    }
  }
  if (!startsJoined || !endsJoined) return plan;
  node->joinKind = join.joinKind;
  node->condition = join.condition;
  node->leftWindowEnd = static_cast<uint32_t>(left->end);
  node->rightWindowEnd = static_cast<uint32_t>(right->end);
  node->window = left->window;
  node->schema = join.schema;
  node->position = join.position;
  node->block = join.block;
  node->inputs = join.inputs;
  return node;
}

}  // namespace

Result<LogicalPtr> recogniseWindows(const LogicalPtr& root) {
  PlanRewriter rewriter([](const LogicalPtr& node) -> LogicalPtr {
    if (node->kind == LogicalKind::kAggregate) return windowAggregate(node);
    if (node->kind == LogicalKind::kJoin) return windowJoin(node);
    return node;
  });
  return rewriter.rewrite(root);
}

}  // namespace millrace
