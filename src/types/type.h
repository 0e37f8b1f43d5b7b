// SQL types as Flink has them. A Type is a small immutable value; nested parts are shared.
//
//   Type price = Type::decimal(10, 2).withNullable(false);
//   price.toString();                        // "DECIMAL(10, 2) NOT NULL"
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class TypeKind : uint8_t {
  kNull,
  kBoolean,
  kTinyint,
  kSmallint,
  kInteger,
  kBigint,
  kFloat,
  kDouble,
  kDecimal,
  kChar,
  kVarchar,
  kBinary,
  kVarbinary,
  kDate,
  kTime,
  kTimestamp,
  kTimestampLtz,
  kIntervalYearMonth,
  kIntervalDayTime,
  kArray,
  kMap,
  kMultiset,
  kRow,
};

// How a value of a type is laid out in a column (types/column.h).
enum class Physical : uint8_t {
  kBool,    // uint8_t, 0 or 1
  kInt8,    // TINYINT
  kInt16,   // SMALLINT
  kInt32,   // INTEGER; DATE: days since 1970-01-01; TIME: milliseconds of the day;
            // INTERVAL YEAR TO MONTH: months
  kInt64,   // BIGINT; DECIMAL(p <= 18): unscaled; TIMESTAMP(p <= 6) and
            // TIMESTAMP_LTZ(p <= 6): microseconds since 1970-01-01 (LTZ: of UTC);
            // INTERVAL DAY TO SECOND: milliseconds
  kInt128,  // DECIMAL(p > 18): unscaled
  kFloat,
  kDouble,
  kNanoTimestamp,  // TIMESTAMP(p > 6), TIMESTAMP_LTZ(p > 6): struct NanoTimestamp
  kString,         // CHAR, VARCHAR (UTF-8), BINARY, VARBINARY: struct StringView
  kRow,            // child columns
  kArray,          // offsets into one child
  kMap,            // offsets into two children; MAP, and MULTISET with INT counts as values
};

// A TIMESTAMP that is also a time attribute of its table.
enum class TimeAttribute : uint8_t { kNone, kRowtime, kProctime };

using int128 = __int128;

inline constexpr int kMaxDecimalPrecision = 38;
inline constexpr int kMaxShortDecimalPrecision = 18;
inline constexpr int kMaxMicrosPrecision = 6;
inline constexpr int kMaxTimestampPrecision = 9;
inline constexpr int kMaxStringLength = INT32_MAX;

class Type {
 public:
  Type() = default;  // NULL

  static Type null() { return Type(); }
  static Type boolean() { return Type(TypeKind::kBoolean); }
  static Type tinyint() { return Type(TypeKind::kTinyint); }
  static Type smallint() { return Type(TypeKind::kSmallint); }
  static Type integer() { return Type(TypeKind::kInteger); }
  static Type bigint() { return Type(TypeKind::kBigint); }
  static Type floating() { return Type(TypeKind::kFloat); }
  static Type doubling() { return Type(TypeKind::kDouble); }
  static Type decimal(int precision, int scale);
  static Type character(int length) { return Type(TypeKind::kChar, length); }
  static Type varchar(int length) { return Type(TypeKind::kVarchar, length); }
  static Type string() { return Type(TypeKind::kVarchar, kMaxStringLength); }
  static Type binary(int length) { return Type(TypeKind::kBinary, length); }
  static Type varbinary(int length) { return Type(TypeKind::kVarbinary, length); }
  static Type bytes() { return Type(TypeKind::kVarbinary, kMaxStringLength); }
  static Type date() { return Type(TypeKind::kDate); }
  static Type time(int precision = 0) { return Type(TypeKind::kTime, precision); }
  static Type timestamp(int precision = 6) { return Type(TypeKind::kTimestamp, precision); }
  static Type timestampLtz(int precision = 6) { return Type(TypeKind::kTimestampLtz, precision); }
  static Type intervalYearMonth() { return Type(TypeKind::kIntervalYearMonth); }
  static Type intervalDayTime() { return Type(TypeKind::kIntervalDayTime, 3); }
  static Type array(Type element);
  static Type map(Type key, Type value);
  static Type multiset(Type element);
  static Type row(std::vector<std::string> names, std::vector<Type> fields);

