// DECIMAL arithmetic on unscaled 128-bit integers, with the results of Java's BigDecimal as Flink
// uses it. A decimal is its unscaled value; precision and scale come from the type.
//
// Every operation gives std::nullopt where Flink gives NULL: the result does not fit the precision.
// Rounding is HALF_UP (away from zero at the middle). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "types/type.h"

namespace millrace {

using uint128 = unsigned __int128;
using OptionalDecimal = std::optional<int128>;

// 10^exponent. Requires: 0 <= exponent <= 38.
int128 powerOfTen(int exponent);
// The digits of the magnitude, 1 for 0.
int decimalDigits(int128 value);
inline bool fitsPrecision(int128 value, int precision) {
  int128 limit = powerOfTen(precision);
  return value < limit && value > -limit;
}

// value / 10^digits, HALF_UP. Requires: digits >= 0.
int128 divideByPowerOfTen(int128 value, int digits);

// From scale `from` to scale `to`, checked against the precision.
OptionalDecimal rescaleDecimal(int128 value, int from, int to, int precision);

// Operands with their own scales; the result in `precision` and `scale`.
OptionalDecimal addDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision, int scale);
OptionalDecimal subtractDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision,
                                 int scale);
OptionalDecimal multiplyDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision,
                                 int scale);
// The quotient is rounded to 38 significant digits first, as Flink does. Requires: b != 0.
OptionalDecimal divideDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision,
                               int scale);
// The sign is that of the dividend. Requires: b != 0.
OptionalDecimal moduloDecimals(int128 a, int scaleA, int128 b, int scaleB, int precision,
                               int scale);

// Compares values of different scales: negative, 0 or positive.
int compareDecimals(int128 a, int scaleA, int128 b, int scaleB);

// From text as Java's BigDecimal reads it: sign, digits, point, exponent; surrounding blanks, tabs
// and newlines are ignored. std::nullopt when malformed or too large.
OptionalDecimal parseDecimal(std::string_view text, int precision, int scale);
// With exactly `scale` digits behind the point: "-0.50".
std::string formatDecimal(int128 value, int scale);
void appendDecimal(int128 value, int scale, std::string& out);
// "123" for any 128-bit integer.
void appendInteger(int128 value, std::string& out);

// From the shortest decimal text of the number, as BigDecimal.valueOf; NaN and infinities give
// std::nullopt.
OptionalDecimal decimalFromDouble(double value, int precision, int scale);
OptionalDecimal decimalFromInteger(int64_t value, int precision, int scale);
double decimalToDouble(int128 value, int scale);
// The integer part (rounded towards zero), wrapped to 64 bits as BigDecimal.longValue.
int64_t decimalToInteger(int128 value, int scale);

}  // namespace millrace
