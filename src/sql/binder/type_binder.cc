#include "sql/binder/type_binder.h"

#include <fmt/format.h>

namespace millrace {

namespace {

Result<int> checkedRange(const ParsedTypeName& name, std::string_view what, int64_t value,
                         int64_t low, int64_t high) {
  if (value < low || value > high) {
    return Error(ErrorKind::kUnknownType,
                 fmt::format("{} of {} must be between {} and {}, found {}", what,
                             name.toString(), low, high, value))
        .at(name.position);
  }
  return static_cast<int>(value);
}

Error unsupportedType(const ParsedTypeName& name) {
  return Error(ErrorKind::kUnsupported, fmt::format("type {}", name.toString())).at(name.position);
}

Result<Type> bindDecimal(const ParsedTypeName& name) {
  int precision = TRY(checkedRange(name, "precision", name.length.value_or(10), 1,
                                   kMaxDecimalPrecision));
  int scale = TRY(checkedRange(name, "scale", name.scale.value_or(0), 0, precision));
  return Type::decimal(precision, scale);
}

Result<Type> bindRow(const ParsedTypeName& name) {
  std::vector<std::string> names;
  std::vector<Type> types;
  for (size_t i = 0; i < name.children.size(); ++i) {
    names.push_back(name.fieldNames[i].name);
    types.push_back(TRY(bindType(name.children[i])));
  }
  return Type::row(std::move(names), std::move(types));
}

Result<Type> bindInterval(const ParsedTypeName& name) {
  return name.interval && name.interval->isYearMonth() ? Type::intervalYearMonth()
                                                       : Type::intervalDayTime();
}

Result<Type> bindBase(const ParsedTypeName& name) {
  using Kind = ParsedTypeName::Kind;
  auto length = [&]() {
    return checkedRange(name, "length", name.length.value_or(1), 1, kMaxStringLength);
  };
  auto precision = [&](int64_t unwritten) {
    return checkedRange(name, "precision", name.length.value_or(unwritten), 0,
                        kMaxTimestampPrecision);
  };
  switch (name.kind) {
    case Kind::kBoolean: return Type::boolean();
    case Kind::kTinyint: return Type::tinyint();
    case Kind::kSmallint: return Type::smallint();
    case Kind::kInteger: return Type::integer();
    case Kind::kBigint: return Type::bigint();
    case Kind::kFloat: return Type::floating();
    case Kind::kDouble: return Type::doubling();
    case Kind::kDecimal: return bindDecimal(name);
    case Kind::kChar: return Type::character(TRY(length()));
    case Kind::kVarchar: return Type::varchar(TRY(length()));
    case Kind::kBinary: return Type::binary(TRY(length()));
    case Kind::kVarbinary: return Type::varbinary(TRY(length()));
    case Kind::kDate: return Type::date();
    case Kind::kTime: return Type::time(TRY(precision(0)));
    case Kind::kTimestamp: return Type::timestamp(TRY(precision(6)));
    case Kind::kTimestampLtz: return Type::timestampLtz(TRY(precision(6)));
    case Kind::kInterval: return bindInterval(name);
    case Kind::kArray: return Type::array(TRY(bindType(name.children[0])));
    case Kind::kMap:
      return Type::map(TRY(bindType(name.children[0])), TRY(bindType(name.children[1])));
    case Kind::kMultiset: return Type::multiset(TRY(bindType(name.children[0])));
    case Kind::kRow: return bindRow(name);
    default: return unsupportedType(name);
  }
}

}  // namespace

Result<Type> bindType(const ParsedTypeName& name) {
  Type type = TRY(bindBase(name));
  return type.withNullable(name.nullable.value_or(true));
}

}  // namespace millrace
