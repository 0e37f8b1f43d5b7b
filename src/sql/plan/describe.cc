#include "sql/plan/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace millrace {

namespace {

std::string names(const std::vector<uint32_t>& columns, const Schema& schema) {
  std::vector<std::string> list;
  for (uint32_t column : columns) list.push_back(schema[column].name);
  return fmt::format("{}", fmt::join(list, ", "));
}

std::string exprList(const std::vector<ExprPtr>& exprs, const Schema& input, const Schema& output) {
  std::vector<std::string> inputNames = namesOf(input);
  std::vector<std::string> list;
  for (size_t i = 0; i < exprs.size(); ++i) {
    std::string text = toString(*exprs[i], inputNames);
    list.push_back(text == output[i].name ? text : text + " AS " + output[i].name);
  }
  return fmt::format("{}", fmt::join(list, ", "));
}

std::string callList(const std::vector<AggregateCall>& calls, const Schema& input,
                     const Schema& output, size_t firstColumn) {
  std::vector<std::string> list;
  for (size_t i = 0; i < calls.size(); ++i) {
    const AggregateCall& call = calls[i];
    std::string args = call.arguments.empty() ? "*" : names(call.arguments, input);
    std::string text =
        fmt::format("{}({}{})", call.function->name, call.distinct ? "DISTINCT " : "", args);
    if (call.filter >= 0) {
      text += " FILTER " + input[static_cast<size_t>(call.filter)].name;
    }
    list.push_back(text + " AS " + output[firstColumn + i].name);
  }
  return fmt::format("{}", fmt::join(list, ", "));
}

}  // namespace

const char* joinName(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner:
      return "InnerJoin";
    case JoinKind::kLeft:
      return "LeftOuterJoin";
    case JoinKind::kRight:
      return "RightOuterJoin";
    case JoinKind::kFull:
      return "FullOuterJoin";
    case JoinKind::kSemi:
      return "LeftSemiJoin";
    case JoinKind::kAnti:
      return "LeftAntiJoin";
  }
  return "";
}

namespace {

std::string joinCondition(const std::vector<uint32_t>& leftKeys,
                          const std::vector<uint32_t>& rightKeys, const ExprPtr& condition,
                          const Schema& left, const Schema& right) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < leftKeys.size(); ++i) {
    parts.push_back(fmt::format("({} = {})", left[leftKeys[i]].name, right[rightKeys[i]].name));
  }
  if (condition) {
    std::vector<std::string> both = namesOf(left);
    for (const Field& field : right) both.push_back(field.name);
    parts.push_back(toString(*condition, both));
  }
  return parts.empty() ? "true" : fmt::format("{}", fmt::join(parts, " AND "));
}

// As Flink shows the hint on a node: ", stateTtlHints=[[[STATE_TTL options:{LEFT=1d}]]]".
std::string joinHints(const LogicalJoin& join) {
  std::vector<std::string> sides;
  if (join.leftTtl) sides.push_back("LEFT=" + join.leftTtl->text);
  if (join.rightTtl) sides.push_back("RIGHT=" + join.rightTtl->text);
  if (sides.empty()) return {};
  return fmt::format(", stateTtlHints=[[[STATE_TTL options:{{{}}}]]]", fmt::join(sides, ", "));
}

std::string describeScan(const LogicalScan& scan) {
  std::string options;
  if (scan.options != scan.table->options) options = ", hints=[OPTIONS]";
  return fmt::format("TableSourceScan(table=[[{}, {}, {}]], fields=[{}]{})", kDefaultCatalog,
                     kDefaultDatabase, scan.table->name, fmt::join(namesOf(scan.schema), ", "),
                     options);
}

