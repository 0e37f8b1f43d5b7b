#include "sql/planner/column_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include <unordered_set>

#include "sql/planner/operator_ids.h"
#include "types/type_text.h"

namespace millrace {

namespace {

using Names = std::vector<std::string>;

// Expressions of expressions grow: long ones are told apart by a hash.
std::string shortened(std::string text) {
  constexpr size_t kLongest = 200;
  constexpr size_t kKept = 100;
  if (text.size() <= kLongest) return text;
  uint64_t hash = XXH3_64bits(text.data(), text.size());
  return fmt::format("{}... ~{:016x}", text.substr(0, kKept), hash);
}

void makeUnique(Names& names) {
  std::unordered_set<std::string> seen;
  for (std::string& name : names) {
    std::string candidate = name;
    for (int n = 2; !seen.insert(candidate).second; ++n) candidate = fmt::format("{} #{}", name, n);
    name = std::move(candidate);
  }
}

std::string nameOf(const ExprPtr& expr, const Names& input) {
  const Expr* inner = expr.get();
  while (inner->kind == ExprKind::kCast && widens(inner->args[0]->type, inner->type)) {
    inner = inner->args[0].get();
  }
  return shortened(toString(*inner, input));
}

std::string callName(const AggregateCall& call, const Names& input) {
  Names arguments;
  for (uint32_t argument : call.arguments) arguments.push_back(input[argument]);
  std::string text =
      fmt::format("{}({}{})", call.function->name, call.distinct ? "DISTINCT " : "",
                  arguments.empty() ? "*" : fmt::format("{}", fmt::join(arguments, ", ")));
  if (call.filter >= 0) {
    text += fmt::format(" FILTER ({})", input[static_cast<size_t>(call.filter)]);
  }
  return shortened(std::move(text));
}

void addCalls(const std::vector<AggregateCall>& calls, const Names& input, Names& names) {
  for (const AggregateCall& call : calls) names.push_back(callName(call, input));
}

void add(const Names& more, Names& names) { names.insert(names.end(), more.begin(), more.end()); }

Names ofScan(const LogicalScan& scan) {
  Names names;
  for (const Field& field : scan.schema) names.push_back(scan.table->name + "." + field.name);
  return names;
}

Names ofWindowTable(const LogicalWindowTable& table, Names names) {
  std::string window = fmt::format("{} OVER {}", table.window.toString(), names[table.timeColumn]);
  for (const char* column : {"window_start", "window_end", "window_time"}) {
    names.push_back(fmt::format("{} OF {}", column, window));
  }
  return names;
}

Names ofWindowAggregate(const LogicalWindowAggregate& node, const Names& input) {
  Names names;
  for (uint32_t key : node.keys) names.push_back(input[key]);
  addCalls(node.calls, input, names);
  int time = node.timeColumn >= 0 ? node.timeColumn : node.windowEndColumn;
  std::string window =
      fmt::format("{} OVER {}", node.window.toString(), input[static_cast<size_t>(time)]);
  for (WindowProperty property : node.properties) {
    const char* column = property == WindowProperty::kStart ? "window_start"
                         : property == WindowProperty::kEnd ? "window_end"
                                                            : "window_time";
    names.push_back(fmt::format("{} OF {}", column, window));
  }
  return names;
}

}  // namespace

const Names& ColumnNames::of(const LogicalPtr& node) {
  auto known = done_.find(node.get());
  if (known != done_.end()) return known->second;
  Names names = infer(node);
  // Columns that an operator appends, such as a rank, are called as in the plan.
  while (names.size() < node->schema.size()) names.push_back(node->schema[names.size()].name);
  names.resize(node->schema.size());
  makeUnique(names);
  return done_.emplace(node.get(), std::move(names)).first->second;
}

Names ColumnNames::infer(const LogicalPtr& node) {
  switch (node->kind) {
    case LogicalKind::kScan:
      return ofScan(node->as<LogicalScan>());
    case LogicalKind::kValues:
      return {};
    case LogicalKind::kProject: {
      Names names;
      for (const ExprPtr& expr : node->as<LogicalProject>().exprs) {
        names.push_back(nameOf(expr, of(node->input())));
      }
      return names;
    }
    case LogicalKind::kAggregate: {
      const auto& aggregate = node->as<LogicalAggregate>();
      const Names& input = of(node->input());
      Names names;
      for (uint32_t key : aggregate.keys) names.push_back(input[key]);
      addCalls(aggregate.calls, input, names);
      return names;
    }
    case LogicalKind::kWindowTable:
      return ofWindowTable(node->as<LogicalWindowTable>(), of(node->input()));
    case LogicalKind::kWindowAggregate:
      return ofWindowAggregate(node->as<LogicalWindowAggregate>(), of(node->input()));
    case LogicalKind::kJoin:
    case LogicalKind::kWindowJoin: {
      Names names = of(node->inputs[0]);
      add(of(node->inputs[1]), names);
      return names;
    }
    case LogicalKind::kLookupJoin: {
      Names names = of(node->input());
      add(ofScan(*node->as<LogicalLookupJoin>().table), names);
      return names;
    }
    case LogicalKind::kUnion:
      return ofUnion(*node);
    default:
      return of(node->input());
  }
}

Names ColumnNames::ofUnion(const LogicalNode& node) {
  Names names = of(node.inputs[0]);
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    const Names& other = of(node.inputs[i]);
    for (size_t column = 0; column < names.size(); ++column) {
      if (other[column] == names[column]) continue;
      names[column] = shortened(names[column] + " | " + other[column]);
    }
  }
  return names;
}

