// Casts from and to character and binary strings.
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/ascii.h"
#include "types/cast_kernels.h"
#include "types/datetime.h"
#include "types/decimal.h"
#include "types/time_zone.h"
#include "types/value_text.h"

namespace millrace {

namespace {

std::string_view trimSpaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Java trims every control character and the space around a floating-point number.
std::string_view trimControls(std::string_view text) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// "+12.9" is 12: a fraction of digits is cut. Blanks around the number are ignored.
template <typename To>
bool parseInteger(std::string_view text, To& out) {
  text = trimSpaces(text);
  bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  if (text.empty()) return false;
  uint64_t limit = static_cast<uint64_t>(std::numeric_limits<To>::max()) + (negative ? 1 : 0);
  uint64_t value = 0;
  size_t i = 0;
  for (; i < text.size() && text[i] != '.'; ++i) {
    if (!isDigit(text[i])) return false;
    uint64_t digit = static_cast<uint64_t>(text[i] - '0');
    if (value > (limit - digit) / 10) return false;
    value = value * 10 + digit;
  }
  for (++i; i < text.size(); ++i) {
    if (!isDigit(text[i])) return false;
  }
  out = static_cast<To>(negative ? -value : value);
  return true;
}

// Out of range: from_chars leaves the value alone, Java gives infinity or zero. The decimal place
// of the first significant digit tells which.
bool isHuge(std::string_view text) {
  size_t mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) return text.find_first_of("123456789") < text.find('.');
  std::string_view exponent = text.substr(mark + 1);
  bool negativeExponent = !exponent.empty() && exponent[0] == '-';
  return !negativeExponent;
}

// As Java's parseDouble and parseFloat: an f or d may follow the digits.
template <typename To>
bool parseReal(std::string_view text, To& out) {
  text = trimControls(text);
  bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  if (text == "NaN") {
    out = std::numeric_limits<To>::quiet_NaN();
    return true;
  }
  if (text == "Infinity") {
    out = negative ? -std::numeric_limits<To>::infinity() : std::numeric_limits<To>::infinity();
    return true;
  }
  if (text.empty() || !(isDigit(text[0]) || text[0] == '.')) return false;
  char last = text.back();
  if (last == 'f' || last == 'F' || last == 'd' || last == 'D') text.remove_suffix(1);
  To value = 0;
  auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::invalid_argument || result.ptr != text.data() + text.size()) {
    return false;
  }
  if (result.ec == std::errc::result_out_of_range) {
    value = isHuge(text) ? std::numeric_limits<To>::infinity() : 0;
  }
  out = negative ? -value : value;
  return true;
}

bool equalsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

bool parseBoolean(std::string_view text, uint8_t& out) {
  for (std::string_view word : {"t", "true", "y", "yes", "1"}) {
    if (equalsIgnoringCase(text, word)) {
      out = 1;
      return true;
    }
  }
  for (std::string_view word : {"f", "false", "n", "no", "0"}) {
    if (equalsIgnoringCase(text, word)) {
      out = 0;
      return true;
    }
  }
  return false;
}

// What Flink's reader of short decimals has seen so far. It takes leading zeros as digits of the
// precision and lets one foreign character end the number.
struct ShortDecimal {
  int64_t value = 0;
  int digits = 0;
  int point = -1;
  int exponent = 0;
};

bool readShortExponent(std::string_view text, size_t& i, ShortDecimal& number) {
  if (i >= text.size()) return true;
  bool negative = text[i] == '-';
  if (negative || text[i] == '+') {
    if (++i == text.size()) return false;
  }
  int exponent = 0;
  while (i < text.size()) {
    char c = text[i++];
    if (!isDigit(c)) break;
    if (exponent < 40) exponent = exponent * 10 + (c - '0');
  }
  number.exponent = negative ? -exponent : exponent;
  return true;
}

