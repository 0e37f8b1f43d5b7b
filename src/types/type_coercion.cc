#include "types/type_coercion.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace millrace {

namespace {

constexpr int kSmallestAdjustedScale = 6;

// The scale gives way so that the integer digits fit, down to 6 digits.
Type adjusted(int precision, int scale) {
  if (precision <= kMaxDecimalPrecision) return Type::decimal(precision, scale);
  int whole = precision - scale;
  int least = std::min(scale, kSmallestAdjustedScale);
  return Type::decimal(kMaxDecimalPrecision, std::max(kMaxDecimalPrecision - whole, least));
}

bool isExact(const Type& type) { return type.isInteger() || type.kind() == TypeKind::kDecimal; }

// Numbers widen along this order.
bool widensTo(const Type& from, const Type& to) {
  if (to.kind() == TypeKind::kDecimal || to.kind() == TypeKind::kDouble) return true;
  if (to.kind() == TypeKind::kFloat) return from.kind() != TypeKind::kDouble;
  return from.isInteger() && from.kind() <= to.kind();
}

bool childrenMatch(const Type& from, const Type& to, bool (*supports)(const Type&, const Type&)) {
  if (from.kind() != to.kind() || from.numChildren() != to.numChildren()) return false;
  for (size_t i = 0; i < from.numChildren(); ++i) {
    if (!supports(from.child(i), to.child(i))) return false;
  }
  return true;
}

}  // namespace

bool supportsImplicitCast(const Type& from, const Type& to) {
  if (from.kind() == TypeKind::kNull || from.sameAs(to)) return true;
  if (from.isNested() || to.isNested()) return childrenMatch(from, to, supportsImplicitCast);
  if (from.isNumeric() && to.isNumeric()) return widensTo(from, to);
  if (from.kind() == to.kind()) return true;
  switch (to.kind()) {
    case TypeKind::kVarchar:
      return from.isCharacter();
    case TypeKind::kVarbinary:
      return from.isBinaryString();
    case TypeKind::kDate:
    case TypeKind::kTime:
      return from.kind() == TypeKind::kTimestamp;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return from.isTimestamp();
    default:
      return false;
  }
}

bool supportsExplicitCast(const Type& from, const Type& to) {
  if (supportsImplicitCast(from, to) || to.isCharacter()) return true;
  if (from.isNested() || to.isNested()) return childrenMatch(from, to, supportsExplicitCast);
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return from.isCharacter() || from.isNumeric();
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return from.isCharacter() || from.isBinaryString();
    case TypeKind::kDate:
    case TypeKind::kTime:
      return from.isCharacter() || from.isTimestamp();
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return from.isCharacter() || from.isDatetime();
    default:
      return to.isNumeric() &&
             (from.isNumeric() || from.isCharacter() || from.kind() == TypeKind::kBoolean);
  }
}

