// Upper and lower case of UTF-8 texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

// Eight bytes at once; requires that all are ASCII.
inline uint64_t lowerWord(uint64_t word) {
  uint64_t aboveZ = word + 0x2525252525252525ull;  // 0x7F - 'Z'
  uint64_t fromA = word + 0x3F3F3F3F3F3F3F3Full;   // 0x80 - 'A'
  return word | ((fromA ^ aboveZ) & 0x8080808080808080ull) >> 2;
}
inline uint64_t upperWord(uint64_t word) {
  uint64_t aboveZ = word + 0x0505050505050505ull;  // 0x7F - 'z'
  uint64_t fromA = word + 0x1F1F1F1F1F1F1F1Full;   // 0x80 - 'a'
  return word ^ ((fromA ^ aboveZ) & 0x8080808080808080ull) >> 2;
}

// By Unicode's rules, independent of a language; the size may change.
std::string lowerText(std::string_view text);
std::string upperText(std::string_view text);
// The first letter or digit of each run of them in upper case, the others in lower case. Only ASCII
// letters change and belong to words, as in Flink.
std::string capitalizeText(std::string_view text);

}  // namespace millrace
