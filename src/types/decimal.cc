#include "types/decimal.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/ascii.h"
#include "types/wide_integer.h"

namespace millrace {

namespace {

constexpr std::array<int128, 39> makePowers() {
  std::array<int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<int128, 39> kPowers = makePowers();

uint128 magnitude(int128 value) {
  return value < 0 ? -static_cast<uint128>(value) : static_cast<uint128>(value);
}

int128 withSign(uint128 value, bool negative) {
  return negative ? -static_cast<int128>(value) : static_cast<int128>(value);
}

// value / 10^digits; only the first digit that is cut decides the rounding.
Wide256 roundWide(Wide256 value, int digits) {
  if (digits <= 0) return value;
  uint128 remainder;
  int left = digits - 1;
  while (left > 0) {
    int step = left > 19 ? 19 : left;
    value = divideWide(value, static_cast<uint128>(kPowers[step]), remainder);
    left -= step;
  }
  value = divideWide(value, 10, remainder);
  return remainder >= 5 ? addWide(value, {0, 1}) : value;
}

// A magnitude with scale `from` as a checked value with scale `to`.
OptionalDecimal finish(Wide256 value, bool negative, int from, int to, int precision) {
  if (from > to) value = roundWide(value, from - to);
  if (value.high != 0) return std::nullopt;
  uint128 limit = static_cast<uint128>(kPowers[precision]);
  uint128 low = value.low;
  if (from < to) {
    if (low == 0) return 0;
    int up = to - from;
    if (up > kMaxDecimalPrecision || low >= limit) return std::nullopt;
    Wide256 scaled = multiplyWide(low, static_cast<uint128>(kPowers[up]));
    if (scaled.high != 0) return std::nullopt;
    low = scaled.low;
  }
  if (low >= limit) return std::nullopt;
  return withSign(low, negative);
}

Wide256 aligned(int128 value, int digits) {
  return multiplyWide(magnitude(value), static_cast<uint128>(kPowers[digits]));
}

// a + b with signs given apart, when the aligned operands exceed 128 bits.
OptionalDecimal addSlowly(int128 a, int scaleA, int128 b, int scaleB, int precision, int scale) {
  int common = scaleA > scaleB ? scaleA : scaleB;
  Wide256 left = aligned(a, common - scaleA);
  Wide256 right = aligned(b, common - scaleB);
  bool negative = a < 0;
  if ((a < 0) == (b < 0)) return finish(addWide(left, right), negative, common, scale, precision);
  if (left < right) {
    std::swap(left, right);
    negative = b < 0;
  }
  // left - right as left + (two's complement of right).
  Wide256 difference{left.high - right.high - (left.low < right.low ? 1 : 0), left.low - right.low};
  return finish(difference, negative, common, scale, precision);
}

bool scaleUp(int128 value, int digits, int128& out) {
  return !__builtin_mul_overflow(value, kPowers[digits], &out);
}

}  // namespace

int128 powerOfTen(int exponent) { return kPowers[exponent]; }

int decimalDigits(int128 value) {
  uint128 rest = magnitude(value);
  int digits = 1;
  while (digits < 39 && rest >= static_cast<uint128>(kPowers[digits])) ++digits;
  return digits;
}

int128 divideByPowerOfTen(int128 value, int digits) {
  if (digits <= 0) return value;
  if (digits > kMaxDecimalPrecision) return 0;
  int128 half = kPowers[digits] / 2;
  int128 quotient = value / kPowers[digits];
  int128 rest = value % kPowers[digits];
  if (rest >= half) return quotient + 1;
  if (rest <= -half) return quotient - 1;
  return quotient;
}

OptionalDecimal rescaleDecimal(int128 value, int from, int to, int precision) {
  if (from >= to) {
    int128 rounded = divideByPowerOfTen(value, from - to);
    if (!fitsPrecision(rounded, precision)) return std::nullopt;
    return rounded;
  }
  int128 scaled;
  if (!scaleUp(value, to - from, scaled) || !fitsPrecision(scaled, precision)) {
    return std::nullopt;
  }
  return scaled;
}

OptionalDecimal addDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision, int scale) {
  int common = scaleA > scaleB ? scaleA : scaleB;
  int128 left, right, sum;
  if (!scaleUp(a, common - scaleA, left) || !scaleUp(b, common - scaleB, right) ||
      __builtin_add_overflow(left, right, &sum)) {
    return addSlowly(a, scaleA, b, scaleB, precision, scale);
  }
  return rescaleDecimal(sum, common, scale, precision);
}

OptionalDecimal subtractDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision,
                                 int scale) {
  return addDecimals(a, scaleA, -b, scaleB, precision, scale);
}

