#include "sql/binder/type_binder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/close_matches.h"
#include "sql/parser/parser.h"

namespace millrace {

namespace {

struct Range {
  std::string_view what;
  int64_t low;
  int64_t high;
};

// Columns have too large precisions cut to the largest there is, as in Flink.
Result<int> checkedRange(const ParsedTypeName& name, TypeUse use, const Range& range,
                         int64_t value) {
  bool isPrecision = range.what == "precision";
  if (use == TypeUse::kColumn && isPrecision) value = std::min(value, range.high);
  if (value < range.low || value > range.high) {
    return Error(use == TypeUse::kCast ? ErrorKind::kValidation : ErrorKind::kInvalidSchema,
                 fmt::format("{} of {} must be between {} and {}, found {}", range.what,
                             name.toString(), range.low, range.high, value))
        .at(name.position);
  }
  return static_cast<int>(value);
}

Error unsupportedType(const ParsedTypeName& name) {
  return Error(ErrorKind::kUnsupported, fmt::format("type {}", name.toString())).at(name.position);
}

Error unknownType(const ParsedTypeName& name) {
  std::string written = fmt::format("{}", fmt::join(name.userName.parts, "."));
  return Error(ErrorKind::kUnknownType, fmt::format("type '{}' not found", written))
      .at(name.position)
      .withHint(didYouMean(written, typeWords()));
}

Result<Type> bindDecimal(const ParsedTypeName& name, TypeUse use) {
  int precision = TRY(
      checkedRange(name, use, {"precision", 1, kMaxDecimalPrecision}, name.length.value_or(10)));
  int scale = TRY(checkedRange(name, use, {"scale", 0, precision}, name.scale.value_or(0)));
  return Type::decimal(precision, scale);
}

Result<Type> bindRow(const ParsedTypeName& name, TypeUse use) {
  std::vector<std::string> names;
  std::vector<Type> types;
  for (size_t i = 0; i < name.children.size(); ++i) {
    names.push_back(name.fieldNames[i].name);
    types.push_back(TRY(bindType(name.children[i], use)));
  }
  return Type::row(std::move(names), std::move(types));
}

Result<Type> bindInterval(const ParsedTypeName& name) {
  return name.interval && name.interval->isYearMonth() ? Type::intervalYearMonth()
                                                       : Type::intervalDayTime();
}

Result<Type> bindBase(const ParsedTypeName& name, TypeUse use) {
  using Kind = ParsedTypeName::Kind;
  bool isCast = use == TypeUse::kCast;
  auto length = [&](int64_t unwritten) {
    return checkedRange(name, use, {"length", isCast ? 0 : 1, kMaxStringLength},
                        name.length.value_or(unwritten));
  };
  auto precision = [&](int64_t unwritten) {
    return checkedRange(name, use, {"precision", 0, kMaxTimestampPrecision},
                        name.length.value_or(unwritten));
  };
  int64_t variable = isCast ? kMaxStringLength : 1;
  switch (name.kind) {
    case Kind::kBoolean:
      return Type::boolean();
    case Kind::kTinyint:
      return Type::tinyint();
    case Kind::kSmallint:
      return Type::smallint();
    case Kind::kInteger:
      return Type::integer();
    case Kind::kBigint:
      return Type::bigint();
    case Kind::kFloat:
      return Type::floating();
    case Kind::kDouble:
      return Type::doubling();
    case Kind::kDecimal:
      return bindDecimal(name, use);
    case Kind::kChar:
      return Type::character(TRY(length(1)));
    case Kind::kVarchar:
      return Type::varchar(TRY(length(variable)));
    case Kind::kBinary:
      return Type::binary(TRY(length(1)));
    case Kind::kVarbinary:
      return Type::varbinary(TRY(length(variable)));
    case Kind::kDate:
      return Type::date();
    case Kind::kTime:
      return Type::time(TRY(precision(0)));
    case Kind::kTimestamp:
      return Type::timestamp(TRY(precision(6)));
    case Kind::kTimestampLtz:
      return Type::timestampLtz(TRY(precision(6)));
    case Kind::kInterval:
      return bindInterval(name);
    case Kind::kArray:
      return Type::array(TRY(bindType(name.children[0], use)));
    case Kind::kMap:
      return Type::map(TRY(bindType(name.children[0], use)), TRY(bindType(name.children[1], use)));
    case Kind::kMultiset:
      return Type::multiset(TRY(bindType(name.children[0], use)));
    case Kind::kRow:
      return bindRow(name, use);
    case Kind::kUser:
      return unknownType(name);
    default:
      return unsupportedType(name);
  }
}

}  // namespace

Result<Type> bindType(const ParsedTypeName& name, TypeUse use) {
  Type type = TRY(bindBase(name, use));
  return type.withNullable(name.nullable.value_or(true));
}

}  // namespace millrace
