#include "formats/json/json_scan.h"

#include "base/ascii.h"

namespace millrace {

namespace {

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The value of four hexadecimal digits, or -1.
int readHex4(const char* p) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = hexValue(p[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

void appendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 63));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 63));
    out += static_cast<char>(0x80 | (code & 63));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 63));
    out += static_cast<char>(0x80 | (code >> 6 & 63));
    out += static_cast<char>(0x80 | (code & 63));
  }
}

// Appends the character that "\u" at raw[i] starts; returns the index after it.
size_t appendUnicodeEscape(std::string_view raw, size_t i, std::string& out) {
  uint32_t code = static_cast<uint32_t>(readHex4(raw.data() + i + 2));
  i += 6;
  bool high = code >= 0xD800 && code < 0xDC00;
  if (high && i + 6 <= raw.size() && raw[i] == '\\' && raw[i + 1] == 'u') {
    uint32_t low = static_cast<uint32_t>(readHex4(raw.data() + i + 2));
    if (low >= 0xDC00 && low < 0xE000) {
      appendUtf8(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), out);
      return i + 6;
    }
  }
  if (code >= 0xD800 && code < 0xE000) {
    out += '?';
  } else {
    appendUtf8(code, out);
  }
  return i;
}

}  // namespace

const char* scanString(const char* p, const char* end, JsonString& out) {
  const char* begin = p;
  out.escaped = false;
  while (true) {
    p = findStringSpecial(p, end);
    if (p >= end || *p == '\n') return nullptr;
    if (*p == '"') {
      out.raw = {begin, static_cast<size_t>(p - begin)};
      return p + 1;
    }
    out.escaped = true;
    if (end - p < 2) return nullptr;
    switch (p[1]) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't':
        p += 2;
        break;
      case 'u':
        if (end - p < 6 || readHex4(p + 2) < 0) return nullptr;
        p += 6;
        break;
      default:
        return nullptr;
    }
  }
}

const char* scanNumber(const char* p, const char* end, bool& isReal) {
  auto skipDigits = [&] {
    const char* begin = p;
    while (p < end && isDigit(*p)) ++p;
    return p - begin;
  };
  isReal = false;
  if (p < end && *p == '-') ++p;
  const char* first = p;
  auto digits = skipDigits();
  if (digits == 0 || (*first == '0' && digits > 1)) return nullptr;
  if (p < end && *p == '.') {
    ++p;
    isReal = true;
    if (skipDigits() == 0) return nullptr;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    ++p;
    isReal = true;
    if (p < end && (*p == '+' || *p == '-')) ++p;
    if (skipDigits() == 0) return nullptr;
  }
  return p;
}

void appendUnescaped(std::string_view raw, std::string& out) {
  size_t i = 0;
  while (i < raw.size()) {
    size_t next = raw.find('\\', i);
    if (next == std::string_view::npos) next = raw.size();
    out.append(raw, i, next - i);
    i = next;
    if (i == raw.size()) return;
    char c = raw[i + 1];
    if (c == 'u') {
      i = appendUnicodeEscape(raw, i, out);
      continue;
    }
    switch (c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      default:
        out += c;
        break;
    }
    i += 2;
  }
}

}  // namespace millrace