namespace {

using OptionalType = std::optional<Type>;

OptionalType commonOf(const std::vector<Type>& types);

// Datetimes win over intervals and exact numbers (which then are added to them).
OptionalType commonPattern(const Type& a, const Type& b) {
  if (a.isDatetime() && b.isInterval()) return a;
  if (a.isInterval() && b.isDatetime()) return b;
  bool dayA = a.isTimestamp() || a.kind() == TypeKind::kDate;
  bool dayB = b.isTimestamp() || b.kind() == TypeKind::kDate;
  if (dayA && isExact(b)) return a;
  if (isExact(a) && dayB) return b;
  return std::nullopt;
}

OptionalType commonNested(const std::vector<Type>& types) {
  const Type& first = types[0];
  std::vector<Type> children;
  for (size_t i = 0; i < first.numChildren(); ++i) {
    std::vector<Type> column;
    for (const Type& type : types) {
      if (type.kind() != first.kind() || type.numChildren() != first.numChildren()) {
        return std::nullopt;
      }
      column.push_back(type.child(i));
    }
    OptionalType child = commonOf(column);
    if (!child || child->kind() == TypeKind::kNull) return std::nullopt;
    children.push_back(*child);
  }
  switch (first.kind()) {
    case TypeKind::kArray:
      return Type::array(children[0]);
    case TypeKind::kMap:
      return Type::map(children[0], children[1]);
    case TypeKind::kMultiset:
      return Type::multiset(children[0]);
    default:
      return Type::row(first.fieldNames(), children);
  }
}

Type commonString(const Type& a, const Type& b) {
  int length = std::max(a.length(), b.length());
  bool characters = a.isCharacter();
  bool fixed = a.kind() == b.kind() && a.length() == b.length() &&
               (a.kind() == TypeKind::kChar || a.kind() == TypeKind::kBinary);
  if (fixed) return characters ? Type::character(length) : Type::binary(length);
  return characters ? Type::varchar(length) : Type::varbinary(length);
}

Type commonExact(const Type& a, const Type& b) {
  if (a.isInteger() && b.isInteger()) return a.kind() >= b.kind() ? a : b;
  Type x = decimalForInteger(a);
  Type y = decimalForInteger(b);
  int whole = std::max(x.precision() - x.scale(), y.precision() - y.scale());
  int scale = std::min(std::max(x.scale(), y.scale()), kMaxDecimalPrecision - whole);
  return Type::decimal(whole + scale, scale);
}

// `a` came first: an approximate type keeps its width unless a later one needs DOUBLE.
Type commonNumber(const Type& a, const Type& b) {
  if (isExact(a) && isExact(b)) return commonExact(a, b);
  if (a.isApproximate() && b.isApproximate()) {
    bool wide = a.kind() == TypeKind::kDouble || b.kind() == TypeKind::kDouble;
    return wide ? Type::doubling() : a;
  }
  if (a.isApproximate()) return b.kind() == TypeKind::kDecimal ? Type::doubling() : a;
  return b;
}

OptionalType commonTimestamp(const Type& a, const Type& b) {
  int precision = std::max(a.precision(), b.precision());
  bool zoned = a.kind() == TypeKind::kTimestampLtz || b.kind() == TypeKind::kTimestampLtz;
  return zoned ? Type::timestampLtz(precision) : Type::timestamp(precision);
}

OptionalType commonOfTwo(const Type& a, const Type& b) {
  if (OptionalType pattern = commonPattern(a, b)) return pattern;
  if (a.isCharacter() && b.isCharacter()) return commonString(a, b);
  if (a.isBinaryString() && b.isBinaryString()) return commonString(a, b);
  if (a.isNumeric() && b.isNumeric()) return commonNumber(a, b);
  if (a.isTimestamp() && b.isTimestamp()) return commonTimestamp(a, b);
  if (a.kind() != b.kind()) return std::nullopt;
  if (a.kind() == TypeKind::kTime) return a.precision() >= b.precision() ? a : b;
  return a;
}

// The widest of the types themselves, when every other one casts to it implicitly.
OptionalType widestOf(const std::vector<Type>& types) {
  Type result = types[0];
  for (const Type& type : types) {
    if (type.kind() == TypeKind::kNull) continue;
    if (supportsImplicitCast(result, type)) {
      result = type;
    } else if (!supportsImplicitCast(type, result)) {
      return std::nullopt;
    }
  }
  return result;
}

OptionalType commonOf(const std::vector<Type>& types) {
  bool nullable = false;
  std::vector<Type> known;
  for (const Type& type : types) {
    nullable = nullable || type.nullable();
    if (type.kind() == TypeKind::kNull) continue;
    known.push_back(type.withNullable(true).withTimeAttribute(TimeAttribute::kNone));
  }
  if (known.empty()) return Type::null();
  OptionalType result = known[0];
  if (known[0].isNested()) {
    result = commonNested(known);
  } else {
    for (size_t i = 1; i < known.size() && result; ++i) result = commonOfTwo(*result, known[i]);
  }
  if (!result) result = widestOf(known);
  if (!result) return std::nullopt;
  return result->withNullable(nullable);
}

}  // namespace

Result<Type> commonType(std::span<const Type> types) {
  CHECK(!types.empty());
  if (OptionalType common = commonOf(std::vector<Type>(types.begin(), types.end()))) {
    return *std::move(common);
  }
  std::string list;
  for (const Type& type : types) {
    if (!list.empty()) list += ", ";
    list += type.withNullable(true).toString();
  }
  return Error(ErrorKind::kTypeMismatch, "no common type for " + list)
      .withHint("Use CAST to bring the expressions to one type.");
}

Type decimalForInteger(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kTinyint:
      return Type::decimal(3, 0);
    case TypeKind::kSmallint:
      return Type::decimal(5, 0);
    case TypeKind::kInteger:
      return Type::decimal(10, 0);
    case TypeKind::kBigint:
      return Type::decimal(19, 0);
    default:
      return type;
  }
}

Type decimalSumType(const Type& a, const Type& b) {
  int scale = std::max(a.scale(), b.scale());
  int whole = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  return adjusted(whole + scale + 1, scale);
}

Type decimalProductType(const Type& a, const Type& b) {
  return adjusted(a.precision() + b.precision() + 1, a.scale() + b.scale());
}

Type decimalQuotientType(const Type& a, const Type& b) {
  int scale = std::max(kSmallestAdjustedScale, a.scale() + b.precision() + 1);
  return adjusted(a.precision() - a.scale() + b.scale() + scale, scale);
}

Type decimalModuloType(const Type& a, const Type& b) {
  int scale = std::max(a.scale(), b.scale());
  int whole = std::min(a.precision() - a.scale(), b.precision() - b.scale());
  return adjusted(std::max(whole + scale, 1), scale);
}

Type decimalRoundType(const Type& type, int places) {
  int precision = type.precision();
  int scale = type.scale();
  if (places >= scale) return Type::decimal(precision, scale);
  if (places < 0) return Type::decimal(std::min(kMaxDecimalPrecision, 1 + precision - scale), 0);
  return Type::decimal(1 + precision - scale + places, places);
}

Type sumResultType(const Type& argument) {
  if (argument.kind() != TypeKind::kDecimal) return argument;
  return Type::decimal(kMaxDecimalPrecision, argument.scale()).withNullable(argument.nullable());
}

Type averageResultType(const Type& argument) {
  if (argument.kind() != TypeKind::kDecimal) return argument;
  Type sum = Type::decimal(kMaxDecimalPrecision, argument.scale());
  return decimalQuotientType(sum, Type::decimal(20, 0)).withNullable(argument.nullable());
}

}  // namespace millrace
