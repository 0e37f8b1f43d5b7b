// UTF-8 texts by characters (code points). Malformed bytes count as one character each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

bool isAscii(std::string_view text);
// Number of characters: bytes that do not continue one.
size_t countCharacters(std::string_view text);
// Byte position of character `index` (counting from 0), text.size() when there are fewer.
size_t byteOfCharacter(std::string_view text, size_t index);
// Bytes of the character that starts with this byte, not beyond the end of the text.
size_t characterBytes(std::string_view text, size_t at);
// The character at `at`, which moves behind it. Malformed: U+FFFD.
uint32_t nextCodePoint(std::string_view text, size_t& at);
void appendCodePoint(uint32_t codePoint, std::string& out);

}  // namespace millrace
