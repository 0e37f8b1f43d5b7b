// Drops columns nobody uses, down to the nested fields that a source has to decode.
#include <fmt/format.h>

#include <map>

#include "sql/binder/query_binder.h"
#include "sql/optimizer/column_needs.h"
#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"

namespace millrace {

namespace {

// Where the used parts of each old column are now.
using ColumnMap = std::vector<std::map<FieldPath, uint32_t>>;

struct Pruned {
  LogicalPtr plan;
  ColumnMap map;
};

Type fieldType(Type type, const FieldPath& path) {
  bool nullable = type.nullable();
  for (uint32_t field : path) {
    Type child = type.child(field);
    type = child;
    nullable = nullable || type.nullable();
  }
  return type.withNullable(nullable);
}

// An expression over old columns as one over new columns.
ExprPtr rewriteExpr(const ExprPtr& expr, const ColumnMap& map) {
  std::vector<const Expr*> fields;
  const Expr* base = expr.get();
  while (base->kind == ExprKind::kField) {
    fields.push_back(base);
    base = base->args[0].get();
  }
  if (base->kind == ExprKind::kInput) {
    FieldPath path;
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
      path.push_back((*field)->index);
    }
    // The longest prefix that is a column of its own.
    for (size_t length = path.size() + 1; length-- > 0;) {
      FieldPath prefix(path.begin(), path.begin() + static_cast<int64_t>(length));
      auto found = map[base->index].find(prefix);
      if (found == map[base->index].end()) continue;
      Type type = length == 0 ? base->type : fields[fields.size() - length]->type;
      ExprPtr result = Expr::input(found->second, type);
      for (size_t i = length; i < path.size(); ++i) result = Expr::field(result, path[i]);
      return result;
    }
    UNREACHABLE("a used column was pruned");
  }
  if (expr->args.empty()) return expr;
  auto copy = std::make_shared<Expr>(*expr);
  for (ExprPtr& arg : copy->args) arg = rewriteExpr(arg, map);
  return copy;
}

class Pruner {
 public:
  explicit Pruner(std::unordered_map<const LogicalNode*, ColumnNeeds> needs)
      : needs_(std::move(needs)) {}

  const Pruned& prune(const LogicalPtr& node) {
    auto found = done_.find(node.get());
    if (found != done_.end()) return found->second;
    Pruned result = pruneNode(node);
    return done_[node.get()] = std::move(result);
  }

 private:
  Pruned pruneNode(const LogicalPtr& node);
  Pruned pruneScan(const LogicalScan& scan);
  Pruned pruneValues(const LogicalValues& values);
  Pruned pruneProject(const LogicalProject& project);
  Pruned pruneUnion(const LogicalPtr& node);
  Pruned pruneAggregate(const LogicalAggregate& aggregate);
  Pruned pruneLookup(const LogicalLookupJoin& join);
  Pruned pruneOther(const LogicalPtr& node);
  // The input brought to exactly the given old columns (whole), in order.
  LogicalPtr exactly(const LogicalPtr& input, const std::vector<uint32_t>& columns);

