#include "sql/binder/literal_binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "expr/evaluator.h"

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

// DATE '..', TIME '..' and TIMESTAMP '..' go through the cast from strings.
Result<ExprPtr> bindDatetime(const ParsedLiteral& literal, std::string_view what, const Type& type,
                             const EvalContext& context) {
  ExprPtr text = literalOf(literal.text, Type::string());
  Result<Value> value = evaluateConstant(Expr::cast(text, type), context);
  if (!value.ok() || value.value().isNull()) {
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

// The numbers of an interval text such as "1 02:03:04.5" or "2-6".
struct IntervalFields {
  std::vector<int64_t> numbers;
  int64_t millis = 0;  // of the fraction behind the last number
};

std::optional<IntervalFields> splitInterval(std::string_view text) {
  IntervalFields fields;
  size_t i = 0;
  while (i < text.size()) {
    size_t start = i;
    int64_t number = 0;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9' && i - start < 15) {
      number = number * 10 + (text[i++] - '0');
    }
    if (i == start) return std::nullopt;
    fields.numbers.push_back(number);
    if (i == text.size()) return fields;
    if (text[i] == '.') {
      int64_t scale = 100;
      for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, scale /= 10) {
        fields.millis += (text[i] - '0') * scale;
      }
      if (i != text.size()) return std::nullopt;
      return fields;
    }
    if (text[i] != ' ' && text[i] != ':' && text[i] != '-') return std::nullopt;
    ++i;
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

Result<ExprPtr> bindInterval(const ParsedLiteral& literal) {
  std::string_view text = literal.text;
  bool negative = literal.negative;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = negative != (text[0] == '-');
    text.remove_prefix(1);
  }
  std::optional<IntervalFields> fields = splitInterval(text);
  std::vector<ParsedTimeUnit> units = unitsOf(*literal.interval);
  if (!fields || fields->numbers.size() != units.size()) return badInterval(literal);
  int64_t sign = negative ? -1 : 1;
  int64_t total = 0;
  if (literal.interval->isYearMonth()) {
    for (size_t i = 0; i < units.size(); ++i) total += fields->numbers[i] * unitMonths(units[i]);
    if (total > INT32_MAX || fields->millis != 0) return badInterval(literal);
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
      return bindDatetime(literal, "TIME", Type::time(0), context);
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
