#include "sql/planner/operator_ids.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include <algorithm>

#include "sql/plan/describe.h"

namespace millrace {

namespace {

// The slash separates the parts of an id.
std::string plain(std::string name) {
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

// Long lists of tables are named by a hash.
std::string listText(const std::vector<std::string>& tables) {
  constexpr size_t kLongest = 120;
  std::string text = plain(fmt::format("{}", fmt::join(tables, ",")));
  if (text.size() <= kLongest) return text;
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

std::string nameList(const std::vector<uint32_t>& columns, const Schema& schema) {
  std::vector<std::string> names;
  for (uint32_t column : columns) names.push_back(schema[column].name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string joinKeys(const std::vector<uint32_t>& left, const std::vector<uint32_t>& right,
                     const LogicalNode& node) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < left.size(); ++i) {
    parts.push_back(fmt::format("{} = {}", node.inputs[0]->schema[left[i]].name,
                                node.inputs[1]->schema[right[i]].name));
  }
  return parts.empty() ? "" : fmt::format(" ON {}", fmt::join(parts, " AND "));
}

std::string partitionText(const std::string& what, const std::vector<uint32_t>& keys,
                          const std::vector<SortOrder>& order, const Schema& schema) {
  std::string text = what;
  if (!keys.empty()) text += " PARTITION BY " + nameList(keys, schema);
  if (!order.empty()) text += " ORDER BY " + describeOrder(order, schema);
  return text;
}

std::string groupText(const std::string& what, const std::vector<uint32_t>& keys,
                      const Schema& schema) {
  return keys.empty() ? what + " without GROUP BY" : "GROUP BY " + nameList(keys, schema);
}

// The clause of a node, as a user would name it.
std::string clauseOf(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kScan:
      return "source " + node.as<LogicalScan>().table->name;
    case LogicalKind::kAggregate:
      return groupText("aggregation", node.as<LogicalAggregate>().keys, node.input()->schema);
    case LogicalKind::kWindowAggregate: {
      const auto& window = node.as<LogicalWindowAggregate>();
      return groupText("aggregation", window.keys, node.input()->schema) + " and window";
    }
    case LogicalKind::kJoin: {
      const auto& join = node.as<LogicalJoin>();
      return "JOIN" + joinKeys(join.leftKeys, join.rightKeys, node);
    }
    case LogicalKind::kWindowJoin: {
      const auto& join = node.as<LogicalWindowJoin>();
      return "window JOIN" + joinKeys(join.leftKeys, join.rightKeys, node);
    }
    case LogicalKind::kRank: {
      const auto& rank = node.as<LogicalRank>();
      return partitionText("Top-N", rank.partitionKeys, rank.order, node.input()->schema);
    }
    case LogicalKind::kWindowRank: {
      const auto& rank = node.as<LogicalWindowRank>();
      return partitionText("window Top-N", rank.partitionKeys, rank.order, node.input()->schema);
    }
    case LogicalKind::kDeduplicate:
      return partitionText("deduplication", node.as<LogicalDeduplicate>().keys, {},
                           node.input()->schema);
    case LogicalKind::kSort:
      return "ORDER BY " + describeOrder(node.as<LogicalSort>().order, node.schema);
    case LogicalKind::kSink: {
      const auto& sink = node.as<LogicalSink>();
      return sink.table ? "sink " + sink.table->name : "result";
    }
    default:
      return roleOf(node);
  }
}

// "insert:totals" of "insert:totals[0]".
std::string target(const std::string& anchor) { return anchor.substr(0, anchor.rfind('[')); }

// "insert:totals[0]" and "select[0]" as text.
std::string statementOf(const std::string& anchor) {
  size_t bracket = anchor.rfind('[');
  std::string number = anchor.substr(std::min(anchor.size(), bracket + 1));
  if (!number.empty()) number.pop_back();
  if (anchor.starts_with("select")) return fmt::format("SELECT number {}", number);
  std::string text = "INSERT INTO " + anchor.substr(7, bracket - 7);
  return number == "0" ? text : fmt::format("{} (number {})", text, number);
}

}  // namespace

std::string roleOf(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kScan:
      return "source:" + plain(node.as<LogicalScan>().table->name);
    case LogicalKind::kValues:
      return "values";
    case LogicalKind::kProject:
    case LogicalKind::kFilter:
      return "calc";
    case LogicalKind::kWatermark:
      return "watermark";
    case LogicalKind::kAggregate:
      return "aggregate";
    case LogicalKind::kWindowTable:
      return "window";
    case LogicalKind::kWindowAggregate:
      return "window-aggregate";
    case LogicalKind::kJoin:
      return "join";
    case LogicalKind::kWindowJoin:
      return "window-join";
    case LogicalKind::kLookupJoin:
      return "lookup-join";
    case LogicalKind::kUnion:
      return "union";
    case LogicalKind::kOver:
      return "over";
    case LogicalKind::kRank:
      return "rank";
    case LogicalKind::kDeduplicate:
      return "deduplicate";
    case LogicalKind::kWindowRank:
      return "window-rank";
    case LogicalKind::kSort:
      return "sort";
    case LogicalKind::kSink:
      return "sink";
  }
  UNREACHABLE();
}

const std::vector<std::string>& OperatorIds::tablesBelow(const LogicalPtr& node) {
  auto known = tables_.find(node.get());
  if (known != tables_.end()) return known->second;
  std::vector<std::string> tables;
  auto add = [&](const std::string& name) {
    if (std::find(tables.begin(), tables.end(), name) == tables.end()) tables.push_back(name);
  };
  if (const auto* scan = node->tryAs<LogicalScan>()) add(scan->table->name);
  for (const LogicalPtr& input : node->inputs) {
    for (const std::string& name : tablesBelow(input)) add(name);
  }
  if (const auto* lookup = node->tryAs<LogicalLookupJoin>()) add(lookup->table->table->name);
  return tables_.emplace(node.get(), std::move(tables)).first->second;
}

void OperatorIds::add(const LogicalPtr& plan, const std::string& anchor) {
  std::unordered_set<const LogicalNode*> visited;
  Counts counts;
  visit(plan, plain(anchor), visited, counts);
}

// Inputs come first: what is added on top of a query leaves the numbers below as they are.
void OperatorIds::visit(const LogicalPtr& node, const std::string& anchor,
                        std::unordered_set<const LogicalNode*>& visited, Counts& counts) {
  if (!visited.insert(node.get()).second) return;
  for (const LogicalPtr& input : node->inputs) visit(input, anchor, visited, counts);
  Place place;
  place.anchor = anchor;
  if (!node->block.empty()) place.block = "/" + plain(node->block);
  bool named = node->kind == LogicalKind::kScan || node->kind == LogicalKind::kSink;
  if (!named) place.suffix = fmt::format("({})", listText(tablesBelow(node)));
  place.base = place.block + "/" + roleOf(*node) + place.suffix;
  size_t number = counts[place.base]++;
  twins_[target(anchor) + place.base].insert(node.get());
  if (number > 0) place.suffix += fmt::format("#{}", number);
  places_[node.get()].push_back(std::move(place));
}

std::vector<std::string> OperatorIds::of(const LogicalNode& node, const std::string& role) const {
  std::vector<std::string> ids;
  for (const Place& place : places_.at(&node)) {
    ids.push_back(place.anchor + place.block + "/" + role + place.suffix);
  }
  return ids;
}

bool OperatorIds::hasTwin(const LogicalNode& node) const {
  for (const Place& place : places_.at(&node)) {
    if (twins_.at(target(place.anchor) + place.base).size() > 1) return true;
  }
  return false;
}

std::string OperatorIds::title(const LogicalNode& node) const {
  const std::vector<Place>& places = places_.at(&node);
  std::string text = clauseOf(node);
  if (!places[0].block.empty()) text += " of " + places[0].block.substr(1);
  text += " in " + statementOf(places[0].anchor);
  if (places.size() > 1) text += fmt::format(" and {} more", places.size() - 1);
  return text;
}

}  // namespace millrace
