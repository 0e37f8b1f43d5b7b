#include "functions/text_case.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

namespace millrace {

namespace {

icu::UnicodeString decode(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

std::string encode(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

}  // namespace

std::string lowerText(std::string_view text) {
  return encode(decode(text).toLower(icu::Locale::getRoot()));
}

std::string upperText(std::string_view text) {
  return encode(decode(text).toUpper(icu::Locale::getRoot()));
}

std::string capitalizeText(std::string_view text) {
  std::string out(text);
  bool inWord = false;
  for (char& c : out) {
    bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
    if (lower && !inWord) c = static_cast<char>(c - 'a' + 'A');
    if (upper && inWord) c = static_cast<char>(c - 'A' + 'a');
    inWord = lower || upper || (c >= '0' && c <= '9');
  }
  return out;
}

}  // namespace millrace
