// ASCII characters by their codes, whatever the locale.
#pragma once

namespace millrace {

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }

// The value of a hexadecimal digit of either case; -1 for other characters.
constexpr int hexDigit(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace millrace
