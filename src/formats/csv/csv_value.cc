#include "formats/csv/csv_value.h"

#include <vector>

#include "formats/text_values.h"
#include "types/decimal.h"

namespace millrace {

namespace {

bool storeInteger(std::string_view text, int64_t low, int64_t high, ScalarValue& out) {
  std::optional<int64_t> value = parseJavaInteger(trimJava(text), low, high);
  out.integer = value.value_or(0);
  return value.has_value();
}

bool convertTimestamp(std::string_view text, const Type& type, ScalarValue& out) {
  bool zoned = type.kind() == TypeKind::kTimestampLtz;
  std::optional<DateTimeValue> value =
      parseTimestampText(trimJava(text), TimestampStyle::kSql, zoned);
  if (!value) return false;
  if (type.physical() == Physical::kNanoTimestamp) {
    out.nano = nanoTimestampOf(*value, type.precision());
  } else {
    out.integer = microsOf(*value, type.precision());
  }
  return true;
}

bool convertTime(std::string_view text, int precision, ScalarValue& out) {
  std::optional<int64_t> nanos = parseTimeText(text, true);
  if (!nanos) return false;
  int64_t millis = *nanos / 1'000'000;
  int64_t unit = precision == 0 ? 1'000 : precision == 1 ? 100 : precision == 2 ? 10 : 1;
  out.integer = millis / unit * unit;
  return true;
}

bool convertDecimal(std::string_view text, const Type& type, ScalarValue& out) {
  if (!isDecimalText(text)) return false;
  OptionalDecimal value = parseDecimal(text, type.precision(), type.scale());
  out.isNull = !value.has_value();
  out.wide = value.value_or(0);
  out.integer = static_cast<int64_t>(out.wide);
  return true;
}

bool appendElement(std::string_view text, const CsvOptions& options, ColumnBuilder& builder) {
  if (options.nullLiteral && text == *options.nullLiteral) {
    builder.appendNull();
    return true;
  }
  ScalarValue value;
  std::string scratch;
  if (convertCsvScalar(text, builder.type(), scratch, value)) {
    appendScalar(value, builder);
    return true;
  }
  if (options.ignoreParseErrors) builder.appendNull();
  return options.ignoreParseErrors;
}

bool appendRow(const std::vector<std::string_view>& elements, const CsvOptions& options,
               ColumnBuilder& builder) {
  size_t arity = builder.type().numChildren();
  if (elements.empty()) {
    builder.appendNull();
    return true;
  }
  if (elements.size() < arity && !options.ignoreParseErrors) return false;
  for (size_t i = 0; i < arity; ++i) {
    if (i >= elements.size()) {
      builder.child(i).appendNull();
    } else if (!appendElement(elements[i], options, builder.child(i))) {
      return false;
    }
  }
  builder.endRow();
  return true;
}

}  // namespace

bool convertCsvScalar(std::string_view text, const Type& type, std::string& scratch,
                      ScalarValue& out) {
  out.isNull = false;
  out.inRecord = false;
  switch (type.kind()) {
    case TypeKind::kNull:
      out.isNull = true;
      return true;
    case TypeKind::kBoolean:
      out.integer = parseJavaBoolean(trimJava(text));
      return true;
    case TypeKind::kTinyint:
      return storeInteger(text, INT8_MIN, INT8_MAX, out);
    case TypeKind::kSmallint:
      return storeInteger(text, INT16_MIN, INT16_MAX, out);
    case TypeKind::kInteger:
    case TypeKind::kIntervalYearMonth:
      return storeInteger(text, INT32_MIN, INT32_MAX, out);
    case TypeKind::kBigint:
    case TypeKind::kIntervalDayTime:
      return storeInteger(text, INT64_MIN, INT64_MAX, out);
    case TypeKind::kFloat: {
      std::optional<float> value = parseJavaFloat(trimJava(text));
      out.real = value.value_or(0);
      return value.has_value();
    }
    case TypeKind::kDouble: {
      std::optional<double> value = parseJavaDouble(trimJava(text));
      out.real = value.value_or(0);
      return value.has_value();
    }
    case TypeKind::kDecimal:
      return convertDecimal(text, type, out);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      out.text = text;
      out.inRecord = true;
      return true;
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: {
      std::optional<std::string> bytes = decodeBase64Text(text);
      if (!bytes) return false;
      scratch = std::move(*bytes);
      out.text = scratch;
      return true;
    }
    case TypeKind::kDate: {
      std::optional<int32_t> days = parseSqlDateText(text);
      out.integer = days.value_or(0);
      return days.has_value();
    }
    case TypeKind::kTime:
      return convertTime(text, type.precision(), out);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return convertTimestamp(text, type, out);
    default:
      return false;
  }
}

bool convertCsvNested(std::string_view text, const CsvOptions& options, ColumnBuilder& builder) {
  size_t rows = builder.size();
  std::vector<std::string_view> elements;
  splitCsvElements(text, options, elements);
  bool right = true;
  if (builder.type().kind() == TypeKind::kRow) {
    right = appendRow(elements, options, builder);
  } else {
    builder.beginList();
    for (std::string_view element : elements) {
      right = right && appendElement(element, options, builder.child(0));
    }
    if (right) builder.endList();
  }
  if (!right) builder.truncate(rows);
  return right;
}

void splitCsvElements(std::string_view text, const CsvOptions& options,
                      std::vector<std::string_view>& out) {
  out.clear();
  if (text.empty()) return;
  const std::string& delimiter = options.elementDelimiter;
  while (true) {
    size_t at = std::string_view::npos;
    if (delimiter.size() == 1) {
      at = text.find(delimiter[0]);
    } else if (!delimiter.empty()) {
      at = text.find(delimiter);
    }
    if (at == std::string_view::npos) break;
    out.push_back(text.substr(0, at));
    text.remove_prefix(at + delimiter.size());
  }
  out.push_back(text);
}

}  // namespace millrace
