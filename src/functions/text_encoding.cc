#include "functions/text_encoding.h"

#include <fmt/format.h>

#include "functions/utf8.h"

namespace millrace {

namespace {

enum class Charset : uint8_t { kAscii, kLatin1, kUtf8, kUtf16, kUtf16Be, kUtf16Le };

Result<Charset> charsetOf(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  if (upper == "UTF-8" || upper == "UTF8") return Charset::kUtf8;
  if (upper == "US-ASCII" || upper == "ASCII") return Charset::kAscii;
  if (upper == "ISO-8859-1" || upper == "LATIN1") return Charset::kLatin1;
  if (upper == "UTF-16") return Charset::kUtf16;
  if (upper == "UTF-16BE") return Charset::kUtf16Be;
  if (upper == "UTF-16LE") return Charset::kUtf16Le;
  return Error(ErrorKind::kInvalidArgument, fmt::format("unknown character set '{}'", name))
      .withHint("Use US-ASCII, ISO-8859-1, UTF-8, UTF-16, UTF-16BE or UTF-16LE.");
}

void appendUnit(uint32_t unit, bool little, std::string& out) {
  char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
  out += little ? low : high;
  out += little ? high : low;
}

void encodeUtf16(uint32_t c, bool little, std::string& out) {
  if (c < 0x10000) return appendUnit(c, little, out);
  appendUnit(0xD800 + ((c - 0x10000) >> 10), little, out);
  appendUnit(0xDC00 + ((c - 0x10000) & 0x3FF), little, out);
}

void decodeUtf16(std::string_view bytes, bool little, std::string& out) {
  auto unitAt = [&](size_t i) {
    auto a = static_cast<uint8_t>(bytes[i]), b = static_cast<uint8_t>(bytes[i + 1]);
    return static_cast<uint32_t>(little ? b << 8 | a : a << 8 | b);
  };
  size_t i = 0;
  for (; i + 2 <= bytes.size(); i += 2) {
    uint32_t unit = unitAt(i);
    bool highHalf = unit >= 0xD800 && unit < 0xDC00 && i + 4 <= bytes.size();
    uint32_t low = highHalf ? unitAt(i + 2) : 0;
    if (highHalf && low >= 0xDC00 && low < 0xE000) {
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    } else if (unit >= 0xD800 && unit < 0xE000) {
      unit = 0xFFFD;
    }
    appendCodePoint(unit, out);
  }
  if (i < bytes.size()) appendCodePoint(0xFFFD, out);
}

}  // namespace

Status encodeText(std::string_view text, std::string_view name, std::string& out) {
  Charset charset = TRY(charsetOf(name));
  if (charset == Charset::kUtf8) {
    out += text;
    return Status();
  }
  if (charset == Charset::kUtf16 && !text.empty()) appendUnit(0xFEFF, false, out);
  for (size_t at = 0; at < text.size();) {
    uint32_t c = nextCodePoint(text, at);
    switch (charset) {
      case Charset::kAscii:
        out += c < 0x80 ? static_cast<char>(c) : '?';
        break;
      case Charset::kLatin1:
        out += c < 0x100 ? static_cast<char>(c) : '?';
        break;
      default:
        encodeUtf16(c, charset == Charset::kUtf16Le, out);
    }
  }
  return Status();
}

Status decodeText(std::string_view bytes, std::string_view name, std::string& out) {
  Charset charset = TRY(charsetOf(name));
  if (charset == Charset::kUtf16) {
    bool little = bytes.starts_with("\xFF\xFE");
    if (little || bytes.starts_with("\xFE\xFF")) bytes.remove_prefix(2);
    decodeUtf16(bytes, little, out);
    return Status();
  }
  if (charset == Charset::kUtf16Be || charset == Charset::kUtf16Le) {
    decodeUtf16(bytes, charset == Charset::kUtf16Le, out);
    return Status();
  }
  for (size_t at = 0; at < bytes.size();) {
    auto byte = static_cast<uint8_t>(bytes[at]);
    if (charset == Charset::kUtf8) {
      appendCodePoint(nextCodePoint(bytes, at), out);
      continue;
    }
    appendCodePoint(charset == Charset::kAscii && byte >= 0x80 ? 0xFFFD : byte, out);
    ++at;
  }
  return Status();
}

}  // namespace millrace
