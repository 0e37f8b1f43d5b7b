#include "types/value_text.h"

#include <charconv>
#include <cmath>

#include "types/datetime.h"
#include "types/decimal.h"
#include "types/time_zone.h"

namespace millrace {

namespace {

// Places the point of scientific digits "d.ddde±xx" as Java does.
void placePoint(std::string_view scientific, std::string& out) {
  size_t mark = scientific.find('e');
  int exponent = 0;
  std::string_view exponentText = scientific.substr(mark + 1);
  if (exponentText[0] == '+') exponentText.remove_prefix(1);
  std::from_chars(exponentText.data(), exponentText.data() + exponentText.size(), exponent);
  std::string digits(1, scientific[0]);
  if (mark > 2) digits += scientific.substr(2, mark - 2);
  if (exponent < -3 || exponent >= 7) {
    out += digits[0];
    out += '.';
    out += digits.size() > 1 ? digits.substr(1) : "0";
    out += 'E';
    out += std::to_string(exponent);
    return;
  }
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-exponent) - 1, '0');
    out += digits;
    return;
  }
  size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() < whole) digits.append(whole - digits.size(), '0');
  out += digits.substr(0, whole);
  out += '.';
  out += digits.size() > whole ? digits.substr(whole) : "0";
}

template <typename T>
void appendJavaReal(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::signbit(value)) out += '-';
  value = std::fabs(value);
  if (std::isinf(value)) {
    out += "Infinity";
  } else if (value == 0) {
    out += "0.0";
  } else {
    char text[40];
    auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific);
    placePoint({text, static_cast<size_t>(end.ptr - text)}, out);
  }
}

void appendSigned(int64_t value, std::string& out) {
  char text[24];
  auto end = std::to_chars(text, text + sizeof(text), value);
  out.append(text, end.ptr);
}

void appendInt32(const Type& type, int32_t value, std::string& out) {
  switch (type.kind()) {
    case TypeKind::kDate:
      return appendDate(value, out);
    case TypeKind::kTime:
      return appendTime(value, type.precision(), out);
    case TypeKind::kIntervalYearMonth:
      return appendIntervalYearMonth(value, out);
    default:
      return appendSigned(value, out);
  }
}

NanoTimestamp localOf(const Type& type, NanoTimestamp value, const TextOptions& options) {
  if (type.kind() == TypeKind::kTimestampLtz && options.zone != nullptr) {
    value.millis = options.zone->millisToLocal(value.millis);
  }
  return value;
}

void appendInt64(const Type& type, int64_t value, const TextOptions& options, std::string& out) {
  switch (type.kind()) {
    case TypeKind::kDecimal:
      return appendDecimal(value, type.scale(), out);
    case TypeKind::kIntervalDayTime:
      return appendIntervalDayTime(value, out);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return appendTimestamp(localOf(type, nanosOfMicros(value), options), type.precision(), out);
    default:
      return appendSigned(value, out);
  }
}

void appendBytes(const Type& type, std::string_view bytes, const TextOptions& options,
                 std::string& out) {
  if (type.isBinaryString() && options.hexBytes) {
    out += "x'";
    appendHex(bytes, out);
    out += '\'';
  } else {
    out += bytes;
  }
}

void appendList(const Column& column, size_t position, const TextOptions& options,
                std::string& out) {
  bool pairs = column.physical() == Physical::kMap;
  ListRange range = column.ranges()[position];
  out += pairs ? '{' : '[';
  for (uint32_t k = 0; k < range.length; ++k) {
    if (k > 0) out += ", ";
    appendValueText(*column.child(0), range.offset + k, options, out);
    if (!pairs) continue;
    out += '=';
    appendValueText(*column.child(1), range.offset + k, options, out);
  }
  out += pairs ? '}' : ']';
}

}  // namespace

void appendJavaDouble(double value, std::string& out) { appendJavaReal(value, out); }
void appendJavaFloat(float value, std::string& out) { appendJavaReal(value, out); }

void appendHex(std::string_view bytes, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (unsigned char byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

void appendValueText(const Column& column, size_t row, const TextOptions& options,
                     std::string& out) {
  if (column.isNull(row)) {
    out += "NULL";
    return;
  }
  const Type& type = column.type();
  size_t i = column.position(row);
  switch (column.physical()) {
    case Physical::kBool:
      out += column.values<uint8_t>()[i] != 0 ? "TRUE" : "FALSE";
      return;
    case Physical::kInt8:
      return appendSigned(column.values<int8_t>()[i], out);
    case Physical::kInt16:
      return appendSigned(column.values<int16_t>()[i], out);
    case Physical::kInt32:
      return appendInt32(type, column.values<int32_t>()[i], out);
    case Physical::kInt64:
      return appendInt64(type, column.values<int64_t>()[i], options, out);
    case Physical::kInt128:
      return appendDecimal(column.values<int128>()[i], type.scale(), out);
    case Physical::kFloat:
      return appendJavaFloat(column.values<float>()[i], out);
    case Physical::kDouble:
      return appendJavaDouble(column.values<double>()[i], out);
    case Physical::kNanoTimestamp:
      return appendTimestamp(localOf(type, column.values<NanoTimestamp>()[i], options),
                             type.precision(), out);
    case Physical::kString:
      return appendBytes(type, column.values<StringView>()[i], options, out);
    case Physical::kRow:
      out += '(';
      for (size_t field = 0; field < column.numChildren(); ++field) {
        if (field > 0) out += ", ";
        appendValueText(*column.child(field), i, options, out);
      }
      out += ')';
      return;
    case Physical::kArray:
    case Physical::kMap:
      return appendList(column, i, options, out);
  }
}

}  // namespace millrace
