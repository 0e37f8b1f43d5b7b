// Binds expressions: names to columns, operators and calls to functions, implicit casts made
// visible.
//
// What only a whole query can resolve becomes a placeholder: an input index at or above one of the
// bases below. The query binder replaces them once it knows where the values will stand.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "expr/expr.h"
#include "operators/window_aggregate/window_aggregate.h"
#include "sql/ast/expression.h"
#include "sql/binder/bind_context.h"
#include "sql/binder/scope.h"
#include "state/aggregate_function.h"
#include "types/sort_order.h"

namespace millrace {

inline constexpr uint32_t kAggregateBase = 1U << 24;  // + index into BoundCalls::aggregates
inline constexpr uint32_t kGroupingBase = 3U << 23;   // + index into BoundCalls::groupings
inline constexpr uint32_t kPropertyBase = 1U << 25;   // + index into BoundCalls::properties
inline constexpr uint32_t kOverBase = 1U << 26;       // + index into BoundCalls::overs
inline constexpr uint32_t kOuterBase = 1U << 27;      // + column of the query around this one

// An aggregate call over the input of the GROUP BY.
struct BoundAggregate {
  const AggregateFunction* function = nullptr;
  ResolvedAggregate resolved;
  std::vector<ExprPtr> args;  // already cast
  ExprPtr filter;             // or null
  bool distinct = false;
  std::string name;
};

// TUMBLE_START(ts, INTERVAL ..) and its like: which group window and which property.
struct BoundWindowProperty {
  WindowProperty property = WindowProperty::kStart;
  WindowSpec window;
  ExprPtr time;
  bool isProctimeProperty = false;
};

// f(..) OVER (..).
struct BoundOver {
  std::string function;
  std::vector<ExprPtr> args;
  std::vector<ExprPtr> partitionBy;
  struct Order {
    ExprPtr expression;
    bool ascending = true;
    bool nullsFirst = true;
  };
  std::vector<Order> orderBy;
  Type result;
  SourcePosition position;
};

struct BoundCalls {
  std::vector<BoundAggregate> aggregates;
  std::vector<std::vector<ExprPtr>> groupings;  // arguments of GROUPING and GROUPING_ID
  std::vector<BoundWindowProperty> properties;
  std::vector<BoundOver> overs;
};

class ExpressionBinder {
 public:
  // calls: where aggregates, window properties and OVER calls are collected; nullptr = they are not
  // allowed here ("aggregate function 'SUM' is not allowed in WHERE": `clause`).
  ExpressionBinder(const BindContext& context, const Scope& scope, std::string clause,
                   BoundCalls* calls = nullptr);

  Result<ExprPtr> bind(const ParsedExpression& expression);
  // The same, and it must be BOOLEAN.
  Result<ExprPtr> bindCondition(const ParsedExpression& expression);

  // Named windows of the query: WINDOW w AS (..).
  void setNamedWindows(const std::vector<struct ParsedNamedWindow>* windows) {
    namedWindows_ = windows;
  }

  // What a sub-query as a value becomes; without it such sub-queries are refused.
  using BindScalarQuery = std::function<Result<ExprPtr>(const ParsedScalarQuery&)>;
  void setScalarQueries(BindScalarQuery bind) { bindScalarQuery_ = std::move(bind); }

 private:
  Result<ExprPtr> bindNode(const ParsedExpression& expression);
  Result<ExprPtr> bindColumn(const ParsedColumn& column);
  Result<ExprPtr> bindFieldAccess(const ParsedFieldAccess& access);
  Result<ExprPtr> bindUnary(const ParsedUnary& unary);
  Result<ExprPtr> bindBinary(const ParsedBinary& binary);
  Result<ExprPtr> bindBetween(const ParsedBetween& between);
  Result<ExprPtr> bindInList(const ParsedInList& in);
  Result<ExprPtr> equalityInList(const ExprPtr& operand, const ExprPtr& item,
                                 SourcePosition position);
  Result<ExprPtr> bindLike(const ParsedLike& like);
  Result<ExprPtr> bindCase(const ParsedCase& expression);
  Result<ExprPtr> bindCast(const ParsedCast& cast);
  Result<ExprPtr> bindConstructor(const ParsedConstructor& constructor);
  Result<ExprPtr> bindCall(const ParsedCall& call);
  Result<ExprPtr> bindConditional(const ParsedCall& call, const std::string& name);
  Result<ExprPtr> bindJsonCall(const ParsedCall& call);
  Result<ExprPtr> bindAggregate(const ParsedCall& call, const AggregateFunction& function);
  Result<ExprPtr> bindOver(const ParsedCall& call);
  Result<std::optional<ExprPtr>> bindGrouping(const ParsedCall& call);
  Result<std::optional<ExprPtr>> bindWindowProperty(const ParsedCall& call);
  Result<std::vector<ExprPtr>> bindAll(const std::vector<ParsedExpressionPtr>& expressions);
  Result<ExprPtr> callFunction(const std::string& name, std::vector<ExprPtr> args,
                               SourcePosition position);
  // Whether the results of a CASE may be of types that only casts bring together.
  enum class Mixing : uint8_t { kOneFamily, kImplicitCasts };
  Result<ExprPtr> caseOf(std::vector<ExprPtr> args, Mixing mixing, SourcePosition position);
  Result<ExprPtr> negate(ExprPtr condition, bool negated, SourcePosition position);

  const BindContext& context_;
  const Scope& scope_;
  std::string clause_;
  BoundCalls* calls_;
  const std::vector<struct ParsedNamedWindow>* namedWindows_ = nullptr;
  BindScalarQuery bindScalarQuery_;
  bool insideAggregate_ = false;
};

// A call of a scalar function with bound arguments: resolves types and casts the arguments.
Result<ExprPtr> makeCall(const ScalarFunction& function, std::vector<ExprPtr> args);

// `expr` as a value of `type`: itself when the types agree, else a cast. Requires: castable.
ExprPtr coerce(ExprPtr expr, const Type& type);

// The constant interval of a window function in milliseconds.
Result<int64_t> windowMillis(const ParsedExpression& expression, const BindContext& context,
                             std::string_view what);

// Parses TUMBLE, HOP or SESSION of the legacy GROUP BY: the time argument is bound in the scope.
Result<std::optional<BoundWindowProperty>> bindGroupWindow(const ParsedExpression& expression,
                                                           const BindContext& context,
                                                           const Scope& scope);

}  // namespace millrace
