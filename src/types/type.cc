#include "types/type.h"

#include <fmt/format.h>

#include "base/check.h"

namespace millrace {

Type Type::decimal(int precision, int scale) {
  CHECK(precision >= 1 && precision <= kMaxDecimalPrecision && scale >= 0 && scale <= precision);
  return Type(TypeKind::kDecimal, precision, scale);
}

Type Type::array(Type element) {
  Type type(TypeKind::kArray);
  type.nested_ = std::make_shared<Nested>(Nested{{std::move(element)}, {}});
  return type;
}

Type Type::map(Type key, Type value) {
  Type type(TypeKind::kMap);
  type.nested_ = std::make_shared<Nested>(Nested{{std::move(key), std::move(value)}, {}});
  return type;
}

Type Type::multiset(Type element) {
  Type type(TypeKind::kMultiset);
  Type count = Type::integer().withNullable(false);
  type.nested_ = std::make_shared<Nested>(Nested{{std::move(element), std::move(count)}, {}});
  return type;
}

Type Type::row(std::vector<std::string> names, std::vector<Type> fields) {
  CHECK(names.size() == fields.size());
  Type type(TypeKind::kRow);
  type.nested_ = std::make_shared<Nested>(Nested{std::move(fields), std::move(names)});
  return type;
}

const std::vector<Type>& Type::children() const {
  static const std::vector<Type> none;
  return nested_ ? nested_->children : none;
}

const std::vector<std::string>& Type::fieldNames() const {
  static const std::vector<std::string> none;
  return nested_ ? nested_->names : none;
}

int Type::fieldIndex(std::string_view name) const {
  const std::vector<std::string>& names = fieldNames();
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return -1;
}

Type Type::withNullable(bool nullable) const {
  Type copy = *this;
  copy.nullable_ = nullable;
  return copy;
}

Type Type::withTimeAttribute(TimeAttribute attribute) const {
  Type copy = *this;
  copy.timeAttribute_ = attribute;
  return copy;
}

Type Type::withLength(int lengthOrPrecision) const {
  Type copy = *this;
  copy.length_ = lengthOrPrecision;
  return copy;
}

Physical Type::physical() const {
  switch (kind_) {
    case TypeKind::kNull:
    case TypeKind::kBoolean:
      return Physical::kBool;
    case TypeKind::kTinyint:
      return Physical::kInt8;
    case TypeKind::kSmallint:
      return Physical::kInt16;
    case TypeKind::kInteger:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return Physical::kInt32;
    case TypeKind::kBigint:
    case TypeKind::kIntervalDayTime:
      return Physical::kInt64;
    case TypeKind::kFloat:
      return Physical::kFloat;
    case TypeKind::kDouble:
      return Physical::kDouble;
    case TypeKind::kDecimal:
      return length_ <= kMaxShortDecimalPrecision ? Physical::kInt64 : Physical::kInt128;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return length_ <= kMaxMicrosPrecision ? Physical::kInt64 : Physical::kNanoTimestamp;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return Physical::kString;
    case TypeKind::kArray:
      return Physical::kArray;
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return Physical::kMap;
    case TypeKind::kRow:
      return Physical::kRow;
  }
  UNREACHABLE();
}

namespace {

std::string quoteName(const std::string& name) {
  std::string out = "`";
  for (char c : name) {
    out += c;
    if (c == '`') out += c;
  }
  return out + "`";
}

std::string stringName(std::string_view fixed, int length) {
  if (length == kMaxStringLength && fixed == "VARCHAR") return "STRING";
  if (length == kMaxStringLength && fixed == "VARBINARY") return "BYTES";
  return fmt::format("{}({})", fixed, length);
}

std::string baseName(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
      return "NULL";
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kTinyint:
      return "TINYINT";
    case TypeKind::kSmallint:
      return "SMALLINT";
    case TypeKind::kInteger:
      return "INT";
    case TypeKind::kBigint:
      return "BIGINT";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDecimal:
      return fmt::format("DECIMAL({}, {})", type.precision(), type.scale());
    case TypeKind::kChar:
      return stringName("CHAR", type.length());
    case TypeKind::kVarchar:
      return stringName("VARCHAR", type.length());
    case TypeKind::kBinary:
      return stringName("BINARY", type.length());
    case TypeKind::kVarbinary:
      return stringName("VARBINARY", type.length());
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return fmt::format("TIME({})", type.precision());
    case TypeKind::kTimestamp:
      return fmt::format("TIMESTAMP({})", type.precision());
    case TypeKind::kTimestampLtz:
      return fmt::format("TIMESTAMP_LTZ({})", type.precision());
    case TypeKind::kIntervalYearMonth:
      return "INTERVAL MONTH";
    case TypeKind::kIntervalDayTime:
      return "INTERVAL SECOND(3)";
    case TypeKind::kArray:
      return fmt::format("ARRAY<{}>", type.child(0).toString());
    case TypeKind::kMap:
      return fmt::format("MAP<{}, {}>", type.child(0).toString(), type.child(1).toString());
    case TypeKind::kMultiset:
      return fmt::format("MULTISET<{}>", type.child(0).toString());
    case TypeKind::kRow: {
      std::string out = "ROW<";
      for (size_t i = 0; i < type.numChildren(); ++i) {
        if (i > 0) out += ", ";
        out += quoteName(type.fieldNames()[i]) + " " + type.child(i).toString();
      }
      return out + ">";
    }
  }
  UNREACHABLE();
}

}  // namespace

std::string Type::toString() const {
  std::string out = baseName(*this);
  if (!nullable_) out += " NOT NULL";
  if (timeAttribute_ == TimeAttribute::kRowtime) out += " *ROWTIME*";
  if (timeAttribute_ == TimeAttribute::kProctime) out += " *PROCTIME*";
  return out;
}

bool Type::operator==(const Type& other) const {
  return kind_ == other.kind_ && nullable_ == other.nullable_ && length_ == other.length_ &&
         scale_ == other.scale_ && timeAttribute_ == other.timeAttribute_ &&
         children() == other.children() && fieldNames() == other.fieldNames();
}

bool Type::sameAs(const Type& other) const {
  if (kind_ != other.kind_ || length_ != other.length_ || scale_ != other.scale_) return false;
  if (numChildren() != other.numChildren()) return false;
  for (size_t i = 0; i < numChildren(); ++i) {
    if (!child(i).sameAs(other.child(i))) return false;
  }
  return fieldNames() == other.fieldNames();
}

size_t physicalWidth(Physical physical) {
  switch (physical) {
    case Physical::kBool:
    case Physical::kInt8:
      return 1;
    case Physical::kInt16:
      return 2;
    case Physical::kInt32:
    case Physical::kFloat:
      return 4;
    case Physical::kInt64:
    case Physical::kDouble:
      return 8;
    case Physical::kInt128:
    case Physical::kNanoTimestamp:
    case Physical::kString:
      return 16;
    case Physical::kRow:
    case Physical::kArray:
    case Physical::kMap:
      return 0;
  }
  UNREACHABLE();
}

}  // namespace millrace
