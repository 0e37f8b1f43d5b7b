// The logical plan: what a query means, bound and typed. Nodes are immutable and shared (a node may
// have several parents: a scan that two branches read). Expressions refer to input columns by
// index.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expr/expr.h"
#include "operators/aggregation/aggregate_call.h"
#include "operators/join/join.h"
#include "operators/window/window_spec.h"
#include "operators/window_aggregate/window_aggregate.h"
#include "sql/catalog/catalog.h"
#include "types/sort_order.h"

namespace millrace {

enum class LogicalKind : uint8_t {
  kScan,
  kValues,
  kProject,
  kFilter,
  kWatermark,
  kAggregate,
  kWindowTable,
  kWindowAggregate,
  kJoin,
  kWindowJoin,
  kLookupJoin,
  kUnion,
  kOver,
  kRank,
  kDeduplicate,
  kWindowRank,
  kSort,
  kSink,
};

struct LogicalNode;
using LogicalPtr = std::shared_ptr<const LogicalNode>;

struct LogicalNode {
  explicit LogicalNode(LogicalKind nodeKind) : kind(nodeKind) {}
  virtual ~LogicalNode() = default;

  const LogicalKind kind;
  std::vector<LogicalPtr> inputs;
  Schema schema;
  // Where the node comes from in the SQL text, for errors found while planning.
  SourcePosition position;
  // The view or WITH query the node was written in, for the ids of operators; "" = none.
  std::string block;

  const LogicalPtr& input() const { return inputs[0]; }

