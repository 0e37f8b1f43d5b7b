#include "sql/binder/literal_binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "expr/evaluator.h"
#include "types/datetime.h"

namespace millrace {

namespace {

ExprPtr literalOf(Value value, const Type& type) {
  return Expr::constant(std::move(value), type.withNullable(false));
}

size_t numCharacters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

Result<ExprPtr> bindExact(const ParsedLiteral& literal, bool negative) {
  const std::string& text = literal.text;
  size_t point = text.find('.');
  std::string digits = text;
  if (point + 1 == text.size()) {  // "100." is a whole number
    digits.pop_back();
    point = std::string::npos;
  }
  int scale = 0;
  if (point != std::string::npos) {
    digits.erase(point, 1);
    scale = static_cast<int>(text.size() - point - 1);
  }
  size_t firstDigit = std::min(digits.find_first_not_of('0'), digits.size());
  // A zero that is written in front of the point counts as a digit, as in Flink.
  int written = scale > 0 && digits.size() > static_cast<size_t>(scale) ? scale + 1 : scale;
  int precision = std::max({static_cast<int>(digits.size() - firstDigit), written, 1});
  if (precision > kMaxDecimalPrecision) {
    return Error(ErrorKind::kValidation, fmt::format("numeric literal '{}' has more than {} digits",
                                                     text, kMaxDecimalPrecision))
        .at(literal.position);
  }
  int128 unscaled = 0;
  for (char c : digits) unscaled = unscaled * 10 + (c - '0');
  if (negative) unscaled = -unscaled;
  if (point == std::string::npos) {
    auto isWithin = [&](int64_t least, int64_t most) {
      return least <= unscaled && unscaled <= most;
    };
    auto value = static_cast<int64_t>(unscaled);
    if (isWithin(INT32_MIN, INT32_MAX)) return literalOf(value, Type::integer());
    if (isWithin(INT64_MIN, INT64_MAX)) return literalOf(value, Type::bigint());
    return Error(ErrorKind::kValidation, fmt::format("numeric literal '{}' out of range", text))
        .at(literal.position)
        .withHint("Write it with a decimal point, or CAST it from a string.");
  }
  Type type = Type::decimal(precision, scale);
  if (type.physical() == Physical::kInt64) return literalOf(static_cast<int64_t>(unscaled), type);
  return literalOf(unscaled, type);
}

Result<ExprPtr> bindApproximate(const ParsedLiteral& literal) {
  double value = 0;
  const char* end = literal.text.data() + literal.text.size();
  auto [stop, error] = std::from_chars(literal.text.data(), end, value);
  if (error != std::errc() || stop != end) {
    return Error(ErrorKind::kSyntax, fmt::format("bad numeric literal '{}'", literal.text))
        .at(literal.position);
  }
  return literalOf(value, Type::doubling());
}

// Which texts Calcite takes: year, month and day, and then perhaps all of a time. Casts are laxer.
bool isTimestampText(std::string_view text) {
  int fields[6] = {};
  static constexpr std::string_view kSeparators = "-- ::";
  size_t i = 0, count = 0;
  while (count < 6) {
    size_t start = i;
    for (; i < text.size() && isDigit(text[i]) && i - start < 5; ++i) {
      fields[count] = fields[count] * 10 + (text[i] - '0');
    }
    if (i == start) return false;
    ++count;
    if (i == text.size() || count == 6) break;
    if (text[i++] != kSeparators[count - 1]) return false;
  }
  bool whole = count == 3 || count == 6;
  bool fraction = i == text.size() || text[i] == '.';
  auto [year, month, day, hour, minute, second] = fields;
  bool date =
      year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= lastDayOfMonth(year, month);
  return whole && fraction && date && hour < 24 && minute < 60 && second < 60;
}

// Casts read less, too, such as '12:00'.
bool isWhole(std::string_view text, const Type& type) {
  if (type.isTimestamp()) return isTimestampText(text);
  char separator = type.kind() == TypeKind::kDate ? '-' : ':';
  return std::count(text.begin(), text.end(), separator) == 2;
}

// The text with at most so many digits of its fraction: casts would round.
std::string withoutDigits(const std::string& text, int kept) {
  size_t point = text.find('.');
  if (point == std::string::npos) return text;
  return text.substr(0, point + 1 + static_cast<size_t>(kept));
}

// DATE '..', TIME '..' and TIMESTAMP '..' go through the cast from strings.
Result<ExprPtr> bindDatetime(const ParsedLiteral& literal, std::string_view what, const Type& type,
                             const EvalContext& context) {
  int digits = type.kind() == TypeKind::kDate ? 0 : type.precision();
  ExprPtr text = literalOf(withoutDigits(literal.text, digits), Type::string());
  Result<Value> value = evaluateConstant(Expr::cast(text, type), context);
  if (!isWhole(literal.text, type) || !value.ok() || value.value().isNull()) {
    return Error(ErrorKind::kValidation, fmt::format("illegal {} literal '{}'", what, literal.text))
        .at(literal.position)
        .withHint(
            "Write it as DATE '2024-01-31', TIME '12:30:00' or "
            "TIMESTAMP '2024-01-31 12:30:00.123'.");
  }
  return literalOf(std::move(value).value(), type);
}

int fractionDigits(std::string_view text) {
  size_t point = text.rfind('.');
  if (point == std::string_view::npos) return 0;
  return static_cast<int>(std::min<size_t>(text.size() - point - 1, kMaxTimestampPrecision));
}

// The parts of an interval text such as "1 02:03:04.5" or "2-6".
struct IntervalFields {
  std::vector<int64_t> numbers;
  std::string separators;
  std::string_view fraction;  // the digits behind the last number
  int64_t millis = 0;         // of the fraction
};

std::optional<IntervalFields> splitInterval(std::string_view text) {
  IntervalFields fields;
  size_t i = 0;
  while (i < text.size()) {
    size_t start = i;
    int64_t number = 0;
    while (i < text.size() && isDigit(text[i]) && i - start < 15) {
      number = number * 10 + (text[i++] - '0');
    }
    if (i == start) return std::nullopt;
    fields.numbers.push_back(number);
    if (i == text.size()) return fields;
    fields.separators += text[i];
    if (text[i++] != '.') continue;
    fields.fraction = text.substr(i);
    int64_t scale = 100;
    for (; i < text.size() && isDigit(text[i]); ++i, scale /= 10) {
      fields.millis += (text[i] - '0') * scale;
    }
    if (i != text.size() || fields.fraction.empty()) return std::nullopt;
    return fields;
  }
  return std::nullopt;
}

int64_t unitMillis(ParsedTimeUnit unit) {
  switch (unit) {
    case ParsedTimeUnit::kWeek:
      return 7 * 86'400'000LL;
    case ParsedTimeUnit::kDay:
      return 86'400'000LL;
    case ParsedTimeUnit::kHour:
      return 3'600'000LL;
    case ParsedTimeUnit::kMinute:
      return 60'000LL;
    case ParsedTimeUnit::kSecond:
      return 1'000LL;
    case ParsedTimeUnit::kMillisecond:
      return 1LL;
    default:
      return 0;
  }
}

int64_t unitMonths(ParsedTimeUnit unit) {
  switch (unit) {
    case ParsedTimeUnit::kYear:
      return 12;
    case ParsedTimeUnit::kQuarter:
      return 3;
    case ParsedTimeUnit::kMonth:
      return 1;
    default:
      return 0;
  }
}

Error badInterval(const ParsedLiteral& literal) {
  return Error(ErrorKind::kSyntax, fmt::format("illegal interval literal '{}' {}", literal.text,
                                               literal.interval->toString()))
      .at(literal.position);
}

// Units from the first to the last of a qualifier; one number each.
std::vector<ParsedTimeUnit> unitsOf(const ParsedIntervalQualifier& qualifier) {
  if (!qualifier.end || *qualifier.end == qualifier.start) return {qualifier.start};
  static constexpr ParsedTimeUnit kDayTime[] = {ParsedTimeUnit::kDay, ParsedTimeUnit::kHour,
                                                ParsedTimeUnit::kMinute, ParsedTimeUnit::kSecond};
  if (qualifier.isYearMonth()) return {ParsedTimeUnit::kYear, ParsedTimeUnit::kMonth};
  std::vector<ParsedTimeUnit> units;
  bool inside = false;
  for (ParsedTimeUnit unit : kDayTime) {
    inside = inside || unit == qualifier.start;
    if (inside) units.push_back(unit);
    if (unit == *qualifier.end) break;
  }
  return units;
}

// What stands in front of a unit that is not the first, and the first number it cannot have.
std::pair<char, int64_t> boundsOf(ParsedTimeUnit unit) {
  if (unit == ParsedTimeUnit::kMonth) return {'-', 12};
  if (unit == ParsedTimeUnit::kHour) return {' ', 24};
  return {':', 60};
}

bool fits(const IntervalFields& fields, const std::vector<ParsedTimeUnit>& units,
          const ParsedIntervalQualifier& qualifier) {
  if (fields.numbers.size() != units.size()) return false;
  std::string separators;
  for (size_t i = 1; i < units.size(); ++i) {
    auto [separator, limit] = boundsOf(units[i]);
    if (fields.numbers[i] >= limit) return false;
    separators += separator;
  }
  if (!fields.fraction.empty()) {
    auto digits = static_cast<int64_t>(fields.fraction.size());
    if (units.back() != ParsedTimeUnit::kSecond || digits > qualifier.fraction.value_or(6)) {
      return false;
    }
    separators += '.';
  }
  return fields.separators == separators;
}

// The first number has two digits unless its unit says more, as in DAY(3).
Status checkPrecision(const ParsedLiteral& literal, int64_t number) {
  int64_t precision = literal.interval->precision.value_or(2);
  int64_t limit = 1;
  for (int64_t i = 0; i < precision && i < 15; ++i) limit *= 10;
  if (number < limit) return Status();
  return Error(ErrorKind::kValidation, fmt::format("interval '{}' has more than {} digits in front",
                                                   literal.text, precision))
      .at(literal.position)
      .withHint("Give the unit more digits, as in INTERVAL '100' DAY(3).");
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<ExprPtr> bindInterval(const ParsedLiteral& literal) {
  std::string_view text = trimmed(literal.text);
  bool negative = literal.negative;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = negative != (text[0] == '-');
    text.remove_prefix(1);
  }
  std::optional<IntervalFields> fields = splitInterval(text);
  std::vector<ParsedTimeUnit> units = unitsOf(*literal.interval);
  if (!fields || !fits(*fields, units, *literal.interval)) return badInterval(literal);
  TRY(checkPrecision(literal, fields->numbers[0]));
  int64_t sign = negative ? -1 : 1;
  int64_t total = 0;
  if (literal.interval->isYearMonth()) {
    for (size_t i = 0; i < units.size(); ++i) total += fields->numbers[i] * unitMonths(units[i]);
    if (total > INT32_MAX) return badInterval(literal);
    return literalOf(sign * total, Type::intervalYearMonth());
  }
  for (size_t i = 0; i < units.size(); ++i) {
    int64_t millis = unitMillis(units[i]);
    if (millis == 0) return badInterval(literal);
    if (__builtin_mul_overflow(fields->numbers[i], millis, &millis)) return badInterval(literal);
    total += millis;
  }
  return literalOf(sign * (total + fields->millis), Type::intervalDayTime());
}

}  // namespace

Result<ExprPtr> bindLiteral(const ParsedLiteral& literal, const EvalContext& context) {
  using Kind = ParsedLiteral::Type;
  switch (literal.type) {
    case Kind::kNull:
      return Expr::constant(Value(), Type::null());
    case Kind::kUnknown:
      return Expr::constant(Value(), Type::boolean());
    case Kind::kTrue:
      return literalOf(true, Type::boolean());
    case Kind::kFalse:
      return literalOf(false, Type::boolean());
    case Kind::kExactNumber:
      return bindExact(literal, false);
    case Kind::kApproximateNumber:
      return bindApproximate(literal);
    case Kind::kString:
      return literalOf(literal.text,
                       Type::character(static_cast<int>(numCharacters(literal.text))));
    case Kind::kBinary:
      return literalOf(literal.text, Type::binary(static_cast<int>(literal.text.size())));
    case Kind::kDate:
      return bindDatetime(literal, "DATE", Type::date(), context);
    case Kind::kTime:
      return bindDatetime(literal, "TIME", Type::time(std::min(fractionDigits(literal.text), 3)),
                          context);
    case Kind::kTimestamp:
      return bindDatetime(literal, "TIMESTAMP", Type::timestamp(fractionDigits(literal.text)),
                          context);
    case Kind::kTimestampLtz:
      return bindDatetime(literal, "TIMESTAMP WITH LOCAL TIME ZONE",
                          Type::timestampLtz(fractionDigits(literal.text)), context);
    case Kind::kInterval:
      return bindInterval(literal);
  }
  UNREACHABLE();
}

Result<ExprPtr> bindNegative(const ParsedLiteral& literal) {
  CHECK(literal.type == ParsedLiteral::Type::kExactNumber);
  return bindExact(literal, true);
}

}  // namespace millrace
