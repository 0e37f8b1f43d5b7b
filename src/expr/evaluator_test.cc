#include "expr/evaluator.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace millrace {
namespace {

int callsOfCount = 0;
uint32_t rowsOfCount = 0;

Status addKernel(const KernelCall& call, Column& out) {
  ColumnValues<int32_t> a(*call.args[0]), b(*call.args[1]);
  forEachRow(call.rows, [&](uint32_t row) { out.mutableValues<int32_t>()[row] = a[row] + b[row]; });
  return Status();
}

Status divideKernel(const KernelCall& call, Column& out) {
  ColumnValues<int32_t> a(*call.args[0]), b(*call.args[1]);
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    if (b[row] == 0) return Error(ErrorKind::kArithmetic, "/ by zero");
    out.mutableValues<int32_t>()[row] = a[row] / b[row];
  }
  return Status();
}

Status equalKernel(const KernelCall& call, Column& out) {
  ColumnValues<int32_t> a(*call.args[0]), b(*call.args[1]);
  forEachRow(call.rows,
             [&](uint32_t row) { out.mutableValues<uint8_t>()[row] = a[row] == b[row]; });
  return Status();
}

// The identity; counts how often and for how many rows it runs.
Status countKernel(const KernelCall& call, Column& out) {
  ++callsOfCount;
  rowsOfCount += call.rows.count();
  ColumnValues<int32_t> a(*call.args[0]);
  forEachRow(call.rows, [&](uint32_t row) { out.mutableValues<int32_t>()[row] = a[row]; });
  return Status();
}

Result<ResolvedCall> unresolved(std::span<const ArgumentInfo>) {
  return Error(ErrorKind::kInternal, "not used");
}

const ScalarFunction& function(const std::string& name) {
  static const ScalarFunction functions[] = {
      {.name = "+", .resolve = unresolved},
      {.name = "/", .resolve = unresolved},
      {.name = "=", .resolve = unresolved},
      {.name = "COUNT_CALLS", .resolve = unresolved},
  };
  for (const ScalarFunction& candidate : functions) {
    if (candidate.name == name) return candidate;
  }
  return functions[0];
}

ExprPtr call(const std::string& name, Kernel kernel, Type result, std::vector<ExprPtr> args) {
  ResolvedCall resolved;
  resolved.result = result.withNullable(false);
  resolved.kernel = kernel;
  return Expr::call(function(name), resolved, std::move(args));
}
ExprPtr plus(ExprPtr a, ExprPtr b) { return call("+", addKernel, Type::integer(), {a, b}); }
ExprPtr divide(ExprPtr a, ExprPtr b) { return call("/", divideKernel, Type::integer(), {a, b}); }
ExprPtr equal(ExprPtr a, ExprPtr b) { return call("=", equalKernel, Type::boolean(), {a, b}); }
ExprPtr counted(ExprPtr a) { return call("COUNT_CALLS", countKernel, Type::integer(), {a}); }
ExprPtr column(uint32_t index) { return Expr::input(index, Type::integer()); }
ExprPtr number(int value) {
  return Expr::constant(Value(value), Type::integer().withNullable(false));
}

ColumnPtr integers(const std::vector<Value>& values) {
  MutableColumnPtr out = Column::make(Type::integer(), values.size());
  for (size_t i = 0; i < values.size(); ++i) values[i].storeInto(*out, i);
  return out;
}

ColumnPtr booleans(const std::vector<Value>& values) {
  MutableColumnPtr out = Column::make(Type::boolean(), values.size());
  for (size_t i = 0; i < values.size(); ++i) values[i].storeInto(*out, i);
  return out;
}

Value valueAt(const ColumnPtr& column, size_t row) { return Value::of(*column, row); }

TEST(Evaluator, PropagatesNulls) {
  auto evaluator = Evaluator::make({plus(column(0), column(1))}).value();
  Batch batch({integers({1, Value(), 3}), integers({10, 20, Value()})}, 3);
  auto result = evaluator->evaluate(batch, {}).value();
  EXPECT_EQ(valueAt(result[0], 0), Value(11));
  EXPECT_TRUE(valueAt(result[0], 1).isNull());
  EXPECT_TRUE(valueAt(result[0], 2).isNull());
}

TEST(Evaluator, KeepsLogicThreeValued) {
  ExprPtr a = Expr::input(0, Type::boolean()), b = Expr::input(1, Type::boolean());
  auto evaluator = Evaluator::make({Expr::conjunction({a, b}), Expr::disjunction({a, b})}).value();
  std::vector<Value> left, right;
  const Value all[] = {Value(true), Value(false), Value()};
  for (const Value& x : all) {
    for (const Value& y : all) {
      left.push_back(x);
      right.push_back(y);
    }
  }
  auto result = evaluator->evaluate(Batch({booleans(left), booleans(right)}, 9), {}).value();
  const Value expectedAnd[] = {true, false, Value(), false, false, false, Value(), false, Value()};
  const Value expectedOr[] = {true, true, true, true, false, Value(), true, Value(), Value()};
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(valueAt(result[0], i), expectedAnd[i]) << i;
    EXPECT_EQ(valueAt(result[1], i), expectedOr[i]) << i;
  }
}

