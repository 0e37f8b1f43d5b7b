#include "formats/csv/csv_scan.h"

#include <emmintrin.h>

#include <cstdint>

namespace millrace {

namespace {

// The first of four characters at or after `p`, or `end`.
const char* findAny(const char* p, const char* end, char a, char b, char c, char d) {
  const __m128i wantedA = _mm_set1_epi8(a);
  const __m128i wantedB = _mm_set1_epi8(b);
  const __m128i wantedC = _mm_set1_epi8(c);
  const __m128i wantedD = _mm_set1_epi8(d);
  for (; p < end; p += 16) {
    __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, wantedA), _mm_cmpeq_epi8(block, wantedB));
    __m128i other = _mm_or_si128(_mm_cmpeq_epi8(block, wantedC), _mm_cmpeq_epi8(block, wantedD));
    int mask = _mm_movemask_epi8(_mm_or_si128(hit, other));
    if (mask != 0) {
      p += __builtin_ctz(static_cast<unsigned>(mask));
      return p < end ? p : end;
    }
  }
  return end;
}

// A carriage return alone ends a record too.
bool isLineEnd(char c) { return c == '\n' || c == '\r'; }

char unescaped(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

std::string_view trimSpaces(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

const char* CsvScanner::skipComments(const char* p, const char* end) const {
  if (!options_.allowComments) return p;
  while (true) {
    while (p < end && static_cast<unsigned char>(*p) <= ' ' && *p != options_.delimiter) ++p;
    if (p == end || *p != '#') return p;
    while (p < end && !isLineEnd(*p)) ++p;
  }
}

const char* CsvScanner::skipBlanks(const char* p, const char* end) const {
  while (p < end && static_cast<unsigned char>(*p) <= ' ' && !isLineEnd(*p) &&
         *p != options_.delimiter) {
    ++p;
  }
  return p;
}

std::string& CsvScanner::scratch() {
  if (scratchUsed_ == scratch_.size()) scratch_.push_back(std::make_unique<std::string>());
  std::string& text = *scratch_[scratchUsed_++];
  text.clear();
  return text;
}

const char* CsvScanner::failed(const char* problem) {
  problem_ = problem;
  return nullptr;
}

const char* CsvScanner::failedOpen() {
  isOpen_ = true;
  return failed("a closing quote is missing");
}

void CsvScanner::add(std::string_view text, bool copied) {
  if (options_.trimSpaces) text = trimSpaces(text);
  fields_.push_back({text, copied});
}

const char* CsvScanner::read(const char* p, const char* end) {
  fields_.clear();
  scratchUsed_ = 0;
  isOpen_ = false;
  while (true) {
    if (options_.trimSpaces) p = skipBlanks(p, end);
    if (options_.quoting && p < end && *p == options_.quote) {
      p = readQuoted(p + 1, end);
    } else {
      p = readPlain(p, end);
    }
    if (p == nullptr) return nullptr;
    if (p == end) return end;
    if (*p == options_.delimiter) {
      ++p;
      continue;
    }
    if (*p == '\r' && p + 1 < end && p[1] == '\n') ++p;
    return p + 1;
  }
}

// Returns the position of the delimiter or line end behind the field.
const char* CsvScanner::readPlain(const char* p, const char* end) {
  const char* stop =
      findAny(p, end, options_.delimiter, '\n', '\r', options_.escape.value_or('\n'));
  if (options_.escape && stop < end && *stop == *options_.escape) return readEscaped(p, end);
  add({p, static_cast<size_t>(stop - p)}, false);
  return stop;
}

const char* CsvScanner::readEscaped(const char* p, const char* end) {
  std::string& text = scratch();
  for (; p < end && *p != options_.delimiter && !isLineEnd(*p); ++p) {
    if (*p == *options_.escape && p + 1 < end) {
      text += unescaped(*++p);
    } else {
      text += *p;
    }
  }
  add(text, true);
  return p;
}

const char* CsvScanner::readQuoted(const char* p, const char* end) {
  const char* begin = p;
  char escape = options_.escape.value_or(options_.quote);
  std::string* text = nullptr;
  while (true) {
    const char* stop = findAny(p, end, options_.quote, escape, escape, escape);
    if (stop == end) return failedOpen();
    bool isEscape = options_.escape && *stop == *options_.escape;
    bool isDoubled = !isEscape && stop + 1 < end && stop[1] == options_.quote;
    if (!isEscape && !isDoubled) {
      if (text) {
        text->append(p, stop);
      }
      p = stop;
      break;
    }
    if (!text) text = &scratch();
    text->append(p, stop);
    if (isEscape && stop + 1 == end) return failedOpen();
    *text += isEscape ? unescaped(stop[1]) : options_.quote;
    p = stop + 2;
  }
  std::string_view value =
      text ? std::string_view(*text) : std::string_view(begin, static_cast<size_t>(p - begin));
  // Quoted text keeps its blanks; blanks behind the closing quote do not count.
  fields_.push_back({value, text != nullptr});
  for (++p; p < end && *p != options_.delimiter && !isLineEnd(*p); ++p) {
    if (static_cast<unsigned char>(*p) > ' ') {
      wrongAt_ = p;
      return failed("text follows a closing quote");
    }
  }
  return p;
}

}  // namespace millrace
