#include "types/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <vector>

#include "types/datetime.h"
#include "types/decimal.h"
#include "types/value_text.h"

namespace millrace {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The length of the UTF-8 character at the start of a text, 0 when it is malformed.
size_t characterBytes(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  auto follows = [&](size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!follows(1) || !follows(2)) return 0;
    bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    bool outside = (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F);
    return outside ? 0 : 4;
  }
  return 0;
}

void appendEscapedControl(unsigned char c, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
  }
}

void appendBareString(std::string_view text, std::string& out) {
  for (char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '|':
        out += "\\|";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  }
}

template <typename T>
void appendReal(T value, RealForm form, std::string& out) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : (value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    return;
  }
  if (form == RealForm::kPlain) {
    // Shortest round trip; an exponent only from 1e+16 on and below 1e-04.
    fmt::format_to(std::back_inserter(out), "{}", value);
    return;
  }
  char text[48];
  auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific);
  out.append(text, end.ptr);
}

// Infinity and NaN have no JSON number; bare text needs no quotes.
template <typename T>
void appendRealFor(T value, const PrintOptions& options, bool quoted, std::string& out) {
  size_t begin = out.size();
  appendReal(value, options.reals, out);
  if (!quoted && out[begin] == '"') {
    out.pop_back();
    out.erase(begin, 1);
  }
}

// Timestamps, dates and times have no JSON form of their own: text between quotes.
class Quotes {
 public:
  Quotes(bool quoted, std::string& out) : quoted_(quoted), out_(out) {
    if (quoted_) out_ += '"';
  }
  ~Quotes() {
    if (quoted_) out_ += '"';
  }

 private:
  bool quoted_;
  std::string& out_;
};

void appendStamp(const Type& type, NanoTimestamp value, bool quoted, std::string& out) {
  Quotes quotes(quoted, out);
  appendTimestamp(value, type.precision(), out);
  if (type.kind() == TypeKind::kTimestampLtz) out += 'Z';
}

void appendInt32(const Type& type, int32_t value, bool quoted, std::string& out) {
  if (type.kind() == TypeKind::kDate) {
    Quotes quotes(quoted, out);
    appendDate(value, out);
  } else if (type.kind() == TypeKind::kTime) {
    Quotes quotes(quoted, out);
    appendTimeExactly(value, type.precision(), out);
  } else {
    appendInteger(value, out);
  }
}

void appendInt64(const Type& type, int64_t value, bool quoted, std::string& out) {
  if (type.isTimestamp()) {
    appendStamp(type, nanosOfMicros(value), quoted, out);
  } else {
    appendDecimal(value, type.scale(), out);
  }
}

void appendText(const Type& type, std::string_view text, bool quoted, std::string& out) {
  if (type.isBinaryString()) {
    Quotes quotes(quoted, out);
    appendHex(text, out);
  } else if (quoted) {
    appendJsonString(text, out);
  } else {
    appendBareString(text, out);
  }
}

void appendJson(const Column& column, size_t row, const PrintOptions& options, bool quoted,
                std::string& out);

void appendPairs(const Column& column, ListRange range, const PrintOptions& options,
                 std::string& out) {
  std::vector<std::string> pairs(range.length);
  for (uint32_t k = 0; k < range.length; ++k) {
    pairs[k] = "[";
    appendJson(*column.child(0), range.offset + k, options, true, pairs[k]);
    pairs[k] += ',';
    appendJson(*column.child(1), range.offset + k, options, true, pairs[k]);
    pairs[k] += ']';
  }
  std::sort(pairs.begin(), pairs.end());
  out += '[';
  for (size_t k = 0; k < pairs.size(); ++k) {
    if (k > 0) out += ',';
    out += pairs[k];
  }
  out += ']';
}

void appendNested(const Column& column, size_t i, const PrintOptions& options, std::string& out) {
  if (column.physical() == Physical::kMap) {
    return appendPairs(column, column.ranges()[i], options, out);
  }
  if (column.physical() == Physical::kArray) {
    ListRange range = column.ranges()[i];
    out += '[';
    for (uint32_t k = 0; k < range.length; ++k) {
      if (k > 0) out += ',';
      appendJson(*column.child(0), range.offset + k, options, true, out);
    }
    out += ']';
    return;
  }
  out += '{';
  for (size_t field = 0; field < column.numChildren(); ++field) {
    if (field > 0) out += ',';
    appendJsonString(column.type().fieldNames()[field], out);
    out += ':';
    appendJson(*column.child(field), i, options, true, out);
  }
  out += '}';
}

// Nested values are JSON in both forms; `quoted` tells the forms apart at the top.
void appendJson(const Column& column, size_t row, const PrintOptions& options, bool quoted,
                std::string& out) {
  if (column.isNull(row)) {
    out += quoted ? "null" : "\\N";
    return;
  }
  const Type& type = column.type();
  size_t i = column.position(row);
  switch (column.physical()) {
    case Physical::kBool:
      out += column.values<uint8_t>()[i] != 0 ? "true" : "false";
      return;
    case Physical::kInt8:
      return appendInteger(column.values<int8_t>()[i], out);
    case Physical::kInt16:
      return appendInteger(column.values<int16_t>()[i], out);
    case Physical::kInt32:
      return appendInt32(type, column.values<int32_t>()[i], quoted, out);
    case Physical::kInt64:
      return appendInt64(type, column.values<int64_t>()[i], quoted, out);
    case Physical::kInt128:
      return appendDecimal(column.values<int128>()[i], type.scale(), out);
    case Physical::kFloat:
      return appendRealFor(column.values<float>()[i], options, quoted, out);
    case Physical::kDouble:
      return appendRealFor(column.values<double>()[i], options, quoted, out);
    case Physical::kNanoTimestamp:
      return appendStamp(type, column.values<NanoTimestamp>()[i], quoted, out);
    case Physical::kString:
      return appendText(type, column.values<StringView>()[i], quoted, out);
    case Physical::kRow:
    case Physical::kArray:
    case Physical::kMap:
      break;
  }
  size_t begin = out.size();
  appendNested(column, i, options, out);
  if (quoted) return;
  for (size_t at = out.find('|', begin); at != std::string::npos; at = out.find('|', at + 2)) {
    out.insert(at, 1, '\\');
  }
}

}  // namespace

void appendJsonString(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    unsigned char c = static_cast<unsigned char>(text[0]);
    size_t bytes = characterBytes(text);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[0];
    } else if (c < 0x20) {
      appendEscapedControl(c, out);
    } else if (bytes == 0) {
      out += kReplacement;
      bytes = 1;
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  out += '"';
}

void appendPrinted(const Column& column, size_t row, const PrintOptions& options,
                   std::string& out) {
  if (options.form != PrintForm::kTableau) {
    return appendJson(column, row, options, options.form == PrintForm::kJson, out);
  }
  if (column.isNull(row)) {
    out += "<NULL>";
    return;
  }
  TextOptions text;
  text.zone = options.zone;
  text.hexBytes = true;
  appendValueText(column, row, text, out);
}

std::string printValue(const Column& column, size_t row, const PrintOptions& options) {
  std::string out;
  appendPrinted(column, row, options, out);
  return out;
}

std::string printValue(const Value& value, const Type& type, const PrintOptions& options) {
  return printValue(*value.toColumn(type, 1), 0, options);
}

}  // namespace millrace
