#include "connectors/print/print_text.h"

#include <fmt/format.h>

#include "types/datetime.h"
#include "types/decimal.h"
#include "types/value_text.h"

namespace millrace {

namespace {

constexpr int64_t kMillisPerDay = 86'400'000;

int64_t integerAt(const Column& column, size_t at) {
  switch (column.physical()) {
    case Physical::kInt8:
      return column.values<int8_t>()[at];
    case Physical::kInt16:
      return column.values<int16_t>()[at];
    case Physical::kInt32:
      return column.values<int32_t>()[at];
    default:
      return column.values<int64_t>()[at];
  }
}

// LocalTime.toString: 10:00, 10:00:01, 10:00:01.500, .500600, .500600700. An Instant always has
// its seconds.
void appendJavaTime(int64_t nanosOfDay, bool alwaysSeconds, std::string& out) {
  int64_t seconds = nanosOfDay / 1'000'000'000;
  int64_t fraction = nanosOfDay % 1'000'000'000;
  out += fmt::format("{:02}:{:02}", seconds / 3'600, seconds / 60 % 60);
  if (!alwaysSeconds && seconds % 60 == 0 && fraction == 0) return;
  out += fmt::format(":{:02}", seconds % 60);
  if (fraction == 0) return;
  if (fraction % 1'000'000 == 0) {
    out += fmt::format(".{:03}", fraction / 1'000'000);
  } else if (fraction % 1'000 == 0) {
    out += fmt::format(".{:06}", fraction / 1'000);
  } else {
    out += fmt::format(".{:09}", fraction);
  }
}

void appendTimestampText(const Column& column, size_t at, bool zoned, std::string& out) {
  NanoTimestamp value;
  if (column.physical() == Physical::kNanoTimestamp) {
    value = column.values<NanoTimestamp>()[at];
  } else {
    int64_t micros = column.values<int64_t>()[at];
    int64_t millis = micros / 1'000 - (micros % 1'000 < 0 ? 1 : 0);
    value = {millis, static_cast<int32_t>(micros - millis * 1'000) * 1'000, 0};
  }
  int64_t days = value.millis / kMillisPerDay - (value.millis % kMillisPerDay < 0 ? 1 : 0);
  appendDate(static_cast<int32_t>(days), out);
  out += 'T';
  int64_t nanos = (value.millis - days * kMillisPerDay) * 1'000'000 + value.nanos;
  appendJavaTime(nanos, zoned, out);
  if (zoned) out += 'Z';
}

void appendBytes(std::string_view bytes, std::string& out) {
  out += '[';
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += ", ";
    out += std::to_string(static_cast<int>(static_cast<signed char>(bytes[i])));
  }
  out += ']';
}

void appendNested(const Column& column, size_t at, std::string& out) {
  if (column.type().kind() == TypeKind::kRow) {
    out += "+I[";
    for (size_t i = 0; i < column.numChildren(); ++i) {
      if (i > 0) out += ", ";
      appendPrintText(*column.child(i), at, out);
    }
    out += ']';
    return;
  }
  ListRange range = column.ranges()[at];
  bool isArray = column.type().kind() == TypeKind::kArray;
  out += isArray ? '[' : '{';
  for (uint32_t i = 0; i < range.length; ++i) {
    if (i > 0) out += ", ";
    appendPrintText(*column.child(0), range.offset + i, out);
    if (isArray) continue;
    out += '=';
    appendPrintText(*column.child(1), range.offset + i, out);
  }
  out += isArray ? ']' : '}';
}

// BigDecimal.toString: numbers below 1e-6 have an exponent.
void appendBigDecimal(int128 value, int scale, std::string& out) {
  std::string digits;
  appendInteger(value < 0 ? -value : value, digits);
  int exponent = static_cast<int>(digits.size()) - 1 - scale;
  if (exponent >= -6) return appendDecimal(value, scale, out);
  if (value < 0) out += '-';
  out += digits[0];
  if (digits.size() > 1) out.append(".").append(digits, 1);
  out += fmt::format("E{}", exponent);
}

}  // namespace

void appendPrintText(const Column& column, size_t row, std::string& out) {
  if (column.isNull(row)) {
    out += "null";
    return;
  }
  size_t at = column.position(row);
  const Type& type = column.type();
  switch (type.kind()) {
    case TypeKind::kBoolean:
      out += column.values<uint8_t>()[at] ? "true" : "false";
      return;
    case TypeKind::kFloat:
      return appendJavaFloat(column.values<float>()[at], out);
    case TypeKind::kDouble:
      return appendJavaDouble(column.values<double>()[at], out);
    case TypeKind::kDecimal: {
      bool wide = column.physical() == Physical::kInt128;
      int128 value = wide ? column.values<int128>()[at] : column.values<int64_t>()[at];
      return appendBigDecimal(value, type.scale(), out);
    }
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      out += column.values<StringView>()[at].view();
      return;
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return appendBytes(column.values<StringView>()[at], out);
    case TypeKind::kDate:
      return appendDate(column.values<int32_t>()[at], out);
    case TypeKind::kTime:
      return appendJavaTime(int64_t{column.values<int32_t>()[at]} * 1'000'000, false, out);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return appendTimestampText(column, at, type.kind() == TypeKind::kTimestampLtz, out);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return appendNested(column, at, out);
    default:
      return appendInteger(integerAt(column, at), out);
  }
}

}  // namespace millrace