// At most 18 bytes for a precision of at most 18.
OptionalDecimal parseShortDecimal(std::string_view text, int precision, int scale) {
  auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\t'; };
  size_t i = 0;
  while (i < text.size() && blank(text[i])) ++i;
  if (i == text.size()) return std::nullopt;
  bool negative = text[i] == '-';
  if ((negative || text[i] == '+') && ++i == text.size()) return std::nullopt;
  ShortDecimal number;
  char c = 0;
  while (i < text.size()) {
    c = text[i++];
    if (isDigit(c)) {
      number.value = number.value * 10 + (c - '0');
      ++number.digits;
    } else if (c == '.') {
      if (number.point >= 0) return std::nullopt;
      number.point = number.digits;
    } else {
      break;
    }
  }
  if (number.point < 0) number.point = number.digits;
  if ((c == 'e' || c == 'E') && !readShortExponent(text, i, number)) return std::nullopt;
  for (; i < text.size(); ++i) {
    if (!blank(text[i])) return std::nullopt;
  }
  int change = number.exponent - (number.digits - number.point) + scale;
  if (number.digits + change > precision || -change > kMaxShortDecimalPrecision) {
    return std::nullopt;
  }
  int128 value = negative ? -number.value : number.value;
  return change >= 0 ? value * powerOfTen(change) : divideByPowerOfTen(value, -change);
}

OptionalDecimal parseAnyDecimal(std::string_view text, int precision, int scale) {
  bool isShort = precision <= kMaxShortDecimalPrecision &&
                 text.size() <= static_cast<size_t>(kMaxShortDecimalPrecision);
  return isShort ? parseShortDecimal(text, precision, scale) : parseDecimal(text, precision, scale);
}

// A cast from strings by parse(text, target) -> bool.
template <typename To, typename Parse>
CastPtr parsingCast(Parse parse) {
  return castOf(
      [parse](const Column& in, Rows rows, const CastContext&, bool tryCast, Column& out) {
        return castEach<StringView, To>(
            in, rows, tryCast, out, [&](const StringView& text, To& target) {
              return parse(text.view(), target) ? CastOutcome::kOk : CastOutcome::kFailed;
            });
      });
}

template <typename To>
CastPtr decimalParsingCast(const Type& to) {
  int precision = to.precision();
  int scale = to.scale();
  return parsingCast<To>([=](std::string_view text, To& target) {
    OptionalDecimal value = parseAnyDecimal(text, precision, scale);
    if (value) target = static_cast<To>(*value);
    return value.has_value();
  });
}

template <typename To>
CastPtr timestampParsingCast(const Type& to) {
  bool zoned = to.kind() == TypeKind::kTimestampLtz;
  int precision = to.precision();
  return castOf(
      [=](const Column& in, Rows rows, const CastContext& context, bool tryCast, Column& out) {
        const TimeZone* zone = zoned ? context.zone : nullptr;
        return castEach<StringView, To>(in, rows, tryCast, out,
                                        [&](const StringView& text, To& target) {
                                          std::optional<NanoTimestamp> value = parseTimestamp(text);
                                          if (!value) return CastOutcome::kFailed;
                                          if (zone != nullptr)
                                            value->millis = zone->millisToUtc(value->millis);
                                          NanoTimestamp cut = truncateNanos(*value, precision);
                                          if constexpr (sizeof(To) == sizeof(int64_t)) {
                                            target = microsOf(cut);
                                          } else {
                                            target = cut;
                                          }
                                          return CastOutcome::kOk;
                                        });
      });
}

int32_t timeUnitMillis(int precision) {
  return precision >= 3 ? 1 : (precision == 2 ? 10 : (precision == 1 ? 100 : 1000));
}

CastPtr fromString(const Type& to) {
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return parsingCast<uint8_t>(parseBoolean);
    case TypeKind::kTinyint:
      return parsingCast<int8_t>(parseInteger<int8_t>);
    case TypeKind::kSmallint:
      return parsingCast<int16_t>(parseInteger<int16_t>);
    case TypeKind::kInteger:
      return parsingCast<int32_t>(parseInteger<int32_t>);
    case TypeKind::kBigint:
      return parsingCast<int64_t>(parseInteger<int64_t>);
    case TypeKind::kFloat:
      return parsingCast<float>(parseReal<float>);
    case TypeKind::kDouble:
      return parsingCast<double>(parseReal<double>);
    case TypeKind::kDecimal:
      return to.physical() == Physical::kInt64 ? decimalParsingCast<int64_t>(to)
                                               : decimalParsingCast<int128>(to);
    case TypeKind::kDate:
      return parsingCast<int32_t>([](std::string_view text, int32_t& target) {
        std::optional<int32_t> days = parseDate(text);
        if (days) target = *days;
        return days.has_value();
      });
    case TypeKind::kTime: {
      int32_t unit = timeUnitMillis(to.precision());
      return parsingCast<int32_t>([unit](std::string_view text, int32_t& target) {
        std::optional<int32_t> millis = parseTime(text);
        if (millis) target = *millis / unit * unit;
        return millis.has_value();
      });
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return to.physical() == Physical::kInt64 ? timestampParsingCast<int64_t>(to)
                                               : timestampParsingCast<NanoTimestamp>(to);
    default:
      return nullptr;
  }
}