TEST(Evaluator, GuardsErrorsByCase) {
  ExprPtr guarded = Expr::caseWhen(
      {equal(column(0), number(0)), number(-1), divide(number(10), column(0))}, Type::integer());
  auto evaluator = Evaluator::make({guarded}).value();
  auto result = evaluator->evaluate(Batch({integers({0, 5, 2})}, 3), {}).value();
  EXPECT_EQ(valueAt(result[0], 0), Value(-1));
  EXPECT_EQ(valueAt(result[0], 1), Value(2));
  EXPECT_EQ(valueAt(result[0], 2), Value(5));
  auto unguarded = Evaluator::make({divide(number(10), column(0))}).value();
  EXPECT_FALSE(unguarded->evaluate(Batch({integers({0, 5, 2})}, 3), {}).ok());
}

TEST(Evaluator, CompletesSharedExpressions) {
  callsOfCount = 0;
  rowsOfCount = 0;
  ExprPtr shared = counted(column(0));
  ExprPtr some = Expr::caseWhen({equal(column(0), number(1)), shared, number(0)}, Type::integer());
  auto evaluator = Evaluator::make({some, plus(shared, number(1)), shared}).value();
  auto result = evaluator->evaluate(Batch({integers({1, 2, 3, 1})}, 4), {}).value();
  EXPECT_EQ(callsOfCount, 2);
  EXPECT_EQ(rowsOfCount, 4u);
  const int expected[3][4] = {{1, 0, 0, 1}, {2, 3, 4, 2}, {1, 2, 3, 1}};
  for (size_t e = 0; e < 3; ++e) {
    for (size_t i = 0; i < 4; ++i) EXPECT_EQ(valueAt(result[e], i), Value(expected[e][i]));
  }
}

TEST(Evaluator, SharesBetweenFilterAndEvaluate) {
  callsOfCount = 0;
  ExprPtr shared = counted(column(0));
  auto evaluator = Evaluator::make({equal(shared, number(2)), shared}).value();
  Batch batch({integers({2, 1, 2})}, 3);
  SelectionPtr selection = evaluator->filter(0, batch, {}).value();
  ASSERT_TRUE(selection);
  EXPECT_EQ(*selection, (Selection{0, 2}));
  batch.setSelection(selection);
  auto result = evaluator->evaluate(batch, {}).value();
  EXPECT_EQ(callsOfCount, 1);
  EXPECT_EQ(valueAt(result[0], 2), Value(true));
  EXPECT_EQ(valueAt(result[1], 2), Value(2));
}

TEST(Evaluator, FiltersStepByStep) {
  ExprPtr safe = Expr::conjunction({Expr::cast(Expr::input(1, Type::boolean()), Type::boolean()),
                                    equal(divide(number(10), column(0)), number(5))});
  auto evaluator = Evaluator::make({safe}).value();
  Batch batch({integers({0, 2, 5, 2}), booleans({false, true, true, Value()})}, 4);
  EXPECT_EQ(*evaluator->filter(0, batch, {}).value(), (Selection{1}));
  ExprPtr either = Expr::disjunction(
      {equal(column(0), number(0)), equal(divide(number(10), column(0)), number(5))});
  auto other = Evaluator::make({either}).value();
  EXPECT_EQ(*other->filter(0, batch, {}).value(), (Selection{0, 1, 3}));
  auto all = Evaluator::make({equal(column(0), column(0))}).value();
  EXPECT_EQ(all->filter(0, batch, {}).value(), nullptr);
}

TEST(Evaluator, FoldsConstants) {
  EvalContext context;
  ExprPtr folded = foldConstants(plus(plus(number(1), number(2)), column(0)), context);
  EXPECT_EQ(toString(*folded, {"a"}), "(3 + a)");
  ExprPtr failing = foldConstants(divide(number(1), number(0)), context);
  EXPECT_FALSE(failing->isLiteral());
  EXPECT_FALSE(evaluateConstant(failing, context).ok());
}

TEST(Evaluator, ReadsFieldsOfNullRows) {
  Type row = Type::row({"a"}, {Type::integer()});
  MutableColumnPtr rows = Column::make(row, 2);
  rows->setChild(0, integers({7, 8}));
  rows->setNull(1);
  auto evaluator = Evaluator::make({Expr::field(Expr::input(0, row), 0)}).value();
  auto result = evaluator->evaluate(Batch({rows}, 2), {}).value();
  EXPECT_EQ(valueAt(result[0], 0), Value(7));
  EXPECT_TRUE(valueAt(result[0], 1).isNull());
}

}  // namespace
}  // namespace millrace
