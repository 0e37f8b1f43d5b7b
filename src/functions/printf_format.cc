#include "functions/printf_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "functions/text_case.h"
#include "functions/utf8.h"

namespace millrace {

namespace {

constexpr int kMaxWidth = 1 << 20;

// A number of up to seven digits, -1 when it is larger.
int readNumber(std::string_view text, size_t& at) {
  int value = 0;
  for (; at < text.size() && isDigit(text[at]); ++at) {
    if (value >= 0) value = value * 10 + (text[at] - '0');
    if (value > kMaxWidth) value = -1;
  }
  return value;
}

// A positive number as decimal digits: 0.d1d2d3... times ten to the power of `point`.
struct Decimal {
  std::string digits;
  int point = 0;

  // Keeps `count` digits, rounding half up.
  void roundTo(int count) {
    if (count >= static_cast<int>(digits.size())) return;
    bool up = count >= 0 && digits[static_cast<size_t>(count)] >= '5';
    digits.resize(static_cast<size_t>(std::max(count, 0)));
    if (!up) return;
    size_t at = digits.size();
    while (at > 0 && digits[at - 1] == '9') digits[--at] = '0';
    if (at > 0) {
      ++digits[at - 1];
    } else {
      digits.insert(0, "1");
      ++point;
    }
  }
  char digit(int index) const {
    bool inside = index >= 0 && index < static_cast<int>(digits.size());
    return inside ? digits[static_cast<size_t>(index)] : '0';
  }
};

Decimal decimalOf(double value) {
  Decimal decimal;
  if (value == 0) return decimal;
  char text[40];
  auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  const char* at = text;
  for (; at < end && *at != 'e'; ++at) {
    if (*at != '.') decimal.digits += *at;
  }
  if (*++at == '+') ++at;
  std::from_chars(at, end, decimal.point);
  ++decimal.point;
  return decimal;
}

std::string fixedText(double value, int precision) {
  Decimal decimal = decimalOf(value);
  decimal.roundTo(decimal.point + precision);
  std::string text;
  for (int i = 0; i < decimal.point; ++i) text += decimal.digit(i);
  if (text.empty()) text = "0";
  if (precision > 0) text += '.';
  for (int i = 0; i < precision; ++i) text += decimal.digit(decimal.point + i);
  return text;
}

std::string scientificText(double value, int precision) {
  Decimal decimal = decimalOf(value);
  decimal.roundTo(precision + 1);
  int exponent = decimal.digits.empty() ? 0 : decimal.point - 1;
  std::string text(1, decimal.digit(0));
  if (precision > 0) text += '.';
  for (int i = 1; i <= precision; ++i) text += decimal.digit(i);
  return fmt::format("{}e{}{:02}", text, exponent < 0 ? '-' : '+', std::abs(exponent));
}

std::string generalText(double value, int precision) {
  if (precision == 0) precision = 1;
  Decimal decimal = decimalOf(value);
  decimal.roundTo(precision);
  int exponent = decimal.point - 1;
  if (value == 0) return fixedText(value, precision - 1);
  if (exponent < -4 || exponent >= precision) return scientificText(value, precision - 1);
  return fixedText(value, precision - 1 - exponent);
}

// A comma before every third digit of the whole part.
std::string grouped(const std::string& digits) {
  size_t whole = std::min(digits.find_first_of(".e"), digits.size());
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i < whole && (whole - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

// The length that Java sees: characters beyond U+FFFF count twice.
size_t javaLength(std::string_view text) {
  size_t length = countCharacters(text);
  for (char c : text) length += static_cast<uint8_t>(c) >= 0xF0 ? 1 : 0;
  return length;
}

// The first `length` of Java's characters; half a character becomes '?'.
std::string cutTo(std::string_view text, int length) {
  std::string cut;
  for (size_t at = 0; at < text.size() && length > 0; --length) {
    size_t bytes = characterBytes(text, at);
    if (bytes == 4 && length-- == 1) {
      cut += '?';
      break;
    }
    cut += text.substr(at, bytes);
    at += bytes;
  }
  return cut;
}

}  // namespace

Result<PrintfFormat> PrintfFormat::compile(std::string_view format) {
  PrintfFormat compiled;
  for (size_t at = 0; at < format.size();) {
    Piece piece;
    size_t percent = std::min(format.find('%', at), format.size());
    if (percent > at) {
      piece.literal = format.substr(at, percent - at);
      compiled.pieces_.push_back(std::move(piece));
      at = percent;
      continue;
    }
    ++at;
    if (!compiled.parsePiece(format, at, piece)) {
      compiled.isValid_ = false;
      return compiled;
    }
    if (std::string_view("hat").find(piece.conversion) != std::string_view::npos) {
      return Error(ErrorKind::kUnsupported,
                   fmt::format("conversion '%{}' of PRINTF", piece.conversion));
    }
    compiled.pieces_.push_back(std::move(piece));
  }
  return compiled;
}

// Reads what follows a '%'.
bool PrintfFormat::parsePiece(std::string_view format, size_t& at, Piece& piece) const {
  size_t after = at;
  int index = readNumber(format, after);
  if (after > at && after < format.size() && format[after] == '$') {
    if (index <= 0) return false;
    piece.argument = index;
    at = after + 1;
  }
  for (; at < format.size(); ++at) {
    bool* flag = nullptr;
    switch (format[at]) {
      case '-':
        flag = &piece.left;
        break;
      case '+':
        flag = &piece.plus;
        break;
      case ' ':
        flag = &piece.blank;
        break;
      case '0':
        flag = &piece.zero;
        break;
      case ',':
        flag = &piece.group;
        break;
      case '(':
        flag = &piece.parenthesis;
        break;
      case '#':
        flag = &piece.alternate;
        break;
      case '<':
        piece.argument = -1;
        continue;
      default:
        break;
    }
    if (flag == nullptr) break;
    if (*flag) return false;
    *flag = true;
  }
  if (at < format.size() && isDigit(format[at])) {
    piece.width = readNumber(format, at);
    if (piece.width <= 0) return false;
  }
  if (at < format.size() && format[at] == '.') {
    size_t begin = ++at;
    piece.precision = readNumber(format, at);
    if (at == begin || piece.precision < 0) return false;
  }
  if (at >= format.size()) return false;
  char c = format[at++];
  piece.upper = c >= 'A' && c <= 'Z';
  piece.conversion = piece.upper ? static_cast<char>(c - 'A' + 'a') : c;
  return hasValidFlags(piece);
}

// What Java checks before it looks at an argument.
bool PrintfFormat::hasValidFlags(const Piece& piece) {
  bool signs = piece.plus || piece.blank || piece.parenthesis || piece.group;
  if ((piece.left || piece.zero) && piece.width < 0) return false;
  if ((piece.left && piece.zero) || (piece.plus && piece.blank)) return false;
  std::string_view lowerOnly = "dofn%";
  if (piece.upper && lowerOnly.find(piece.conversion) != std::string_view::npos) return false;
  switch (piece.conversion) {
    case 'b':
    case 's':
      return !signs && !piece.zero && !piece.alternate;
    case 'c':
      return !signs && !piece.zero && !piece.alternate && piece.precision < 0;
    case 'd':
      return !piece.alternate && piece.precision < 0;
    case 'o':
    case 'x':
      return !signs && piece.precision < 0;
    case 'e':
      return !piece.group;
    case 'f':
      return true;
    case 'g':
      return !piece.alternate;
    case '%':
      return !signs && !piece.zero && !piece.alternate && piece.precision < 0;
    case 'n':
      return !signs && !piece.left && !piece.alternate && piece.width < 0 && piece.precision < 0;
    case 'h':
    case 'a':
    case 't':
      return true;
    default:
      return false;
  }
}

bool PrintfFormat::format(const std::vector<PrintfArgument>& arguments, std::string& out) const {
  if (!isValid_) return false;
  size_t next = 0, last = SIZE_MAX;
  for (const Piece& piece : pieces_) {
    if (piece.conversion == 0) {
      out += piece.literal;
    } else if (piece.conversion == 'n') {
      out += '\n';
    } else if (piece.conversion == '%') {
      appendJustified(piece, "%", out);
    } else {
      if (piece.argument == 0) last = next++;
      if (piece.argument > 0) last = static_cast<size_t>(piece.argument) - 1;
      if (last >= arguments.size() || !formatPiece(piece, arguments[last], out)) return false;
    }
  }
  return true;
}

bool PrintfFormat::formatPiece(const Piece& piece, const PrintfArgument& argument,
                               std::string& out) {
  using Kind = PrintfArgument::Kind;
  bool isNull = argument.kind == Kind::kNull;
  if (piece.conversion == 'b') {
    bool truth = argument.kind == Kind::kBoolean ? argument.integer != 0 : !isNull;
    appendJustified(piece, truth ? "true" : "false", out);
    return true;
  }
  if (isNull || piece.conversion == 's') {
    appendJustified(piece, isNull ? "null" : std::string(argument.text), out);
    return true;
  }
  switch (piece.conversion) {
    case 'c': {
      bool fits = argument.kind == Kind::kInteger && argument.bits <= 32 && argument.integer >= 0 &&
                  argument.integer <= 0x10FFFF;
      if (!fits) return false;
      std::string text;
      appendCodePoint(static_cast<uint32_t>(argument.integer), text);
      appendJustified(piece, text, out);
      return true;
    }
    case 'd':
    case 'o':
    case 'x':
      return argument.kind == Kind::kInteger && formatInteger(piece, argument, out);
    default:
      return argument.kind == Kind::kReal && formatReal(piece, argument, out);
  }
}

bool PrintfFormat::formatInteger(const Piece& piece, const PrintfArgument& argument,
                                 std::string& out) {
  int64_t value = argument.integer;
  if (piece.conversion == 'd') {
    uint64_t size =
        value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    appendNumber(piece, value < 0, std::to_string(size), out);
    return true;
  }
  auto bits = static_cast<uint64_t>(value);
  if (argument.bits < 64) bits &= (uint64_t{1} << argument.bits) - 1;
  bool hex = piece.conversion == 'x';
  std::string digits = hex ? fmt::format("{:x}", bits) : fmt::format("{:o}", bits);
  std::string prefix = piece.alternate ? (hex ? "0x" : "0") : "";
  auto width = static_cast<size_t>(std::max(piece.width, 0));
  size_t missing = width - std::min(width, prefix.size() + digits.size());
  if (piece.zero) digits.insert(0, missing, '0');
  appendJustified(piece, prefix + digits, out);
  return true;
}

bool PrintfFormat::formatReal(const Piece& piece, const PrintfArgument& argument,
                              std::string& out) {
  double value = std::fabs(argument.real);
  bool negative = std::signbit(argument.real);
  if (!std::isfinite(value)) {
    Piece plain = piece;
    plain.zero = plain.group = false;
    plain.precision = -1;
    std::string name = std::isnan(value) ? "NaN" : "Infinity";
    if (std::isnan(value))
      appendJustified(plain, name, out);
    else
      appendNumber(plain, negative, name, out);
    return true;
  }
  int precision = piece.precision < 0 ? 6 : piece.precision;
  std::string digits;
  if (piece.conversion == 'f')
    digits = fixedText(value, precision);
  else if (piece.conversion == 'e')
    digits = scientificText(value, precision);
  else
    digits = generalText(value, precision);
  if (piece.alternate && precision == 0)
    digits.insert(std::min(digits.find('e'), digits.size()), ".");
  Piece number = piece;
  number.precision = -1;
  appendNumber(number, negative, std::move(digits), out);
  return true;
}

// Adds the sign, commas and zeros that the flags ask for.
void PrintfFormat::appendNumber(const Piece& piece, bool negative, std::string digits,
                                std::string& out) {
  if (piece.group) digits = grouped(digits);
  std::string before, behind;
  if (negative) {
    before = piece.parenthesis ? "(" : "-";
    behind = piece.parenthesis ? ")" : "";
  } else if (piece.plus) {
    before = "+";
  } else if (piece.blank) {
    before = " ";
  }
  size_t size = before.size() + digits.size() + behind.size();
  auto width = static_cast<size_t>(std::max(piece.width, 0));
  if (piece.zero && size < width) digits.insert(0, width - size, '0');
  appendJustified(piece, before + digits + behind, out);
}

void PrintfFormat::appendJustified(const Piece& piece, std::string text, std::string& out) {
  if (piece.precision >= 0) text = cutTo(text, piece.precision);
  if (piece.upper) text = upperText(text);
  size_t length = javaLength(text);
  auto width = static_cast<size_t>(std::max(piece.width, 0));
  size_t missing = width - std::min(width, length);
  if (!piece.left) out.append(missing, ' ');
  out += text;
  if (piece.left) out.append(missing, ' ');
}

}  // namespace millrace