OptionalDecimal multiplyDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision,
                                 int scale) {
  int128 product;
  if (!__builtin_mul_overflow(a, b, &product)) {
    return rescaleDecimal(product, scaleA + scaleB, scale, precision);
  }
  return finish(multiplyWide(magnitude(a), magnitude(b)), (a < 0) != (b < 0), scaleA + scaleB,
                scale, precision);
}

OptionalDecimal divideDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision,
                               int scale) {
  if (a == 0) return 0;
  uint128 dividend = magnitude(a);
  uint128 divisor = magnitude(b);
  int digitsA = decimalDigits(a);
  int digitsB = decimalDigits(b);
  // With both brought to the same number of digits, the larger dividend gives one digit more.
  uint128 evenA = dividend;
  uint128 evenB = divisor;
  if (digitsA < digitsB) evenA *= static_cast<uint128>(kPowers[digitsB - digitsA]);
  if (digitsB < digitsA) evenB *= static_cast<uint128>(kPowers[digitsA - digitsB]);
  int shift = kMaxDecimalPrecision + digitsB - digitsA - (evenA >= evenB ? 1 : 0);
  Wide256 numerator{0, dividend};
  for (int left = shift; left > 0; left -= 19) {
    numerator = multiplyBy(numerator, static_cast<uint64_t>(kPowers[left > 19 ? 19 : left]));
  }
  uint128 remainder;
  Wide256 quotient = divideWide(numerator, divisor, remainder);
  if (remainder >= divisor - remainder) quotient = addWide(quotient, {0, 1});
  return finish(quotient, (a < 0) != (b < 0), shift + scaleA - scaleB, scale, precision);
}

OptionalDecimal moduloDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision,
                               int scale) {
  uint128 dividend = magnitude(a);
  uint128 divisor = magnitude(b);
  uint128 remainder = 0;
  if (scaleA >= scaleB) {
    Wide256 wide = multiplyWide(divisor, static_cast<uint128>(kPowers[scaleA - scaleB]));
    remainder = wide.high != 0 ? dividend : dividend % wide.low;
    return finish({0, remainder}, a < 0, scaleA, scale, precision);
  }
  Wide256 quotient = divideWide(aligned(a, scaleB - scaleA), divisor, remainder);
  // Java refuses when the integer part of the quotient needs more than 38 digits.
  if (quotient.high != 0 || quotient.low >= static_cast<uint128>(kPowers[38])) {
    return std::nullopt;
  }
  return finish({0, remainder}, a < 0, scaleB, scale, precision);
}

int compareDecimals(int128 a, int scaleA, int128 b, int scaleB) {
  if ((a < 0) != (b < 0)) return a < 0 ? -1 : 1;
  int common = scaleA > scaleB ? scaleA : scaleB;
  Wide256 left = aligned(a, common - scaleA);
  Wide256 right = aligned(b, common - scaleB);
  if (left == right) return 0;
  return (left < right) == (a >= 0) ? -1 : 1;
}

