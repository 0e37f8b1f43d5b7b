// Typed, bound expressions: what the binder makes of SQL text and the evaluator runs.
// Immutable and shared; every argument already has exactly the type its parent wants.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "expr/function.h"
#include "types/type.h"
#include "types/value.h"

namespace millrace {

enum class ExprKind : uint8_t {
  kInput,    // column `index` of the input
  kLiteral,  // `literal`
  kCall,     // `function` with `resolved`
  kAnd,      // two or more args, three-valued, left to right
  kOr,
  kCase,     // args: condition, result, condition, result, ..., else
  kCast,     // args[0] to `type`; fails on bad values
  kTryCast,  // the same, NULL on bad values
  kField,    // field `index` of a ROW
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  ExprKind kind = ExprKind::kLiteral;
  Type type;
  uint32_t index = 0;
  Value literal;
  const ScalarFunction* function = nullptr;
  ResolvedCall resolved;
  std::vector<ExprPtr> args;

  static ExprPtr input(uint32_t index, Type type);
  static ExprPtr constant(Value value, Type type);
  static ExprPtr call(const ScalarFunction& function, ResolvedCall resolved,
                      std::vector<ExprPtr> args);
  static ExprPtr conjunction(std::vector<ExprPtr> args);  // AND; one argument stays as it is
  static ExprPtr disjunction(std::vector<ExprPtr> args);
  static ExprPtr caseWhen(std::vector<ExprPtr> args, Type type);
  static ExprPtr cast(ExprPtr arg, Type type, bool tryCast = false);
  static ExprPtr field(ExprPtr row, uint32_t index);

  bool isLiteral() const { return kind == ExprKind::kLiteral; }
  // No RAND, UUID, CURRENT_TIMESTAMP and the like below.
  bool isDeterministic() const;
};

// Structural equality (literals by value and type, functions by identity).
bool sameExpr(const Expr& a, const Expr& b);
uint64_t hashExpr(const Expr& expr);

// Flink-like text with the given input names: "(price > 10)", "CAST(a AS BIGINT)".
std::string toString(const Expr& expr, const std::vector<std::string>& inputNames);

// Adds the input columns used below `expr` (each once, ascending) to `inputs`.
void collectInputs(const Expr& expr, std::vector<uint32_t>& inputs);

// The same expression with input i replaced by replacements[i] (nullptr: must not occur).
ExprPtr substitute(const ExprPtr& expr, const std::vector<ExprPtr>& replacements);

}  // namespace millrace