std::string ColumnNames::exprOver(const LogicalPtr& left, const LogicalPtr& right,
                                  const ExprPtr& expr) {
  if (!expr) return "";
  Names names = of(left);
  add(of(right), names);
  return nameOf(expr, names);
}

void ColumnNames::addConditions(const LogicalPtr& node,
                                std::unordered_set<const LogicalNode*>& visited,
                                std::string& text) {
  if (!visited.insert(node.get()).second) return;
  for (const LogicalPtr& input : node->inputs) addConditions(input, visited, text);
  if (const auto* filter = node->tryAs<LogicalFilter>()) {
    text += (text.empty() ? "" : "; ") + nameOf(filter->condition, of(node->input()));
  }
  const auto* scan = node->tryAs<LogicalScan>();
  if (scan == nullptr || scan->options == scan->table->options) return;
  for (const auto& [key, value] : scan->options) {
    auto own = scan->table->options.find(key);
    if (own != scan->table->options.end() && own->second == value) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : "; ", key, value);
  }
}

std::string ColumnNames::conditionsBelow(const LogicalNode& node) {
  std::string text;
  std::unordered_set<const LogicalNode*> visited;
  for (const LogicalPtr& input : node.inputs) addConditions(input, visited, text);
  return shortened(std::move(text));
}

std::string ColumnNames::rowsOf(const LogicalPtr& node) {
  std::string text;
  std::unordered_set<const LogicalNode*> visited;
  addConditions(node, visited, text);
  // What else there is, but not how it is written.
  for (const LogicalPtr* at = &node; !(*at)->inputs.empty(); at = &(*at)->inputs[0]) {
    bool shapes = (*at)->kind != LogicalKind::kProject && (*at)->kind != LogicalKind::kFilter;
    if (shapes) text += fmt::format("{}{}", text.empty() ? "" : "; ", roleOf(**at));
  }
  return shortened(std::move(text));
}

std::string ColumnNames::filterAbove(const LogicalPtr& node) {
  std::string text;
  for (const LogicalPtr* at = &node;; at = &(*at)->inputs[0]) {
    if (const auto* filter = (*at)->tryAs<LogicalFilter>()) {
      text += (text.empty() ? "" : "; ") + nameOf(filter->condition, of(filter->input()));
    } else if ((*at)->kind != LogicalKind::kProject && (*at)->kind != LogicalKind::kWatermark) {
      return shortened(std::move(text));
    }
  }
}

void ColumnNames::nameCalls(const LogicalPtr& input, std::vector<AggregateCall>& calls) {
  Names names;
  addCalls(calls, of(input), names);
  makeUnique(names);
  for (size_t i = 0; i < calls.size(); ++i) calls[i].name = names[i];
}

}  // namespace millrace