void appendInteger(int128 value, std::string& out) {
  char text[40];
  char* end = text + sizeof(text);
  char* next = end;
  uint128 rest = magnitude(value);
  while (rest > UINT64_MAX) {
    *--next = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  uint64_t low = static_cast<uint64_t>(rest);
  do {
    *--next = static_cast<char>('0' + low % 10);
    low /= 10;
  } while (low != 0);
  if (value < 0) *--next = '-';
  out.append(next, static_cast<size_t>(end - next));
}

void appendDecimal(int128 value, int scale, std::string& out) {
  if (value < 0) out += '-';
  size_t begin = out.size();
  appendInteger(withSign(magnitude(value), false), out);
  if (scale == 0) return;
  size_t digits = out.size() - begin;
  size_t wanted = static_cast<size_t>(scale) + 1;
  if (digits < wanted) out.insert(begin, wanted - digits, '0');
  out.insert(out.size() - static_cast<size_t>(scale), 1, '.');
}

std::string formatDecimal(int128 value, int scale) {
  std::string out;
  appendDecimal(value, scale, out);
  return out;
}

namespace {

bool isBlank(char c) { return c == ' ' || c == '\n' || c == '\t'; }
std::string_view trimBlanks(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

// Digits of a number as it is read. Digits beyond 38 significant ones only count towards the
// exponent, except that the first of them decides whether the 38th rounds up.
struct Significand {
  uint128 value = 0;
  int kept = 0;
  int64_t exponent = 0;
  int digits = 0;
  int beyond = 0;
  bool roundsUp = false;

  void add(char c, bool fraction) {
    ++digits;
    if (kept == 0 && c == '0') {
      if (fraction) --exponent;
      return;
    }
    if (kept == kMaxDecimalPrecision) {
      if (beyond++ == 0) roundsUp = c >= '5';
      if (!fraction) ++exponent;
      return;
    }
    value = value * 10 + static_cast<uint128>(c - '0');
    ++kept;
    if (fraction) --exponent;
  }
};

bool readExponent(std::string_view text, int64_t& exponent) {
  bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 10) return false;
  int64_t value = 0;
  for (char c : text) {
    if (!isDigit(c)) return false;
    value = value * 10 + (c - '0');
  }
  if (value > INT32_MAX) return false;
  exponent += negative ? -value : value;
  return true;
}

}  // namespace

OptionalDecimal parseDecimal(std::string_view text, int precision, int scale) {
  text = trimBlanks(text);
  bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  Significand read;
  bool fraction = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    char c = text[i];
    if (isDigit(c)) {
      read.add(c, fraction);
    } else if (c == '.' && !fraction) {
      fraction = true;
    } else {
      break;
    }
  }
  if (read.digits == 0) return std::nullopt;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    if (!readExponent(text.substr(i + 1), read.exponent)) return std::nullopt;
  }
  if (read.value == 0) return 0;
  // Beyond these the value is too large for every type, or rounds to zero.
  if (read.exponent > kMaxDecimalPrecision) return std::nullopt;
  if (read.exponent < -4 * kMaxDecimalPrecision) return 0;
  int from = static_cast<int>(-read.exponent);
  if (from == scale && read.roundsUp) ++read.value;
  return finish({0, read.value}, negative, from, scale, precision);
}

OptionalDecimal decimalFromDouble(double value, int precision, int scale) {
  if (!std::isfinite(value)) return std::nullopt;
  char text[40];
  auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific);
  return parseDecimal({text, static_cast<size_t>(end.ptr - text)}, precision, scale);
}

OptionalDecimal decimalFromInteger(int64_t value, int precision, int scale) {
  return rescaleDecimal(value, 0, scale, precision);
}

double decimalToDouble(int128 value, int scale) {
  // Up to 2^53 and 10^22 both operands are exact, so the division rounds once.
  constexpr int128 kExact = int128{1} << 53;
  if (value < kExact && value > -kExact && scale <= 22) {
    return static_cast<double>(static_cast<int64_t>(value)) / static_cast<double>(kPowers[scale]);
  }
  // Flink divides short decimals after rounding the unscaled value.
  if (value == static_cast<int64_t>(value) && scale <= kMaxShortDecimalPrecision) {
    return static_cast<double>(static_cast<int64_t>(value)) / static_cast<double>(kPowers[scale]);
  }
  std::string text = formatDecimal(value, scale);
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

int64_t decimalToInteger(int128 value, int scale) {
  return static_cast<int64_t>(value / kPowers[scale]);
}

}  // namespace millrace