std::string describeWindowAggregate(const LogicalWindowAggregate& node) {
  const Schema& input = node.inputs[0]->schema;
  std::string window = node.timeColumn >= 0
                           ? fmt::format("{}, time_col=[{}]", node.window.toString(),
                                         input[static_cast<size_t>(node.timeColumn)].name)
                           : fmt::format("{}, win_end=[{}]", node.window.toString(),
                                         input[static_cast<size_t>(node.windowEndColumn)].name);
  std::vector<std::string> properties;
  for (WindowProperty property : node.properties) {
    properties.push_back(property == WindowProperty::kStart ? "start('w$)"
                         : property == WindowProperty::kEnd ? "end('w$)"
                                                            : "rowtime('w$)");
  }
  return fmt::format(
      "{}(groupBy=[{}], window=[{}], select=[{}], properties=[{}])",
      node.legacy ? "GroupWindowAggregate" : "WindowAggregate", names(node.keys, input), window,
      callList(node.calls, input, node.schema, node.keys.size()), fmt::join(properties, ", "));
}

std::string rankText(std::string_view name, const LogicalNode& node,
                     const std::vector<uint32_t>& keys, const std::vector<SortOrder>& order,
                     int64_t start, int64_t end, bool outputRank) {
  const Schema& input = node.inputs[0]->schema;
  return fmt::format(
      "{}(rankType=[ROW_NUMBER], rankRange=[rankStart={}, rankEnd={}], "
      "partitionBy=[{}], orderBy=[{}], outputRank=[{}])",
      name, start, end, names(keys, input), describeOrder(order, input), outputRank);
}

std::string describeValues(const LogicalValues& values) {
  std::string rows;
  for (const auto& row : values.rows) {
    if (!rows.empty()) rows += ", ";
    rows += "{";
    for (size_t i = 0; i < row.size(); ++i) {
      ExprPtr literal = Expr::constant(row[i], values.schema[i].type);
      rows += (i > 0 ? ", " : "") + toString(*literal, {});
    }
    rows += "}";
  }
  return fmt::format("Values(tuples=[[{}]])", rows);
}

}  // namespace

std::string describeOrder(const std::vector<SortOrder>& order, const Schema& schema) {
  std::vector<std::string> list;
  for (const SortOrder& item : order) {
    std::string text = schema[item.column].name + (item.ascending ? " ASC" : " DESC");
    if (item.nullsFirst != item.ascending) {
      text += item.nullsFirst ? " NULLS FIRST" : " NULLS LAST";
    }
    list.push_back(text);
  }
  return fmt::format("{}", fmt::join(list, ", "));
}