  std::unordered_map<const LogicalNode*, ColumnNeeds> needs_;
  std::unordered_map<const LogicalNode*, Pruned> done_;
};

Pruned Pruner::pruneScan(const LogicalScan& scan) {
  auto copy = std::static_pointer_cast<LogicalScan>(scan.copy());
  copy->fields.clear();
  copy->metadataKeys.clear();
  copy->schema.clear();
  const ColumnNeeds& needs = needs_[&scan];
  ColumnMap map(scan.schema.size());
  for (size_t c = 0; c < scan.fields.size(); ++c) {
    for (const FieldPath& path : outermost(needs[c])) {
      DecodedField field = scan.fields[c];
      std::string name = scan.schema[c].name;
      const Type* type = &scan.schema[c].type;
      for (uint32_t step : path) {
        field.path.push_back(step);
        name += "." + type->fieldNames()[step];
        type = &type->child(step);
      }
      field.type = fieldType(scan.fields[c].type, path);
      map[c][path] = static_cast<uint32_t>(copy->schema.size());
      copy->schema.push_back({name, field.type});
      copy->fields.push_back(std::move(field));
    }
  }
  for (size_t m = 0; m < scan.metadataKeys.size(); ++m) {
    size_t c = scan.fields.size() + m;
    if (needs[c].empty()) continue;
    // A nested field of a metadata column is read from the whole column.
    map[c][FieldPath()] = static_cast<uint32_t>(copy->schema.size());
    copy->schema.push_back(scan.schema[c]);
    copy->metadataKeys.push_back(scan.metadataKeys[m]);
  }
  return {copy, std::move(map)};
}

Pruned Pruner::pruneValues(const LogicalValues& values) {
  auto copy = std::static_pointer_cast<LogicalValues>(values.copy());
  copy->schema.clear();
  for (auto& row : copy->rows) row.clear();
  ColumnMap map(values.schema.size());
  for (size_t c = 0; c < values.schema.size(); ++c) {
    if (needs_[&values][c].empty()) continue;
    map[c][FieldPath()] = static_cast<uint32_t>(copy->schema.size());
    copy->schema.push_back(values.schema[c]);
    for (size_t r = 0; r < values.rows.size(); ++r) {
      copy->rows[r].push_back(values.rows[r][c]);
    }
  }
  return {copy, std::move(map)};
}

Pruned Pruner::pruneProject(const LogicalProject& project) {
  const Pruned& below = prune(project.input());
  std::vector<ExprPtr> exprs;
  std::vector<std::string> names;
  ColumnMap map(project.schema.size());
  for (size_t c = 0; c < project.schema.size(); ++c) {
    for (const FieldPath& path : outermost(needs_[&project][c])) {
      ExprPtr expr = project.exprs[c];
      std::string name = project.schema[c].name;
      for (uint32_t step : path) {
        name += "." + expr->type.fieldNames()[step];
        expr = Expr::field(expr, step);
      }
      map[c][path] = static_cast<uint32_t>(exprs.size());
      exprs.push_back(rewriteExpr(expr, below.map));
      names.push_back(std::move(name));
    }
  }
  return {makeProject(below.plan, std::move(exprs), std::move(names)), std::move(map)};
}

LogicalPtr Pruner::exactly(const LogicalPtr& input, const std::vector<uint32_t>& columns) {
  const Pruned& below = prune(input);
  std::vector<ExprPtr> exprs;
  std::vector<std::string> names;
  for (uint32_t column : columns) {
    const Field& field = input->schema[column];
    exprs.push_back(rewriteExpr(Expr::input(column, field.type), below.map));
    names.push_back(field.name);
  }
  if (isIdentity(exprs, below.plan->schema)) return below.plan;
  return makeProject(below.plan, std::move(exprs), std::move(names));
}

Pruned Pruner::pruneUnion(const LogicalPtr& node) {
  std::vector<uint32_t> kept;
  ColumnMap map(node->schema.size());
  std::shared_ptr<LogicalNode> copy = node->copy();
  copy->schema.clear();
  for (uint32_t c = 0; c < node->schema.size(); ++c) {
    if (needs_[node.get()][c].empty()) continue;
    map[c][FieldPath()] = static_cast<uint32_t>(kept.size());
    kept.push_back(c);
    copy->schema.push_back(node->schema[c]);
  }
  for (LogicalPtr& input : copy->inputs) input = exactly(input, kept);
  return {copy, std::move(map)};
}

std::vector<int> wholeColumns(const ColumnMap& map) {
  std::vector<int> whole;
  for (const auto& paths : map) {
    auto found = paths.find(FieldPath());
    whole.push_back(found == paths.end() ? -1 : static_cast<int>(found->second));
  }
  return whole;
}

void remapColumns(std::vector<uint32_t>& columns, const std::vector<int>& map) {
  for (uint32_t& column : columns) column = static_cast<uint32_t>(map[column]);
}

void remapOrder(std::vector<SortOrder>& order, const std::vector<int>& map) {
  for (SortOrder& item : order) item.column = static_cast<uint32_t>(map[item.column]);
}

void remapCalls(std::vector<AggregateCall>& calls, const std::vector<int>& map) {
  for (AggregateCall& call : calls) {
    remapColumns(call.arguments, map);
    if (call.filter >= 0) call.filter = map[static_cast<size_t>(call.filter)];
  }
}

Pruned Pruner::pruneAggregate(const LogicalAggregate& aggregate) {
  const Pruned& below = prune(aggregate.input());
  auto copy = std::static_pointer_cast<LogicalAggregate>(aggregate.copy());
  std::vector<int> map = wholeColumns(below.map);
  copy->inputs = {below.plan};
  copy->calls.clear();
  copy->schema.resize(aggregate.keys.size());
  remapColumns(copy->keys, map);
  ColumnMap result(aggregate.schema.size());
  for (uint32_t k = 0; k < aggregate.keys.size(); ++k) result[k][FieldPath()] = k;
  for (size_t i = 0; i < aggregate.calls.size(); ++i) {
    size_t column = aggregate.keys.size() + i;
    if (needs_[&aggregate][column].empty()) continue;
    result[column][FieldPath()] = static_cast<uint32_t>(copy->schema.size());
    copy->schema.push_back(aggregate.schema[column]);
    copy->calls.push_back(aggregate.calls[i]);
  }
  remapCalls(copy->calls, map);
  return {copy, std::move(result)};
}

Pruned Pruner::pruneLookup(const LogicalLookupJoin& join) {
  const Pruned& below = prune(join.input());
  size_t numLeft = join.input()->schema.size();
  const ColumnNeeds& needs = needs_[&join];
  std::set<uint32_t> used(join.rightKeys.begin(), join.rightKeys.end());
  if (join.condition) {
    std::vector<uint32_t> inputs;
    collectInputs(*join.condition, inputs);
    for (uint32_t input : inputs) {
      if (input >= numLeft) used.insert(static_cast<uint32_t>(input - numLeft));
    }
  }
  for (uint32_t c = 0; c < join.table->schema.size(); ++c) {
    if (!needs[numLeft + c].empty()) used.insert(c);
  }
  auto table = std::static_pointer_cast<LogicalScan>(join.table->copy());
  table->fields.clear();
  table->schema.clear();
  auto copy = std::static_pointer_cast<LogicalLookupJoin>(join.copy());
  copy->schema = below.plan->schema;
  ColumnMap map = below.map;
  map.resize(join.schema.size());
  std::vector<int> right(join.table->schema.size(), -1);
  for (uint32_t c : used) {
    right[c] = static_cast<int>(table->schema.size());
    map[numLeft + c][FieldPath()] = static_cast<uint32_t>(copy->schema.size());
    table->schema.push_back(join.table->schema[c]);
    table->fields.push_back(join.table->fields[c]);
    copy->schema.push_back(join.schema[numLeft + c]);
  }
  copy->inputs = {below.plan};
  copy->table = table;
  remapColumns(copy->leftKeys, wholeColumns(below.map));
  remapColumns(copy->rightKeys, right);
  if (copy->condition) copy->condition = rewriteExpr(copy->condition, map);
  return {copy, std::move(map)};
}

template <typename Join>
void remapJoin(Join& join, const std::vector<int>& left, const std::vector<int>& right,
               size_t numLeft) {
  remapColumns(join.leftKeys, left);
  remapColumns(join.rightKeys, right);
  if (!join.condition) return;
  std::vector<int> both = left;
  for (int column : right) {
    both.push_back(column < 0 ? -1 : column + static_cast<int>(numLeft));
  }
  join.condition = remap(join.condition, both);
}

// Replaces the column numbers inside the node.
void remapNode(LogicalNode& node, const std::vector<std::vector<int>>& maps) {
  const std::vector<int>& map = maps[0];
  auto one = [&](uint32_t& column) { column = static_cast<uint32_t>(map[column]); };
  auto optional = [&](int& column) {
    if (column >= 0) column = map[static_cast<size_t>(column)];
  };
  switch (node.kind) {
    case LogicalKind::kWindowTable: {
      auto& table = static_cast<LogicalWindowTable&>(node);
      one(table.timeColumn);
      remapColumns(table.partitionKeys, map);
      break;
    }
    case LogicalKind::kWindowAggregate: {
      auto& aggregate = static_cast<LogicalWindowAggregate&>(node);
      remapColumns(aggregate.keys, map);
      remapCalls(aggregate.calls, map);
      optional(aggregate.timeColumn);
      optional(aggregate.windowStartColumn);
      optional(aggregate.windowEndColumn);
      break;
    }
    case LogicalKind::kJoin:
      remapJoin(static_cast<LogicalJoin&>(node), map, maps[1], node.inputs[0]->schema.size());
      break;
    case LogicalKind::kWindowJoin: {
      auto& join = static_cast<LogicalWindowJoin&>(node);
      remapJoin(join, map, maps[1], node.inputs[0]->schema.size());
      one(join.leftWindowEnd);
      join.rightWindowEnd = static_cast<uint32_t>(maps[1][join.rightWindowEnd]);
      break;
    }
    case LogicalKind::kRank: {
      auto& rank = static_cast<LogicalRank&>(node);
      remapColumns(rank.partitionKeys, map);
      remapOrder(rank.order, map);
      break;
    }
    case LogicalKind::kDeduplicate: {
      auto& dedup = static_cast<LogicalDeduplicate&>(node);
      remapColumns(dedup.keys, map);
      one(dedup.timeColumn);
      break;
    }
    case LogicalKind::kWindowRank: {
      auto& rank = static_cast<LogicalWindowRank&>(node);
      remapColumns(rank.partitionKeys, map);
      remapOrder(rank.order, map);
      one(rank.windowEndColumn);
      break;
    }
    case LogicalKind::kSort:
      remapOrder(static_cast<LogicalSort&>(node).order, map);
      break;
    default:
      break;
  }
}

// A node that passes columns on and appends some of its own (or none).
Pruned Pruner::pruneOther(const LogicalPtr& node) {
  ColumnFlow flow = columnFlowOf(*node);
  std::shared_ptr<LogicalNode> copy = node->copy();
  copy->inputs.clear();
  std::vector<std::vector<int>> maps;
  for (const LogicalPtr& input : node->inputs) {
    const Pruned& below = prune(input);
    copy->inputs.push_back(below.plan);
    maps.push_back(wholeColumns(below.map));
  }
  remapNode(*copy, maps);
  bool passesOn = false;
  for (const auto& [input, column] : flow.origin) passesOn = passesOn || input >= 0;
  ColumnMap map(node->schema.size());
  if (!passesOn) {
    for (uint32_t c = 0; c < node->schema.size(); ++c) map[c][FieldPath()] = c;
    return {copy, std::move(map)};
  }
  // The new schema: the inputs' columns one after the other, then the node's own.
  copy->schema.clear();
  std::vector<uint32_t> base;
  bool leftOnly = true;
  for (const auto& [input, column] : flow.origin) leftOnly = leftOnly && input <= 0;
  for (size_t k = 0; k < copy->inputs.size(); ++k) {
    base.push_back(static_cast<uint32_t>(copy->schema.size()));
    if (k > 0 && leftOnly) break;
    const Schema& schema = copy->inputs[k]->schema;
    copy->schema.insert(copy->schema.end(), schema.begin(), schema.end());
  }
  for (uint32_t c = 0; c < node->schema.size(); ++c) {
    auto [input, column] = flow.origin[c];
    if (input < 0) {
      bool isRank = node->kind == LogicalKind::kRank;
      if (isRank && needs_[node.get()][c].empty()) {
        static_cast<LogicalRank&>(*copy).outputRank = false;
        continue;
      }
      map[c][FieldPath()] = static_cast<uint32_t>(copy->schema.size());
      copy->schema.push_back(node->schema[c]);
      continue;
    }
    int target = maps[static_cast<size_t>(input)][column];
    if (target < 0) continue;
    uint32_t at = base[static_cast<size_t>(input)] + static_cast<uint32_t>(target);
    map[c][FieldPath()] = at;
    copy->schema[at].type = node->schema[c].type;
    copy->schema[at].name = node->schema[c].name;
  }
  return {copy, std::move(map)};
}

Pruned Pruner::pruneNode(const LogicalPtr& node) {
  switch (node->kind) {
    case LogicalKind::kScan:
      return pruneScan(node->as<LogicalScan>());
    case LogicalKind::kValues:
      return pruneValues(node->as<LogicalValues>());
    case LogicalKind::kProject:
      return pruneProject(node->as<LogicalProject>());
    case LogicalKind::kUnion:
      return pruneUnion(node);
    case LogicalKind::kAggregate:
      return pruneAggregate(node->as<LogicalAggregate>());
    case LogicalKind::kLookupJoin:
      return pruneLookup(node->as<LogicalLookupJoin>());
    case LogicalKind::kFilter: {
      const Pruned& below = prune(node->input());
      ExprPtr condition = rewriteExpr(node->as<LogicalFilter>().condition, below.map);
      return {makeFilter(below.plan, condition), below.map};
    }
    case LogicalKind::kWatermark: {
      const Pruned& below = prune(node->input());
      auto copy = std::static_pointer_cast<LogicalWatermark>(node->as<LogicalWatermark>().copy());
      copy->watermark = rewriteExpr(copy->watermark, below.map);
      copy->rowtimeColumn = below.map[copy->rowtimeColumn].at(FieldPath());
      copy->schema = below.plan->schema;
      Type& type = copy->schema[copy->rowtimeColumn].type;
      type = type.withTimeAttribute(TimeAttribute::kRowtime);
      copy->inputs = {below.plan};
      return {copy, below.map};
    }
    case LogicalKind::kSink: {
      std::vector<uint32_t> all;
      for (uint32_t c = 0; c < node->input()->schema.size(); ++c) all.push_back(c);
      std::shared_ptr<LogicalNode> copy = node->copy();
      copy->inputs = {exactly(node->input(), all)};
      return {copy, ColumnMap(node->schema.size())};
    }
    default:
      return pruneOther(node);
  }
}

}  // namespace

std::vector<LogicalPtr> pruneColumns(const std::vector<LogicalPtr>& roots) {
  Pruner pruner(columnNeeds(roots));
  std::vector<LogicalPtr> pruned;
  for (const LogicalPtr& root : roots) pruned.push_back(pruner.prune(root).plan);
  return pruned;
}

}  // namespace millrace
