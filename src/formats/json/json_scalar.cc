#include "formats/json/json_scalar.h"

#include <limits>

#include "types/decimal.h"

namespace millrace {

namespace {

struct IntegerRange {
  int64_t low;
  int64_t high;
};

IntegerRange rangeOf(Physical physical) {
  switch (physical) {
    case Physical::kInt8:
      return {INT8_MIN, INT8_MAX};
    case Physical::kInt16:
      return {INT16_MIN, INT16_MAX};
    case Physical::kInt32:
      return {INT32_MIN, INT32_MAX};
    default:
      return {INT64_MIN, INT64_MAX};
  }
}

}  // namespace

JsonScalarConverter::JsonScalarConverter(const Type& type, TimestampStyle style)
    : kind_(type.kind()),
      physical_(type.physical()),
      precision_(type.precision()),
      scale_(type.scale()),
      style_(style) {}

bool JsonScalarConverter::convertInteger(JsonToken token, std::string_view text,
                                         JsonScalar& out) const {
  IntegerRange range = rangeOf(physical_);
  if (token == JsonToken::kReal) {
    // INT and BIGINT cut the fraction; the narrower types read the text, which has a point.
    if (physical_ != Physical::kInt32 && physical_ != Physical::kInt64) return false;
    std::optional<double> real = parseJavaDouble(text);
    if (!real || !(*real >= static_cast<double>(range.low)) ||
        !(*real <= static_cast<double>(range.high))) {
      return false;
    }
    out.integer = *real >= 0x1p63 ? INT64_MAX : static_cast<int64_t>(*real);
    return true;
  }
  std::optional<int64_t> value = parseJavaInteger(trimJava(text), range.low, range.high);
  if (!value) return false;
  out.integer = *value;
  return true;
}

bool JsonScalarConverter::convertReal(JsonToken, std::string_view text, JsonScalar& out) const {
  if (physical_ == Physical::kFloat) {
    std::optional<float> value = parseJavaFloat(trimJava(text));
    if (!value) return false;
    out.real = *value;
    return true;
  }
  std::optional<double> value = parseJavaDouble(trimJava(text));
  if (!value) return false;
  out.real = *value;
  return true;
}

bool JsonScalarConverter::convertDecimal(JsonToken token, std::string_view text,
                                         JsonScalar& out) const {
  if (token == JsonToken::kString) {
    text = trimJava(text);
  } else if (token != JsonToken::kInteger && token != JsonToken::kReal) {
    return false;
  }
  if (!isDecimalText(text)) return false;
  OptionalDecimal value = parseDecimal(text, precision_, scale_);
  out.isNull = !value.has_value();
  out.wide = value.value_or(0);
  out.integer = static_cast<int64_t>(out.wide);
  return true;
}

bool JsonScalarConverter::convertTimestamp(std::string_view text, JsonScalar& out) const {
  bool zoned = kind_ == TypeKind::kTimestampLtz;
  std::optional<DateTimeValue> value = parseTimestampText(text, style_, zoned);
  if (!value) return false;
  if (physical_ == Physical::kNanoTimestamp) {
    out.nano = nanoTimestampOf(*value, precision_);
  } else {
    out.integer = microsOf(*value, precision_);
  }
  return true;
}

bool JsonScalarConverter::convert(JsonToken token, std::string_view text, std::string& scratch,
                                  JsonScalar& out) const {
  out.isNull = token == JsonToken::kNull || kind_ == TypeKind::kNull;
  out.inRecord = false;
  if (out.isNull) return true;
  switch (kind_) {
    case TypeKind::kBoolean:
      out.integer = token == JsonToken::kTrue ||
                    (token != JsonToken::kFalse && parseJavaBoolean(trimJava(text)));
      return true;
    case TypeKind::kTinyint:
    case TypeKind::kSmallint:
    case TypeKind::kInteger:
    case TypeKind::kBigint:
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      return convertInteger(token, text, out);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return convertReal(token, text, out);
    case TypeKind::kDecimal:
      return convertDecimal(token, text, out);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      out.text = text;
      out.inRecord = true;  // the caller clears this when it resolved escapes
      return true;
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: {
      if (token != JsonToken::kString) return false;
      std::optional<std::string> bytes = decodeBase64Text(text);
      if (!bytes) return false;
      scratch = std::move(*bytes);
      out.text = scratch;
      return true;
    }
    case TypeKind::kDate: {
      std::optional<int32_t> days = parseDateText(text);
      out.integer = days.value_or(0);
      return days.has_value();
    }
    case TypeKind::kTime: {
      std::optional<int64_t> nanos = parseTimeText(text, false);
      out.integer = nanos.value_or(0) / 1'000'000;
      return nanos.has_value();
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return convertTimestamp(text, out);
    default:
      return false;
  }
}

}  // namespace millrace