std::string describe(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kScan:
      return describeScan(node.as<LogicalScan>());
    case LogicalKind::kValues:
      return describeValues(node.as<LogicalValues>());
    case LogicalKind::kProject:
      return fmt::format("Calc(select=[{}])", exprList(node.as<LogicalProject>().exprs,
                                                       node.inputs[0]->schema, node.schema));
    case LogicalKind::kFilter:
      return fmt::format("Calc(where=[{}])", toString(*node.as<LogicalFilter>().condition,
                                                      namesOf(node.inputs[0]->schema)));
    case LogicalKind::kWatermark: {
      const auto& watermark = node.as<LogicalWatermark>();
      return fmt::format("WatermarkAssigner(rowtime=[{}], watermark=[{}])",
                         node.schema[watermark.rowtimeColumn].name,
                         toString(*watermark.watermark, namesOf(node.inputs[0]->schema)));
    }
    case LogicalKind::kAggregate: {
      const auto& aggregate = node.as<LogicalAggregate>();
      const Schema& input = node.inputs[0]->schema;
      std::string hints;
      if (aggregate.ttl) {
        hints = fmt::format(", stateTtlHints=[[[STATE_TTL options:[{}]]]]", aggregate.ttl->text);
      }
      return fmt::format(
          "GroupAggregate(groupBy=[{}], select=[{}]{})", names(aggregate.keys, input),
          callList(aggregate.calls, input, node.schema, aggregate.keys.size()), hints);
    }
    case LogicalKind::kWindowTable: {
      const auto& table = node.as<LogicalWindowTable>();
      const Schema& input = node.inputs[0]->schema;
      return fmt::format("WindowTableFunction(window=[{}, time_col=[{}], partitionBy=[{}]])",
                         table.window.toString(), input[table.timeColumn].name,
                         names(table.partitionKeys, input));
    }
    case LogicalKind::kWindowAggregate:
      return describeWindowAggregate(node.as<LogicalWindowAggregate>());
    case LogicalKind::kJoin: {
      const auto& join = node.as<LogicalJoin>();
      return fmt::format("Join(joinType=[{}], where=[{}]{})", joinName(join.joinKind),
                         joinCondition(join.leftKeys, join.rightKeys, join.condition,
                                       node.inputs[0]->schema, node.inputs[1]->schema),
                         joinHints(join));
    }
    case LogicalKind::kWindowJoin: {
      const auto& join = node.as<LogicalWindowJoin>();
      return fmt::format("WindowJoin(window=[{}], joinType=[{}], where=[{}])",
                         join.window.toString(), joinName(join.joinKind),
                         joinCondition(join.leftKeys, join.rightKeys, join.condition,
                                       node.inputs[0]->schema, node.inputs[1]->schema));
    }
    case LogicalKind::kLookupJoin: {
      const auto& join = node.as<LogicalLookupJoin>();
      return fmt::format("LookupJoin(table=[{}], joinType=[{}], where=[{}], lookup=[{}])",
                         join.table->table->name, joinName(join.joinKind),
                         joinCondition(join.leftKeys, join.rightKeys, join.condition,
                                       node.inputs[0]->schema, join.table->schema),
                         fmt::join(namesOf(join.table->schema), ", "));
    }
    case LogicalKind::kUnion:
      return fmt::format("Union(all=[true], union=[{}])", fmt::join(namesOf(node.schema), ", "));
    case LogicalKind::kOver: {
      const auto& over = node.as<LogicalOver>();
      return fmt::format("OverAggregate({}, partitionBy=[{}], orderBy=[{}])", over.function,
                         names(over.partitionKeys, node.inputs[0]->schema),
                         describeOrder(over.order, node.inputs[0]->schema));
    }
    case LogicalKind::kRank: {
      const auto& rank = node.as<LogicalRank>();
      return rankText("Rank", node, rank.partitionKeys, rank.order, rank.rankStart, rank.rankEnd,
                      rank.outputRank);
    }
    case LogicalKind::kDeduplicate: {
      const auto& dedup = node.as<LogicalDeduplicate>();
      return fmt::format("Deduplicate(keep=[{}], key=[{}], order=[{} {}])",
                         dedup.keepLast ? "LastRow" : "FirstRow", names(dedup.keys, node.schema),
                         node.schema[dedup.timeColumn].name,
                         dedup.isRowtime ? "ROWTIME" : "PROCTIME");
    }
    case LogicalKind::kWindowRank: {
      const auto& rank = node.as<LogicalWindowRank>();
      return rankText(rank.deduplicate ? "WindowDeduplicate" : "WindowRank", node,
                      rank.partitionKeys, rank.order, rank.rankStart, rank.rankEnd,
                      rank.outputRank);
    }
    case LogicalKind::kSort:
      return fmt::format("TemporalSort(orderBy=[{}])",
                         describeOrder(node.as<LogicalSort>().order, node.schema));
    case LogicalKind::kSink: {
      const auto& sink = node.as<LogicalSink>();
      std::string table = "*anonymous_collect$1*";
      if (sink.table) {
        table = fmt::format("{}.{}.{}", kDefaultCatalog, kDefaultDatabase, sink.table->name);
      }
      return fmt::format("Sink(table=[{}], fields=[{}])", table,
                         fmt::join(namesOf(node.schema), ", "));
    }
  }
  UNREACHABLE();
}

}  // namespace millrace
