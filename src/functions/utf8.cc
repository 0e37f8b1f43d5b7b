#include "functions/utf8.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace millrace {

namespace {

constexpr uint64_t kHighBits = 0x8080808080808080ull;

uint64_t loadWord(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

bool continues(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

}  // namespace

bool isAscii(std::string_view text) {
  size_t i = 0;
  uint64_t bits = 0;
  for (; i + 8 <= text.size(); i += 8) bits |= loadWord(text.data() + i);
  for (; i < text.size(); ++i) bits |= static_cast<uint8_t>(text[i]);
  return (bits & kHighBits) == 0;
}

size_t countCharacters(std::string_view text) {
  size_t continuing = 0, i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word = loadWord(text.data() + i);
    // 10xxxxxx: the highest bit set, the next one clear.
    continuing += static_cast<size_t>(std::popcount(word & (~word << 1) & kHighBits));
  }
  for (; i < text.size(); ++i) continuing += continues(text[i]) ? 1 : 0;
  return text.size() - continuing;
}

size_t characterBytes(std::string_view text, size_t at) {
  auto first = static_cast<uint8_t>(text[at]);
  size_t wanted = first < 0xC0 ? 1 : (first < 0xE0 ? 2 : (first < 0xF0 ? 3 : 4));
  return std::min(wanted, text.size() - at);
}

size_t byteOfCharacter(std::string_view text, size_t index) {
  if (index >= text.size()) return text.size();
  if (isAscii(text.substr(0, index + 1))) return index;
  size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at += characterBytes(text, at);
  return at;
}

uint32_t nextCodePoint(std::string_view text, size_t& at) {
  auto first = static_cast<uint8_t>(text[at]);
  if (first < 0x80) {
    ++at;
    return first;
  }
  size_t bytes = characterBytes(text, at);
  if (bytes < 2) {
    ++at;
    return 0xFFFD;
  }
  uint32_t codePoint = first & (0x7F >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if (!continues(text[at + i])) {
      at += i;
      return 0xFFFD;
    }
    codePoint = codePoint << 6 | (static_cast<uint8_t>(text[at + i]) & 0x3F);
  }
  at += bytes;
  return codePoint;
}

void appendCodePoint(uint32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace millrace
