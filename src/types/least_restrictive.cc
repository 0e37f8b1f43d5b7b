#include "types/least_restrictive.h"

#include <algorithm>
#include <optional>

#include "types/type_coercion.h"

namespace millrace {

namespace {

// std::nullopt unless both kinds of timestamps occur, and nothing else but NULL.
std::optional<Type> mixedTimestamps(std::span<const Type> types) {
  std::optional<Type> result;
  bool zoned = false, local = false, nullable = false;
  for (const Type& type : types) {
    nullable = nullable || type.nullable();
    if (type.kind() == TypeKind::kNull) continue;
    if (!type.isTimestamp()) return std::nullopt;
    bool isZoned = type.kind() == TypeKind::kTimestampLtz;
    (isZoned ? zoned : local) = true;
    if (!result) {
      result = type.withTimeAttribute(TimeAttribute::kNone);
    } else if (type.precision() != result->precision()) {
      int precision = std::max(type.precision(), result->precision());
      result = isZoned ? Type::timestampLtz(precision) : Type::timestamp(precision);
    }
  }
  if (!zoned || !local) return std::nullopt;
  return result->withNullable(nullable);
}

// Calcite gives FLOAT and DOUBLE one precision, so that neither is wider: the first of them stays.
// Beside a DECIMAL either becomes DOUBLE.
Type approximateOf(const Type& a, const Type& b) {
  if (a.isApproximate() && b.isApproximate()) return a;
  const Type& real = a.isApproximate() ? a : b;
  const Type& exact = a.isApproximate() ? b : a;
  return exact.kind() == TypeKind::kDecimal ? Type::doubling() : real;
}

// std::nullopt unless FLOAT or DOUBLE occurs, and nothing else but numbers and NULL.
std::optional<Type> commonApproximate(std::span<const Type> types) {
  std::optional<Type> result;
  bool nullable = false;
  for (const Type& type : types) {
    nullable = nullable || type.nullable();
    if (type.kind() == TypeKind::kNull) continue;
    if (!type.isNumeric()) return std::nullopt;
    if (!result) {
      result = type;
    } else if (result->isApproximate() || type.isApproximate()) {
      result = approximateOf(*result, type);
    } else {
      Type exact[] = {*result, type};
      Result<Type> common = commonType(exact);
      if (!common.ok()) return std::nullopt;
      result = std::move(common).value();
    }
  }
  if (!result || !result->isApproximate()) return std::nullopt;
  return result->withNullable(nullable);
}

}  // namespace

Result<Type> leastRestrictive(std::span<const Type> types) {
  if (std::optional<Type> mixed = mixedTimestamps(types)) return *mixed;
  if (std::optional<Type> real = commonApproximate(types)) return *real;
  return commonType(types);
}

}  // namespace millrace
