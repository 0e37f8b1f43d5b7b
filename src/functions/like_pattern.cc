#include "functions/like_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "functions/text_find.h"
#include "functions/utf8.h"

namespace millrace {

namespace {

Error invalidEscape(std::string_view pattern) {
  return Error(ErrorKind::kInvalidArgument,
               fmt::format("invalid escape sequence in pattern '{}'", pattern))
      .withHint("The escape character must stand in front of '%', '_' or itself.");
}

Status checkEscape(std::string_view escape) {
  if (countCharacters(escape) <= 1) return Status();
  return Error(ErrorKind::kInvalidArgument, fmt::format("invalid escape character '{}'", escape))
      .withHint("Give one character.");
}

bool startsWith(std::string_view text, std::string_view escape) {
  return !escape.empty() && text.starts_with(escape);
}

// Bytes that the piece takes at the start of the text, or kNotFound when it does not fit there.
size_t fitAt(std::string_view text, const std::string& piece, const std::vector<bool>& any) {
  if (any.empty()) return text.starts_with(piece) ? piece.size() : kNotFound;
  size_t at = 0;
  for (size_t i = 0; i < piece.size(); ++i) {
    if (at >= text.size()) return kNotFound;
    if (any[i]) {
      // Like a dot in Java: any character but the end of a line.
      if (text[at] == '\n' || text[at] == '\r') return kNotFound;
      at += characterBytes(text, at);
    } else if (text[at] == piece[i]) {
      ++at;
    } else {
      return kNotFound;
    }
  }
  return at;
}

}  // namespace

Result<LikePattern> LikePattern::compile(std::string_view pattern, std::string_view escape) {
  TRY(checkEscape(escape));
  LikePattern compiled;
  compiled.pieces_.emplace_back();
  for (size_t at = 0; at < pattern.size();) {
    Piece& piece = compiled.pieces_.back();
    bool isAny = false;
    char c = pattern[at];
    if (startsWith(pattern.substr(at), escape)) {
      at += escape.size();
      bool valid = at < pattern.size() && (pattern[at] == '%' || pattern[at] == '_' ||
                                           startsWith(pattern.substr(at), escape));
      if (!valid) return invalidEscape(pattern);
      c = pattern[at];
    } else if (c == '%') {
      compiled.pieces_.emplace_back();
      ++at;
      continue;
    } else {
      isAny = c == '_';
    }
    ++at;
    piece.text += isAny ? '\0' : c;
    if (isAny) piece.any.resize(piece.text.size(), false);
    if (isAny) piece.any.back() = true;
  }
  for (Piece& piece : compiled.pieces_) {
    piece.lead = piece.text.size();
    if (piece.any.empty()) continue;
    piece.any.resize(piece.text.size(), false);
    piece.lead = static_cast<size_t>(std::find(piece.any.begin(), piece.any.end(), true) -
                                     piece.any.begin());
  }
  return compiled;
}

bool LikePattern::matches(std::string_view text) const {
  const Piece& first = pieces_.front();
  if (pieces_.size() == 1) return fitAt(text, first.text, first.any) == text.size();
  size_t taken = fitAt(text, first.text, first.any);
  if (taken == kNotFound) return false;
  return matchesMiddle(text.substr(taken));
}

// Every piece but the last is taken where it fits first; the last one must end the text.
bool LikePattern::matchesMiddle(std::string_view text) const {
  for (size_t i = 1; i + 1 < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (piece.any.empty()) {
      if (piece.text.empty()) continue;
      size_t found = findText(text, piece.text);
      if (found == kNotFound) return false;
      text.remove_prefix(found + piece.text.size());
      continue;
    }
    std::string_view lead = std::string_view(piece.text).substr(0, piece.lead);
    for (;;) {
      size_t candidate = findText(text, lead);
      if (candidate == kNotFound) return false;
      text.remove_prefix(candidate);
      size_t taken = fitAt(text, piece.text, piece.any);
      if (taken != kNotFound) {
        text.remove_prefix(taken);
        break;
      }
      if (text.empty()) return false;
      text.remove_prefix(characterBytes(text, 0));
    }
  }
  const Piece& last = pieces_.back();
  if (last.any.empty()) return text.ends_with(last.text);
  // The number of characters decides where the last piece begins.
  for (;; text.remove_prefix(characterBytes(text, 0))) {
    if (fitAt(text, last.text, last.any) == text.size()) return true;
    if (text.empty()) return false;
  }
}

namespace {

struct SimilarClass {
  std::string_view sql;
  std::string_view java;
};

constexpr SimilarClass kSimilarClasses[] = {
    {"[:ALPHA:]", "\\p{Alpha}"}, {"[:alpha:]", "\\p{Alpha}"}, {"[:UPPER:]", "\\p{Upper}"},
    {"[:upper:]", "\\p{Upper}"}, {"[:LOWER:]", "\\p{Lower}"}, {"[:lower:]", "\\p{Lower}"},
    {"[:DIGIT:]", "\\d"},        {"[:digit:]", "\\d"},        {"[:SPACE:]", " "},
    {"[:space:]", " "},          {"[:WHITESPACE:]", "\\s"},   {"[:whitespace:]", "\\s"},
    {"[:ALNUM:]", "\\p{Alnum}"}, {"[:alnum:]", "\\p{Alnum}"}};

// Copies a bracket expression and moves behind it.
bool copyBrackets(std::string_view pattern, size_t& at, std::string& out) {
  out += pattern[at++];
  while (at < pattern.size() && pattern[at] != ']') {
    bool named = false;
    for (const SimilarClass& entry : kSimilarClasses) {
      if (!pattern.substr(at).starts_with(entry.sql)) continue;
      out += entry.java;
      at += entry.sql.size();
      named = true;
      break;
    }
    if (named) continue;
    if (pattern[at] == '\\') out += '\\';
    out += pattern[at++];
  }
  if (at >= pattern.size()) return false;
  out += pattern[at++];
  return true;
}

}  // namespace

Result<std::string> similarToRegex(std::string_view pattern, std::string_view escape) {
  TRY(checkEscape(escape));
  std::string out;
  for (size_t at = 0; at < pattern.size();) {
    char c = pattern[at];
    if (startsWith(pattern.substr(at), escape)) {
      at += escape.size();
      if (at >= pattern.size()) return invalidEscape(pattern);
      if (std::strchr("[]()|^-+*?{}$\\.", pattern[at]) != nullptr) out += '\\';
      out += pattern[at++];
    } else if (c == '[') {
      if (!copyBrackets(pattern, at, out)) {
        return Error(ErrorKind::kInvalidArgument,
                     fmt::format("missing ']' in pattern '{}'", pattern));
      }
    } else {
      if (c == '%')
        out += "(?s:.*)";
      else if (c == '_')
        out += '.';
      else if (c == '.' || c == '$' || c == '^' || c == '\\')
        (out += '\\') += c;
      else
        out += c;
      ++at;
    }
  }
  return out;
}

}  // namespace millrace
