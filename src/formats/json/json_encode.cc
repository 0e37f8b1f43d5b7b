#include "formats/json/json_encode.h"

#include <cstdint>

namespace millrace {

namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

// What starts a character of four bytes.
bool startsWide(char c) { return (static_cast<unsigned char>(c) & 0xF8) == 0xF0; }

void appendUnit(uint32_t unit, std::string& out) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[unit >> shift & 15];
}

// The two surrogates of a character of four bytes.
void appendSurrogates(std::string_view bytes, std::string& out) {
  uint32_t code = static_cast<uint32_t>(bytes[0]) & 7;
  for (size_t i = 1; i < 4; ++i) code = code << 6 | (static_cast<uint32_t>(bytes[i]) & 63);
  code -= 0x10000;
  appendUnit(0xD800 + (code >> 10 & 0x3FF), out);
  appendUnit(0xDC00 + (code & 0x3FF), out);
}

bool needsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void appendEscaped(char c, std::string& out) {
  out += '\\';
  switch (c) {
    case '"':
      out += '"';
      break;
    case '\\':
      out += '\\';
      break;
    case '\b':
      out += 'b';
      break;
    case '\f':
      out += 'f';
      break;
    case '\n':
      out += 'n';
      break;
    case '\r':
      out += 'r';
      break;
    case '\t':
      out += 't';
      break;
    default:
      out += "u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

template <bool kSurrogates>
void appendQuoted(std::string_view text, std::string& out) {
  out += '"';
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (kSurrogates && startsWide(text[i]) && i + 4 <= text.size()) {
      out.append(text, begin, i - begin);
      appendSurrogates(text.substr(i, 4), out);
      begin = i + 4;
      i += 3;
    } else if (needsEscape(text[i])) {
      out.append(text, begin, i - begin);
      appendEscaped(text[i], out);
      begin = i + 1;
    }
  }
  out.append(text, begin);
  out += '"';
}

}  // namespace

void appendTreeString(std::string_view text, std::string& out) { appendQuoted<false>(text, out); }

void appendWrittenString(std::string_view text, std::string& out) { appendQuoted<true>(text, out); }

}  // namespace millrace
