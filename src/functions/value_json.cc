#include "functions/value_json.h"

#include <algorithm>

#include "functions/json_document.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/value_text.h"

namespace millrace {

namespace {

// Java prints 1.0E20; JSON has 1.0E+20.
void appendReal(double value, bool isFloat, std::string& out) {
  std::string text;
  if (isFloat)
    appendJavaFloat(static_cast<float>(value), text);
  else
    appendJavaDouble(value, text);
  size_t exponent = text.find('E');
  bool up = exponent != std::string::npos && text[exponent + 1] != '-';
  if (up) text.insert(exponent + 1, "+");
  bool isNumber = text.find_first_of("IN") == std::string::npos;
  if (isNumber)
    out += text;
  else
    appendQuotedJson(text, out);
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
      return appendReal(column.values<float>()[i], true, out);
    case Physical::kDouble:
      return appendReal(column.values<double>()[i], false, out);
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
