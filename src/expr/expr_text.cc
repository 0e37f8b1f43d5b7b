// The text of expressions in EXPLAIN and error messages.
#include <fmt/format.h>

#include "base/check.h"
#include "expr/expr.h"
#include "types/decimal.h"

namespace millrace {

namespace {

using Names = std::vector<std::string>;

std::string quoteText(const std::string& text) {
  std::string out = "'";
  for (char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

std::string listText(const Value& value) { return fmt::format("[{} values]", value.list().size()); }

std::string literalText(const Value& value, const Type& type) {
  if (value.isNull()) return "null:" + type.withNullable(true).toString();
  switch (type.physical()) {
    case Physical::kBool:
      return value.boolean() ? "true" : "false";
    case Physical::kInt8:
    case Physical::kInt16:
    case Physical::kInt32:
    case Physical::kInt64:
    case Physical::kInt128: {
      if (type.kind() == TypeKind::kDecimal) return formatDecimal(value.wide(), type.scale());
      std::string text = formatDecimal(value.wide(), 0);
      bool plain = type.kind() == TypeKind::kInteger;
      return plain ? text : text + ":" + type.withNullable(true).toString();
    }
    case Physical::kFloat:
    case Physical::kDouble:
      return fmt::format("{}", value.real());
    case Physical::kNanoTimestamp:
      return fmt::format("{}:{}", value.nanoTimestamp().millis, type.toString());
    case Physical::kString:
      return type.isBinaryString() ? "x" + quoteText(value.text()) : quoteText(value.text());
    case Physical::kArray:
    case Physical::kRow:
      return listText(value);
    case Physical::kMap:
      return fmt::format("[{} pairs]", value.pairs().size());
  }
  UNREACHABLE();
}

std::string join(const Expr& expr, std::string_view separator, const Names& names) {
  std::string out;
  for (const ExprPtr& arg : expr.args) {
    if (!out.empty()) out += separator;
    out += toString(*arg, names);
  }
  return out;
}

bool isOperator(const std::string& name) {
  return name.find_first_of("+-*/%=<>|") != std::string::npos || name == "LIKE" ||
         name.starts_with("IS NOT DISTINCT") || name.starts_with("IS DISTINCT");
}

std::string callText(const Expr& expr, const Names& names) {
  const std::string& name = expr.function->name;
  if (isOperator(name) && expr.args.size() == 2) {
    return fmt::format("({} {} {})", toString(*expr.args[0], names), name,
                       toString(*expr.args[1], names));
  }
  if (name.starts_with("IS ") && expr.args.size() == 1) {
    return fmt::format("{} {}", toString(*expr.args[0], names), name);
  }
  return fmt::format("{}({})", name, join(expr, ", ", names));
}

}  // namespace

std::string toString(const Expr& expr, const std::vector<std::string>& inputNames) {
  switch (expr.kind) {
    case ExprKind::kInput:
      return expr.index < inputNames.size() ? inputNames[expr.index]
                                            : fmt::format("${}", expr.index);
    case ExprKind::kLiteral:
      return literalText(expr.literal, expr.type);
    case ExprKind::kCall:
      return callText(expr, inputNames);
    case ExprKind::kAnd:
      return fmt::format("({})", join(expr, " AND ", inputNames));
    case ExprKind::kOr:
      return fmt::format("({})", join(expr, " OR ", inputNames));
    case ExprKind::kCase:
      return fmt::format("CASE({})", join(expr, ", ", inputNames));
    case ExprKind::kCast:
    case ExprKind::kTryCast:
      return fmt::format("{}({} AS {})", expr.kind == ExprKind::kCast ? "CAST" : "TRY_CAST",
                         toString(*expr.args[0], inputNames),
                         expr.type.withNullable(true).toString());
    case ExprKind::kField:
      return fmt::format("{}.{}", toString(*expr.args[0], inputNames),
                         expr.args[0]->type.fieldNames()[expr.index]);
  }
  UNREACHABLE();
}

}  // namespace millrace
