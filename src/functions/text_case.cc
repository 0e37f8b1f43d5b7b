#include "functions/text_case.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "functions/utf8.h"

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
  std::string out;
  bool inWord = false;
  for (size_t at = 0; at < text.size();) {
    auto c = static_cast<UChar32>(nextCodePoint(text, at));
    appendCodePoint(static_cast<uint32_t>(inWord ? u_tolower(c) : u_toupper(c)), out);
    inWord = u_isalnum(c) != 0;
  }
  return out;
}

}  // namespace millrace
