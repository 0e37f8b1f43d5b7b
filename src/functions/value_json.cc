#include "functions/value_json.h"

#include <algorithm>
#include <charconv>

#include "functions/json_document.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/value_text.h"

namespace millrace {

namespace {

// "1.5E8" as 150000000 and "1.5E-5" as 0.000015 where Java's BigDecimal leaves the exponent out:
// it has one for less than 1e-6 and where the digits end before the point.
void appendScientific(std::string_view text, std::string& out) {
  size_t mark = text.find('E');
  int exponent = 0;
  std::from_chars(text.data() + mark + 1, text.data() + text.size(), exponent);
  std::string_view sign = text.substr(0, text[0] == '-' ? 1 : 0);
  std::string_view mantissa = text.substr(sign.size(), mark - sign.size());
  int scale = static_cast<int>(mantissa.size()) - 2 - exponent;
  if (scale < 0 || exponent < -6) {
    out += text.substr(0, mark + 1);
    if (exponent > 0) out += '+';
    out += text.substr(mark + 1);
    return;
  }
  std::string digits = std::string(mantissa.substr(0, 1)) + std::string(mantissa.substr(2));
  if (exponent < 0) digits.insert(0, static_cast<size_t>(-exponent), '0');
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), 1, '.');
  out += sign;
  out += digits;
}

// The BigDecimal of what Java prints; a FLOAT is a double before.
void appendReal(double value, std::string& out) {
  std::string text;
  appendJavaDouble(value == 0 ? 0 : value, text);
  if (text.find_first_of("IN") != std::string::npos)
    appendQuotedJson(text, out);
  else if (text.find('E') != std::string::npos)
    appendScientific(text, out);
  else
    out += text;
}

void appendInstant(const Column& column, size_t i, std::string& out) {
  NanoTimestamp value = column.physical() == Physical::kInt64
                            ? nanosOfMicros(column.values<int64_t>()[i])
                            : column.values<NanoTimestamp>()[i];
  std::string text;
  appendTimestamp(value, 9, text, 'T');
  // As many fraction digits as needed.
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  out += '"';
  out += text;
  if (column.type().kind() == TypeKind::kTimestampLtz) out += 'Z';
  out += '"';
}

void appendList(const Column& column, size_t i, std::string& out) {
  ListRange range = column.ranges()[i];
  bool isMap = column.physical() == Physical::kMap;
  out += isMap ? '{' : '[';
  for (uint32_t n = 0; n < range.length; ++n) {
    if (n > 0) out += ',';
    if (isMap) {
      std::string key;
      appendValueText(*column.child(0), range.offset + n, {}, key);
      appendQuotedJson(key, out);
      out += ':';
    }
    appendValueJson(*column.child(isMap ? 1 : 0), range.offset + n, out);
  }
  out += isMap ? '}' : ']';
}

void appendFields(const Column& column, size_t i, std::string& out) {
  out += '{';
  for (size_t n = 0; n < column.numChildren(); ++n) {
    if (n > 0) out += ',';
    appendQuotedJson(column.type().fieldNames()[n], out);
    out += ':';
    appendValueJson(*column.child(n), i, out);
  }
  out += '}';
}

}  // namespace

void appendBase64(std::string_view bytes, std::string& out) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.size(); i += 3) {
    size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t word = 0;
    for (size_t k = 0; k < 3; ++k) {
      word = word << 8 | (k < count ? static_cast<uint8_t>(bytes[i + k]) : 0);
    }
    for (size_t k = 0; k < 4; ++k) {
      out += k <= count ? kDigits[word >> (18 - 6 * k) & 63] : '=';
    }
  }
}

bool hasJsonForm(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      return false;
    case TypeKind::kMap:
      return type.child(0).isCharacter() && hasJsonForm(type.child(1));
    default:
      return std::all_of(type.children().begin(), type.children().end(), hasJsonForm);
  }
}

void appendValueJson(const Column& column, size_t row, std::string& out) {
  if (column.isNull(row)) {
    out += "null";
    return;
  }
  size_t i = column.position(row);
  switch (column.physical()) {
    case Physical::kBool:
      out += column.values<uint8_t>()[i] != 0 ? "true" : "false";
      return;
    case Physical::kFloat:
      return appendReal(static_cast<double>(column.values<float>()[i]), out);
    case Physical::kDouble:
      return appendReal(column.values<double>()[i], out);
    case Physical::kRow:
      return appendFields(column, i, out);
    case Physical::kArray:
    case Physical::kMap:
      return appendList(column, i, out);
    case Physical::kString: {
      std::string_view text = column.values<StringView>()[i].view();
      if (!column.type().isBinaryString()) return appendQuotedJson(text, out);
      out += '"';
      appendBase64(text, out);
      out += '"';
      return;
    }
    default:
      if (column.type().isTimestamp()) return appendInstant(column, i, out);
      appendValueText(column, row, {}, out);
  }
}

}  // namespace millrace