  template <typename T>
  const T& as() const {
    CHECK(kind == T::kKind);
    return static_cast<const T&>(*this);
  }
  template <typename T>
  const T* tryAs() const {
    return kind == T::kKind ? static_cast<const T*>(this) : nullptr;
  }
  // A copy with other inputs; the caller makes sure that they fit.
  virtual std::shared_ptr<LogicalNode> copy() const = 0;
};

template <typename Node, LogicalKind kNodeKind>
struct LogicalNodeOf : LogicalNode {
  static constexpr LogicalKind kKind = kNodeKind;
  LogicalNodeOf() : LogicalNode(kNodeKind) {}
  std::shared_ptr<LogicalNode> copy() const override {
    auto made = std::make_shared<Node>();
    static_cast<Node&>(*made) = static_cast<const Node&>(*this);
    return made;
  }
  LogicalNodeOf& operator=(const LogicalNodeOf& other) {
    inputs = other.inputs;
    schema = other.schema;
    position = other.position;
    block = other.block;
    return *this;
  }
  LogicalNodeOf(const LogicalNodeOf&) = delete;
};

// Columns of a table: `fields` first, then metadata columns.
struct LogicalScan : LogicalNodeOf<LogicalScan, LogicalKind::kScan> {
  std::shared_ptr<const CatalogTable> table;
  OptionMap options;  // hints merged in
  std::vector<DecodedField> fields;
  std::vector<std::string> metadataKeys;
};

struct LogicalValues : LogicalNodeOf<LogicalValues, LogicalKind::kValues> {
  std::vector<std::vector<Value>> rows;
};

struct LogicalProject : LogicalNodeOf<LogicalProject, LogicalKind::kProject> {
  std::vector<ExprPtr> exprs;
};

struct LogicalFilter : LogicalNodeOf<LogicalFilter, LogicalKind::kFilter> {
  ExprPtr condition;
};

// Marks a column as the rowtime attribute and makes watermarks.
struct LogicalWatermark : LogicalNodeOf<LogicalWatermark, LogicalKind::kWatermark> {
  uint32_t rowtimeColumn = 0;
  ExprPtr watermark;
};

// A time to live of the hint STATE_TTL.
struct StateTtlHint {
  int64_t millis = 0;
  std::string text;  // as written
};

// GROUP BY without windows: key columns, then aggregates. Also DISTINCT (no calls).
struct LogicalAggregate : LogicalNodeOf<LogicalAggregate, LogicalKind::kAggregate> {
  std::vector<uint32_t> keys;
  std::vector<AggregateCall> calls;
  std::optional<StateTtlHint> ttl;
};

// Appends window_start, window_end and window_time.
struct LogicalWindowTable : LogicalNodeOf<LogicalWindowTable, LogicalKind::kWindowTable> {
  WindowSpec window;
  uint32_t timeColumn = 0;
  std::vector<uint32_t> partitionKeys;  // SESSION
};

// Key columns, aggregates, then properties; see operators/window_aggregate.
struct LogicalWindowAggregate
    : LogicalNodeOf<LogicalWindowAggregate, LogicalKind::kWindowAggregate> {
  WindowSpec window;
  std::vector<uint32_t> keys;
  std::vector<AggregateCall> calls;
  std::vector<WindowProperty> properties;
  int timeColumn = -1;
  int windowStartColumn = -1;
  int windowEndColumn = -1;
  Type timeType;
  bool legacy = false;  // GROUP BY TUMBLE(..): takes updating input
};

// Left columns, then right columns; semi and anti: left columns only.
struct LogicalJoin : LogicalNodeOf<LogicalJoin, LogicalKind::kJoin> {
  JoinKind joinKind = JoinKind::kInner;
  ExprPtr condition;  // all of it, over left then right columns; nullptr = true
  // Filled by the optimizer: equality keys taken out of the condition.
  std::vector<uint32_t> leftKeys;
  std::vector<uint32_t> rightKeys;
  std::vector<uint8_t> nullSafe;
  std::optional<StateTtlHint> leftTtl;
  std::optional<StateTtlHint> rightTtl;
};

// As LogicalJoin; both inputs carry the window columns, keys are without them.
struct LogicalWindowJoin : LogicalNodeOf<LogicalWindowJoin, LogicalKind::kWindowJoin> {
  JoinKind joinKind = JoinKind::kInner;
  ExprPtr condition;
  std::vector<uint32_t> leftKeys;
  std::vector<uint32_t> rightKeys;
  std::vector<uint8_t> nullSafe;
  uint32_t leftWindowEnd = 0;
  uint32_t rightWindowEnd = 0;
  WindowSpec window;
};

// input() joined with a table that is read whole: FOR SYSTEM_TIME AS OF proctime.
struct LogicalLookupJoin : LogicalNodeOf<LogicalLookupJoin, LogicalKind::kLookupJoin> {
  JoinKind joinKind = JoinKind::kInner;
  std::shared_ptr<const LogicalScan> table;  // what is looked up
  ExprPtr condition;
  std::vector<uint32_t> leftKeys;
  std::vector<uint32_t> rightKeys;
};

struct LogicalUnion : LogicalNodeOf<LogicalUnion, LogicalKind::kUnion> {};

// ROW_NUMBER, RANK and DENSE_RANK and other functions OVER a window; appends one column per call.
// Survives only where the optimizer turns it into a Top-N or deduplication.
struct LogicalOver : LogicalNodeOf<LogicalOver, LogicalKind::kOver> {
  std::string function;  // upper case: "ROW_NUMBER"
  std::vector<uint32_t> partitionKeys;
  std::vector<SortOrder> order;
};

struct LogicalRank : LogicalNodeOf<LogicalRank, LogicalKind::kRank> {
  std::vector<uint32_t> partitionKeys;
  std::vector<SortOrder> order;
  int64_t rankStart = 1;
  int64_t rankEnd = INT64_MAX;
  bool outputRank = false;
};

struct LogicalDeduplicate : LogicalNodeOf<LogicalDeduplicate, LogicalKind::kDeduplicate> {
  std::vector<uint32_t> keys;
  uint32_t timeColumn = 0;
  bool isRowtime = true;
  bool keepLast = false;
};

struct LogicalWindowRank : LogicalNodeOf<LogicalWindowRank, LogicalKind::kWindowRank> {
  std::vector<uint32_t> partitionKeys;  // without the window columns
  std::vector<SortOrder> order;
  int64_t rankStart = 1;
  int64_t rankEnd = INT64_MAX;
  bool outputRank = false;
  bool deduplicate = false;
  uint32_t windowEndColumn = 0;
  WindowSpec window;
};

struct LogicalSort : LogicalNodeOf<LogicalSort, LogicalKind::kSort> {
  std::vector<SortOrder> order;  // empty: only LIMIT and OFFSET
  int64_t offset = 0;
  std::optional<int64_t> limit;
};

struct LogicalSink : LogicalNodeOf<LogicalSink, LogicalKind::kSink> {
  std::shared_ptr<const CatalogTable> table;  // nullptr: the result goes to the client
  OptionMap options;
  std::vector<std::string> staticPartition;  // the columns of PARTITION (column = value)
};

// Types of a schema, in order.
std::vector<Type> typesOf(const Schema& schema);
std::vector<std::string> namesOf(const Schema& schema);

}  // namespace millrace