  TypeKind kind() const { return kind_; }
  bool nullable() const { return nullable_; }
  // Length of CHAR, VARCHAR, BINARY, VARBINARY; precision of DECIMAL, TIME, TIMESTAMP(_LTZ).
  int length() const { return length_; }
  int precision() const { return length_; }
  int scale() const { return scale_; }
  TimeAttribute timeAttribute() const { return timeAttribute_; }
  bool isRowtime() const { return timeAttribute_ == TimeAttribute::kRowtime; }
  bool isProctime() const { return timeAttribute_ == TimeAttribute::kProctime; }

  size_t numChildren() const { return nested_ ? nested_->children.size() : 0; }
  // ARRAY and MULTISET: child 0; MAP: key 0, value 1; ROW: fields in order.
  const Type& child(size_t i) const { return nested_->children[i]; }
  const std::vector<Type>& children() const;
  const std::vector<std::string>& fieldNames() const;
  // Index of a ROW field by exact name, or -1.
  int fieldIndex(std::string_view name) const;

  Type withNullable(bool nullable) const;
  Type withTimeAttribute(TimeAttribute attribute) const;
  Type withLength(int lengthOrPrecision) const;

  // The column layout. NULL is laid out as kBool.
  Physical physical() const;

  bool isNumeric() const { return kind_ >= TypeKind::kTinyint && kind_ <= TypeKind::kDecimal; }
  bool isInteger() const { return kind_ >= TypeKind::kTinyint && kind_ <= TypeKind::kBigint; }
  bool isApproximate() const { return kind_ == TypeKind::kFloat || kind_ == TypeKind::kDouble; }
  bool isCharacter() const { return kind_ == TypeKind::kChar || kind_ == TypeKind::kVarchar; }
  bool isBinaryString() const {
    return kind_ == TypeKind::kBinary || kind_ == TypeKind::kVarbinary;
  }
  bool isTimestamp() const {
    return kind_ == TypeKind::kTimestamp || kind_ == TypeKind::kTimestampLtz;
  }
  bool isInterval() const {
    return kind_ == TypeKind::kIntervalYearMonth || kind_ == TypeKind::kIntervalDayTime;
  }
  bool isDatetime() const {
    return kind_ == TypeKind::kDate || kind_ == TypeKind::kTime || isTimestamp();
  }
  bool isNested() const { return kind_ >= TypeKind::kArray; }

  // Flink's summary string: "INT", "STRING", "ROW<`a` INT>", " NOT NULL" and "*ROWTIME*" appended.
  std::string toString() const;

  // Equality of everything, nullability and time attribute included.
  bool operator==(const Type& other) const;
  // Equality without the nullability (at any depth) and without time attributes.
  bool sameAs(const Type& other) const;

 private:
  struct Nested {
    std::vector<Type> children;
    std::vector<std::string> names;  // ROW only
  };

  explicit Type(TypeKind kind, int length = 0, int scale = 0)
      : kind_(kind), length_(length), scale_(static_cast<int16_t>(scale)) {}

  TypeKind kind_ = TypeKind::kNull;
  bool nullable_ = true;
  TimeAttribute timeAttribute_ = TimeAttribute::kNone;
  int32_t length_ = 0;
  int16_t scale_ = 0;
  std::shared_ptr<const Nested> nested_;  // shared because types are copied freely
};

// A named, typed column list: the schema of a relation or a batch.
struct Field {
  std::string name;
  Type type;
  bool operator==(const Field&) const = default;
};
using Schema = std::vector<Field>;

// Physical width in bytes of one value; 0 for kRow, kArray and kMap.
size_t physicalWidth(Physical physical);

}  // namespace millrace
