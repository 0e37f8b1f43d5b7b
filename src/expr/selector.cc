#include "expr/selector.h"

#include <array>
#include <string_view>

#include "base/check.h"
#include "types/bitmap.h"

namespace millrace {

namespace {

// Every loop writes the candidate and advances by the outcome: no branch to mispredict.
template <typename Test>
uint32_t selectRows(const Rows& rows, uint32_t* out, Test test) {
  uint32_t n = 0;
  if (rows.isDense()) {
    for (uint32_t row = rows.begin; row < rows.end; ++row) {
      out[n] = row;
      n += test(row) ? 1 : 0;
    }
    return n;
  }
  for (uint32_t k = rows.begin; k < rows.end; ++k) {
    uint32_t row = rows.indices[k];
    out[n] = row;
    n += test(row) ? 1 : 0;
  }
  return n;
}

template <Comparison C, typename T>
bool holds(const T& a, const T& b) {
  if constexpr (C == Comparison::kEqual) return a == b;
  if constexpr (C == Comparison::kNotEqual) return !(a == b);
  if constexpr (std::is_same_v<T, StringView>) {
    int order = compare(a, b);
    if constexpr (C == Comparison::kLess) return order < 0;
    if constexpr (C == Comparison::kLessOrEqual) return order <= 0;
    if constexpr (C == Comparison::kGreater) return order > 0;
    return order >= 0;
  } else {
    if constexpr (C == Comparison::kLess) return a < b;
    if constexpr (C == Comparison::kLessOrEqual) return a <= b;
    if constexpr (C == Comparison::kGreater) return a > b;
    return a >= b;
  }
}

template <Comparison C, typename T>
uint32_t selectTyped(const Column& left, const Column& right, const Rows& rows, uint32_t* out) {
  const T* a = left.values<T>();
  const T* b = right.values<T>();
  if (right.isConstant() && !left.isConstant()) {
    T value = b[0];
    return selectRows(rows, out, [=](uint32_t row) { return holds<C, T>(a[row], value); });
  }
  if (!left.isConstant() && !right.isConstant()) {
    return selectRows(rows, out, [=](uint32_t row) { return holds<C, T>(a[row], b[row]); });
  }
  ColumnValues<T> leftValues(left), rightValues(right);
  return selectRows(rows, out,
                    [&](uint32_t row) { return holds<C, T>(leftValues[row], rightValues[row]); });
}

template <Comparison C>
uint32_t selectPhysical(const Column& left, const Column& right, const Rows& rows, uint32_t* out) {
  switch (left.physical()) {
    case Physical::kInt32:
      return selectTyped<C, int32_t>(left, right, rows, out);
    case Physical::kInt64:
      return selectTyped<C, int64_t>(left, right, rows, out);
    case Physical::kInt128:
      return selectTyped<C, int128>(left, right, rows, out);
    case Physical::kDouble:
      return selectTyped<C, double>(left, right, rows, out);
    case Physical::kString:
      return selectTyped<C, StringView>(left, right, rows, out);
    default:
      UNREACHABLE();
  }
}

uint32_t keepValid(const Column& column, uint32_t* selected, uint32_t count) {
  if (!column.mayHaveNulls()) return count;
  if (column.isConstant()) return column.isNull(0) ? 0 : count;
  const uint64_t* words = column.validity();
  Rows rows{selected, 0, count};
  return selectRows(rows, selected, [=](uint32_t row) { return bitAt(words, row); });
}

}  // namespace

bool selectableComparison(const Expr& expr, Comparison& comparison) {
  if (expr.kind != ExprKind::kCall || expr.args.size() != 2) return false;
  static constexpr std::array<std::string_view, 6> kNames = {"=", "<>", "<", "<=", ">", ">="};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (expr.function->name != kNames[i]) continue;
    comparison = static_cast<Comparison>(i);
    const Type& left = expr.args[0]->type;
    if (left.physical() != expr.args[1]->type.physical()) return false;
    if (left.kind() == TypeKind::kDecimal && left.scale() != expr.args[1]->type.scale()) {
      return false;
    }
    return left.physical() == Physical::kInt32 || left.physical() == Physical::kInt64 ||
           left.physical() == Physical::kInt128 || left.physical() == Physical::kDouble ||
           left.physical() == Physical::kString;
  }
  return false;
}

uint32_t selectComparison(Comparison comparison, const Column& left, const Column& right,
                          const Rows& rows, uint32_t* out) {
  uint32_t count = 0;
  // NULL rows hold readable values, so they are compared first and dropped afterwards.
  switch (comparison) {
    case Comparison::kEqual:
      count = selectPhysical<Comparison::kEqual>(left, right, rows, out);
      break;
    case Comparison::kNotEqual:
      count = selectPhysical<Comparison::kNotEqual>(left, right, rows, out);
      break;
    case Comparison::kLess:
      count = selectPhysical<Comparison::kLess>(left, right, rows, out);
      break;
    case Comparison::kLessOrEqual:
      count = selectPhysical<Comparison::kLessOrEqual>(left, right, rows, out);
      break;
    case Comparison::kGreater:
      count = selectPhysical<Comparison::kGreater>(left, right, rows, out);
      break;
    case Comparison::kGreaterOrEqual:
      count = selectPhysical<Comparison::kGreaterOrEqual>(left, right, rows, out);
      break;
  }
  return keepValid(right, out, keepValid(left, out, count));
}

uint32_t selectTrue(const Column& column, const Rows& rows, uint32_t* out) {
  const uint8_t* values = column.values<uint8_t>();
  uint32_t count = 0;
  if (column.isConstant()) {
    bool keep = !column.isNull(0) && values[0] != 0;
    return selectRows(rows, out, [=](uint32_t) { return keep; });
  }
  count = selectRows(rows, out, [=](uint32_t row) { return values[row] != 0; });
  return keepValid(column, out, count);
}

}  // namespace millrace
