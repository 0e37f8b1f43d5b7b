#include "expr/expr.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace millrace {

namespace {

uint64_t mix(uint64_t hash, uint64_t value) {
  hash ^= value + 0x9E3779B97F4A7C15ull + (hash << 12) + (hash >> 4);
  return hash * 0xFF51AFD7ED558CCDull;
}

uint64_t hashValue(const Value& value, Physical physical) {
  if (value.isNull()) return 1;
  switch (physical) {
    case Physical::kBool:
      return value.boolean() ? 3 : 2;
    case Physical::kInt8:
    case Physical::kInt16:
    case Physical::kInt32:
    case Physical::kInt64:
      return static_cast<uint64_t>(value.integer());
    case Physical::kInt128:
      return static_cast<uint64_t>(value.wide());
    case Physical::kFloat:
    case Physical::kDouble:
      return std::hash<double>()(value.real());
    case Physical::kNanoTimestamp:
      return static_cast<uint64_t>(value.nanoTimestamp().millis);
    case Physical::kString:
      return std::hash<std::string>()(value.text());
    case Physical::kRow:
    case Physical::kArray:
    case Physical::kMap:
      return 4;
  }
  UNREACHABLE();
}

std::shared_ptr<Expr> makeExpr(ExprKind kind, Type type) {
  auto expr = std::make_shared<Expr>();
  expr->kind = kind;
  expr->type = std::move(type);
  return expr;
}

bool anyNullable(const std::vector<ExprPtr>& args) {
  return std::any_of(args.begin(), args.end(),
                     [](const ExprPtr& arg) { return arg->type.nullable(); });
}

ExprPtr junction(ExprKind kind, std::vector<ExprPtr> args) {
  CHECK(!args.empty());
  if (args.size() == 1) return args[0];
  auto expr = makeExpr(kind, Type::boolean().withNullable(anyNullable(args)));
  for (ExprPtr& arg : args) {
    // AND of ANDs is one AND: it narrows the rows in one pass.
    if (arg->kind == kind) {
      expr->args.insert(expr->args.end(), arg->args.begin(), arg->args.end());
    } else {
      expr->args.push_back(std::move(arg));
    }
  }
  return expr;
}

}  // namespace

ExprPtr Expr::input(uint32_t index, Type type) {
  auto expr = makeExpr(ExprKind::kInput, std::move(type));
  expr->index = index;
  return expr;
}

ExprPtr Expr::constant(Value value, Type type) {
  auto expr = makeExpr(ExprKind::kLiteral, std::move(type));
  expr->literal = std::move(value);
  return expr;
}

ExprPtr Expr::call(const ScalarFunction& function, ResolvedCall resolved,
                   std::vector<ExprPtr> args) {
  bool nullable =
      resolved.result.nullable() || (function.nulls == NullRule::kPropagate && anyNullable(args));
  resolved.result = resolved.result.withNullable(nullable);
  auto expr = makeExpr(ExprKind::kCall, resolved.result);
  expr->function = &function;
  expr->resolved = std::move(resolved);
  expr->args = std::move(args);
  return expr;
}

ExprPtr Expr::conjunction(std::vector<ExprPtr> args) {
  return junction(ExprKind::kAnd, std::move(args));
}

ExprPtr Expr::disjunction(std::vector<ExprPtr> args) {
  return junction(ExprKind::kOr, std::move(args));
}

ExprPtr Expr::caseWhen(std::vector<ExprPtr> args, Type type) {
  CHECK(args.size() % 2 == 1);
  auto expr = makeExpr(ExprKind::kCase, std::move(type));
  expr->args = std::move(args);
  return expr;
}

ExprPtr Expr::cast(ExprPtr arg, Type type, bool tryCast) {
  if (arg->type == type) return arg;
  auto expr = makeExpr(tryCast ? ExprKind::kTryCast : ExprKind::kCast, std::move(type));
  expr->args.push_back(std::move(arg));
  return expr;
}

ExprPtr Expr::field(ExprPtr row, uint32_t index) {
  CHECK(row->type.kind() == TypeKind::kRow && index < row->type.numChildren());
  const Type& field = row->type.child(index);
  auto expr =
      makeExpr(ExprKind::kField, field.withNullable(field.nullable() || row->type.nullable()));
  expr->index = index;
  expr->args.push_back(std::move(row));
  return expr;
}

bool Expr::isDeterministic() const {
  if (function != nullptr && (!function->deterministic || function->dynamic)) return false;
  return std::all_of(args.begin(), args.end(),
                     [](const ExprPtr& arg) { return arg->isDeterministic(); });
}

bool sameExpr(const Expr& a, const Expr& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.index != b.index || a.function != b.function) return false;
  if (a.resolved.kernel != b.resolved.kernel || a.args.size() != b.args.size()) return false;
  if (!(a.type == b.type) || !(a.literal == b.literal)) return false;
  for (size_t i = 0; i < a.args.size(); ++i) {
    if (!sameExpr(*a.args[i], *b.args[i])) return false;
  }
  return true;
}

uint64_t hashExpr(const Expr& expr) {
  uint64_t hash = mix(static_cast<uint64_t>(expr.kind), static_cast<uint64_t>(expr.type.kind()));
  hash = mix(hash, expr.index);
  if (expr.isLiteral()) hash = mix(hash, hashValue(expr.literal, expr.type.physical()));
  if (expr.function != nullptr) hash = mix(hash, reinterpret_cast<uintptr_t>(expr.function));
  for (const ExprPtr& arg : expr.args) hash = mix(hash, hashExpr(*arg));
  return hash;
}

void collectInputs(const Expr& expr, std::vector<uint32_t>& inputs) {
  if (expr.kind == ExprKind::kInput) {
    auto place = std::lower_bound(inputs.begin(), inputs.end(), expr.index);
    if (place == inputs.end() || *place != expr.index) inputs.insert(place, expr.index);
    return;
  }
  for (const ExprPtr& arg : expr.args) collectInputs(*arg, inputs);
}

ExprPtr substitute(const ExprPtr& expr, const std::vector<ExprPtr>& replacements) {
  if (expr->kind == ExprKind::kInput) {
    CHECK(expr->index < replacements.size() && replacements[expr->index] != nullptr);
    return replacements[expr->index];
  }
  std::vector<ExprPtr> args;
  args.reserve(expr->args.size());
  bool changed = false;
  for (const ExprPtr& arg : expr->args) {
    args.push_back(substitute(arg, replacements));
    changed = changed || args.back() != arg;
  }
  if (!changed) return expr;
  auto copy = std::make_shared<Expr>(*expr);
  copy->args = std::move(args);
  return copy;
}

}  // namespace millrace
