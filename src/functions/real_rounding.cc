#include "functions/real_rounding.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace millrace {

namespace {

// Increments a decimal digit string; true when it overflowed (all nines became zeros).
bool increment(char* digits, int count) {
  for (int i = count - 1; i >= 0; --i) {
    if (digits[i] != '9') {
      ++digits[i];
      return false;
    }
    digits[i] = '0';
  }
  return true;
}

template <typename T>
T roundDecimalText(T value, int digits, bool cut) {
  if (!std::isfinite(value)) return value;
  if (value == 0) return T(0);  // of -0.0 too: the text has no sign
  // "d.ddde+xx": the digits and the power of ten of the first one.
  char text[40];
  auto written =
      std::to_chars(text, text + sizeof(text), std::fabs(value), std::chars_format::scientific);
  char number[40];
  int count = 0;
  const char* at = text;
  for (; at < written.ptr && *at != 'e'; ++at) {
    if (*at != '.') number[count++] = *at;
  }
  int exponent = 0;
  const char* exponentText = at + 1;
  if (*exponentText == '+') ++exponentText;
  std::from_chars(exponentText, written.ptr, exponent);
  long kept = static_cast<long>(exponent) + 1 + digits;
  if (kept >= count) return value;
  if (kept < 0) return T(0);
  bool up = !cut && number[kept] >= '5';
  if (up && increment(number, static_cast<int>(kept))) {
    // 9.99 became 10.0 (also when no digit was kept: 0.7 becomes 1).
    std::memmove(number + 1, number, static_cast<size_t>(kept));
    number[0] = '1';
    ++kept;
    ++exponent;
  }
  if (kept == 0) return T(0);
  // "ddd" with the power of ten of its last digit.
  char* end = number + kept;
  *end++ = 'e';
  end = std::to_chars(end, number + sizeof(number), exponent - static_cast<int>(kept) + 1).ptr;
  T result = 0;
  std::from_chars(number, end, result);
  return std::copysign(result, value);
}

}  // namespace

double roundReal(double value, int digits, bool cut) {
  return roundDecimalText(value, digits, cut);
}
float roundReal(float value, int digits, bool cut) { return roundDecimalText(value, digits, cut); }

}  // namespace millrace
