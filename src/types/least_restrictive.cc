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

}  // namespace

Result<Type> leastRestrictive(std::span<const Type> types) {
  if (std::optional<Type> mixed = mixedTimestamps(types)) return *mixed;
  return commonType(types);
}

}  // namespace millrace
