// Java's String.format for PRINTF, compiled once per format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

// A value to be formatted. Views live as long as the caller keeps them.
struct PrintfArgument {
  enum class Kind : uint8_t { kNull, kInteger, kReal, kBoolean, kText };
  Kind kind = Kind::kNull;
  int bits = 64;            // of an integer; its hexadecimal form depends on them
  int64_t integer = 0;      // also of a BOOLEAN
  double real = 0;          // a FLOAT is widened
  std::string_view text{};  // the form of %s, for all kinds but NULL
};

// Immutable.
class PrintfFormat {
 public:
  // kUnsupported for conversions that we do not know (%h, %a, dates). A format that Java refuses
  // compiles, but formats nothing.
  static Result<PrintfFormat> compile(std::string_view format);

  // Appends the text; false where Java throws: a conversion that does not fit its argument, a
  // missing argument, a malformed format. `out` is undefined then.
  bool format(const std::vector<PrintfArgument>& arguments, std::string& out) const;

 private:
  struct Piece {
    char conversion = 0;  // lower case; 0: literal text
    bool upper = false;
    bool left = false, plus = false, blank = false, zero = false;
    bool group = false, parenthesis = false, alternate = false;
    int width = -1, precision = -1;
    int argument = 0;  // from 1; 0 the next one, -1 the last one again
    std::string literal{};
  };

  bool parsePiece(std::string_view format, size_t& at, Piece& piece) const;
  static bool hasValidFlags(const Piece& piece);
  static bool formatPiece(const Piece& piece, const PrintfArgument& argument, std::string& out);
  static bool formatInteger(const Piece& piece, const PrintfArgument& argument, std::string& out);
  static bool formatReal(const Piece& piece, const PrintfArgument& argument, std::string& out);
  static void appendNumber(const Piece& piece, bool negative, std::string digits, std::string& out);
  static void appendJustified(const Piece& piece, std::string text, std::string& out);

  std::vector<Piece> pieces_;
  bool isValid_ = true;
};

}  // namespace millrace