// --- To strings ---

// How many bytes the first `characters` code points take, and how many there are (at most).
size_t bytesOfCharacters(std::string_view text, size_t characters, size_t& found) {
  found = 0;
  size_t i = 0;
  while (i < text.size() && found < characters) {
    ++i;
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) ++i;
    ++found;
  }
  return i;
}

// What the length of the target does to a text: cut it, and fill it up for CHAR and BINARY.
struct Fit {
  size_t length;
  bool characters;
  bool fixed;

  explicit Fit(const Type& to)
      : length(static_cast<size_t>(to.length())),
        characters(to.isCharacter()),
        fixed(to.kind() == TypeKind::kChar || to.kind() == TypeKind::kBinary) {}

  bool isUnbounded() const { return length == static_cast<size_t>(kMaxStringLength); }
  // The bytes that stay, and how many fillers follow.
  std::string_view cut(std::string_view text, size_t& fillers) const {
    size_t found = text.size() < length ? text.size() : length;
    size_t bytes = characters ? bytesOfCharacters(text, length, found) : found;
    fillers = fixed ? length - found : 0;
    return text.substr(0, bytes);
  }
  char filler() const { return characters ? ' ' : '\0'; }
};

// Cuts views where they are; only fixed lengths need new bytes. A part of an inline view is inline
// itself, so no view ever points into the values of `in`.
Status castStrings(const Column& in, Rows rows, const Fit& fit, Column& out) {
  ColumnValues<StringView> values(in);
  StringView* target = out.mutableValues<StringView>();
  out.retainAllOf(in);
  std::string padded;
  forEachRow(rows, [&](uint32_t row) {
    if (in.isNull(row)) {
      out.setNull(row);
      return;
    }
    const StringView& value = values[row];
    if (fit.isUnbounded() || (!fit.fixed && value.size() <= fit.length)) {
      target[row] = value;
      return;
    }
    size_t fillers = 0;
    std::string_view kept = fit.cut(value, fillers);
    if (fillers == 0) {
      target[row] = StringView(kept);
      return;
    }
    padded.assign(kept);
    padded.append(fillers, fit.filler());
    out.setString(row, padded);
  });
  return Status();
}

Status printValues(const Column& in, Rows rows, const CastContext& context, const Fit& fit,
                   Column& out) {
  TextOptions options;
  options.zone = context.zone;
  std::string text;
  forEachRow(rows, [&](uint32_t row) {
    if (in.isNull(row)) {
      out.setNull(row);
      return;
    }
    text.clear();
    appendValueText(in, row, options, text);
    size_t fillers = 0;
    if (!fit.isUnbounded()) text.resize(fit.cut(text, fillers).size());
    text.append(fillers, fit.filler());
    out.setString(row, text);
  });
  return Status();
}

}  // namespace

CastPtr makeStringCast(const Type& from, const Type& to) {
  bool stringFrom = from.isCharacter() || from.isBinaryString();
  bool stringTo = to.isCharacter() || to.isBinaryString();
  if (stringFrom && stringTo) {
    return castOf([fit = Fit(to)](const Column& in, Rows rows, const CastContext&, bool,
                                  Column& out) { return castStrings(in, rows, fit, out); });
  }
  if (stringTo) {
    return castOf(
        [fit = Fit(to)](const Column& in, Rows rows, const CastContext& context, bool,
                        Column& out) { return printValues(in, rows, context, fit, out); });
  }
  return from.isCharacter() ? fromString(to) : nullptr;
}

}  // namespace millrace
