#include "access/policy/policy_pattern.h"

#include <algorithm>
#include <array>

namespace millrace {

namespace {

// A pattern ready to match: wildcards as numbers that no character has.
constexpr int kAnyText = -1;
constexpr int kAnyCharacter = -2;
using Symbols = std::vector<int>;

void append(Symbols& symbols, std::string_view text) {
  for (char c : text) symbols.push_back(static_cast<unsigned char>(c));
}

// Greedy with one point of return, so linear for one star and never exponential.
bool matchSymbols(const int* pattern, size_t size, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t starAt = size;  // none yet
  size_t resumeAt = 0;
  while (t < text.size()) {
    if (p < size && pattern[p] == kAnyText) {
      starAt = p++;
      resumeAt = t;
    } else if (p < size &&
               (pattern[p] == kAnyCharacter || pattern[p] == static_cast<unsigned char>(text[t]))) {
      ++p;
      ++t;
    } else if (starAt < size) {
      p = starAt + 1;
      t = ++resumeAt;
    } else {
      return false;
    }
  }
  while (p < size && pattern[p] == kAnyText) ++p;
  return p == size;
}

constexpr size_t kArnParts = 6;

// Ends of the parts of an ARN: before the first five colons, and the end. Nothing when there are
// fewer.
template <typename Sequence>
std::optional<std::array<size_t, kArnParts>> arnParts(const Sequence& sequence) {
  std::array<size_t, kArnParts> ends;
  size_t part = 0;
  for (size_t i = 0; i < sequence.size() && part < kArnParts - 1; ++i) {
    if (sequence[i] == ':') ends[part++] = i;
  }
  if (part < kArnParts - 1) return std::nullopt;
  ends[part] = sequence.size();
  return ends;
}

bool matchArn(const Symbols& pattern, std::string_view arn) {
  auto patternEnds = arnParts(pattern);
  auto ends = arnParts(arn);
  if (!patternEnds || !ends) {
    return pattern.size() == 1 && pattern[0] == kAnyText;
  }
  size_t p = 0;
  size_t t = 0;
  for (size_t part = 0; part < kArnParts; ++part) {
    size_t size = (*patternEnds)[part] - p;
    if (!matchSymbols(pattern.data() + p, size, arn.substr(t, (*ends)[part] - t))) return false;
    p = (*patternEnds)[part] + 1;
    t = (*ends)[part] + 1;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string inLowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool matchesWildcards(std::string_view pattern, std::string_view text) {
  return PolicyPattern(pattern, /*wildcards=*/true, /*variables=*/false).matches(text, {});
}

PolicyPattern::PolicyPattern(std::string_view text, bool wildcards, bool variables) : text_(text) {
  for (size_t i = 0; i < text_.size(); ++i) {
    if (variables && text_[i] == '$' && i + 1 < text_.size() && text_[i + 1] == '{') {
      i = addVariable(i);
    } else if (wildcards && text_[i] == '*') {
      pieces_.push_back({Piece::Kind::kAny, {}, {}});
    } else if (wildcards && text_[i] == '?') {
      pieces_.push_back({Piece::Kind::kOne, {}, {}});
    } else {
      addText(text_[i]);
    }
  }
}

void PolicyPattern::addText(char character) {
  if (pieces_.empty() || pieces_.back().kind != Piece::Kind::kText) {
    pieces_.push_back({Piece::Kind::kText, {}, {}});
  }
  pieces_.back().text.push_back(character);
}

// Takes "${...}" that begins at `begin`, and returns the position of its last character.
size_t PolicyPattern::addVariable(size_t begin) {
  size_t end = text_.find('}', begin);
  if (end == std::string::npos) {  // no variable after all
    addText(text_[begin]);
    return begin;
  }
  std::string_view inside = std::string_view(text_).substr(begin + 2, end - begin - 2);
  if (inside == "*" || inside == "?" || inside == "$") {
    addText(inside[0]);
    return end;
  }
  Piece piece{Piece::Kind::kVariable, {}, {}};
  if (size_t comma = inside.find(','); comma != std::string_view::npos) {
    std::string_view value = trimmed(inside.substr(comma + 1));
    if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'') {
      value = value.substr(1, value.size() - 2);
    }
    piece.byDefault = std::string(value);
    inside = inside.substr(0, comma);
  }
  piece.text = inLowerCase(trimmed(inside));
  pieces_.push_back(std::move(piece));
  hasVariables_ = true;
  return end;
}

namespace {

// Symbols of a pattern; nothing when a variable has no value.
template <typename Pieces>
std::optional<Symbols> symbolsOf(const Pieces& pieces, const PolicyVariables& variables,
                                 bool lowerCase) {
  using Kind = typename Pieces::value_type::Kind;
  Symbols symbols;
  for (const auto& piece : pieces) {
    std::string_view text = piece.text;
    std::optional<std::string> value;
    switch (piece.kind) {
      case Kind::kAny:
        symbols.push_back(kAnyText);
        continue;
      case Kind::kOne:
        symbols.push_back(kAnyCharacter);
        continue;
      case Kind::kText:
        break;
      case Kind::kVariable:
        if (variables) value = variables(piece.text);
        if (!value) value = piece.byDefault;
        if (!value) return std::nullopt;
        text = *value;
    }
    append(symbols, lowerCase ? inLowerCase(text) : std::string(text));
  }
  return symbols;
}

}  // namespace

bool PolicyPattern::matches(std::string_view text, const PolicyVariables& variables) const {
  // The usual cases: "*", and a plain text.
  if (pieces_.size() == 1) {
    if (pieces_[0].kind == Piece::Kind::kAny) return true;
    if (pieces_[0].kind == Piece::Kind::kText) return pieces_[0].text == text;
  }
  auto symbols = symbolsOf(pieces_, variables, /*lowerCase=*/false);
  return symbols && matchSymbols(symbols->data(), symbols->size(), text);
}

bool PolicyPattern::matchesIgnoringCase(std::string_view text,
                                        const PolicyVariables& variables) const {
  auto symbols = symbolsOf(pieces_, variables, /*lowerCase=*/true);
  return symbols && matchSymbols(symbols->data(), symbols->size(), inLowerCase(text));
}

bool PolicyPattern::matchesArn(std::string_view arn, const PolicyVariables& variables) const {
  auto symbols = symbolsOf(pieces_, variables, /*lowerCase=*/false);
  return symbols && matchArn(*symbols, arn);
}

}  // namespace millrace
