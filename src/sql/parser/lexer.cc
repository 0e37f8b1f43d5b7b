#include "sql/parser/lexer.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "sql/ast/keywords.h"

namespace millrace {

namespace {

bool isSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool isWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool isWordPart(char c) { return isWordStart(c) || isDigit(c); }

// Bytes of the UTF-8 character at the start of `text`, or 0 if there is none.
size_t utf8Length(std::string_view text) {
  auto byte = [&](size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
  unsigned first = byte(0);
  size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (first > 0xF4 || length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  bool outside = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  return overlong || outside ? 0 : length;
}

void appendUtf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// Characters that editors put in place of ASCII ones, and what was meant.
const char* lookalikeOf(std::string_view character) {
  if (character == "\u2018" || character == "\u2019") return "'";
  if (character == "\u201C" || character == "\u201D") return "' or `";
  if (character == "\u00A0" || character == "\u3000" || character == "\uFEFF") return "a space";
  if (character == "\uFF0C") return ",";
  if (character == "\uFF08") return "(";
  if (character == "\uFF09") return ")";
  return nullptr;
}

class Lexer {
 public:
  Lexer(std::string_view text, SourcePosition start) : text_(text), position_(start) {}

  // Appends to `tokens`, up to what is no token.
  Status run(std::vector<Token>& tokens);

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool startsWith(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }

  void advance(size_t bytes);
  Status skipSpace();
  Status skipBlockComment();
  Status next(Token& token);
  Status word(Token& token);
  Status quoted(Token& token, char quote);
  Status stringLiteral(Token& token);
  Status continueString(Token& token);
  Status unicodeString(Token& token);
  Result<std::string> decodeEscapes(const Token& token, char escape) const;
  Status binaryString(Token& token);
  Status number(Token& token);
  Status operatorOrMark(Token& token);
  Error errorAt(SourcePosition position, std::string message) const {
    return Error(ErrorKind::kSyntax, std::move(message)).at(position);
  }

  std::string_view text_;
  size_t at_ = 0;
  SourcePosition position_;
  bool inHint_ = false;
};

void Lexer::advance(size_t bytes) {
  for (size_t end = at_ + bytes; at_ < end; ++at_) {
    unsigned char c = static_cast<unsigned char>(text_[at_]);
    if (c == '\n') {
      ++position_.line;
      position_.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      ++position_.column;
    }
  }
}

Status Lexer::skipBlockComment() {
  SourcePosition start = position_;
  size_t close = text_.find("*/", at_ + 2);
  if (close == std::string_view::npos) return errorAt(start, "comment is not closed with */");
  advance(close + 2 - at_);
  return Status();
}

Status Lexer::skipSpace() {
  while (at_ < text_.size()) {
    if (isSpace(peek())) {
      advance(1);
    } else if (startsWith("--") || startsWith("//")) {
      size_t end = text_.find('\n', at_);
      advance((end == std::string_view::npos ? text_.size() : end) - at_);
    } else if (startsWith("/*") && peek(2) != '+') {
      TRY(skipBlockComment());
    } else {
      break;
    }
  }
  return Status();
}

Status Lexer::quoted(Token& token, char quote) {
  advance(1);
  while (true) {
    size_t close = text_.find(quote, at_);
    if (close == std::string_view::npos) {
      return quote == '`' ? errorAt(token.position, "name is not closed with a back-tick")
                          : errorAt(token.position, "string is not closed with a quote");
    }
    token.text += text_.substr(at_, close - at_);
    advance(close + 1 - at_);
    if (peek() != quote) return Status();
    token.text += quote;
    advance(1);
  }
}

// Further strings on lines of their own continue a string.
Status Lexer::continueString(Token& token) {
  while (true) {
    size_t end = at_;
    SourcePosition endPosition = position_;
    token.end = static_cast<uint32_t>(end);
    TRY(skipSpace());
    if (peek() != '\'') {
      at_ = end;
      position_ = endPosition;
      return Status();
    }
    if (position_.line == endPosition.line) {
      return Error(ErrorKind::kSyntax, "unexpected string after a string")
          .at(position_)
          .withHint("Double a quote inside a string, or put the continuation on a new line.");
    }
    TRY(quoted(token, '\''));
  }
}

Status Lexer::stringLiteral(Token& token) {
  token.kind = Token::Kind::kString;
  TRY(quoted(token, '\''));
  return continueString(token);
}

Result<std::string> Lexer::decodeEscapes(const Token& token, char escape) const {
  std::string out;
  const std::string& in = token.text;
  uint32_t highSurrogate = 0;
  for (size_t i = 0; i < in.size(); ++i) {
    if (in[i] != escape) {
      out += in[i];
      continue;
    }
    if (i + 1 < in.size() && in[i + 1] == escape) {
      out += in[++i];
      continue;
    }
    uint32_t code = 0;
    for (size_t digit = 1; digit <= 4; ++digit) {
      int value = i + digit < in.size() ? hexDigit(in[i + digit]) : -1;
      if (value < 0) {
        return errorAt(token.position, fmt::format("'{}' needs four hexadecimal digits", escape));
      }
      code = code * 16 + static_cast<uint32_t>(value);
    }
    i += 4;
    bool low = code >= 0xDC00 && code <= 0xDFFF;
    if (low != (highSurrogate != 0)) return errorAt(token.position, "unpaired surrogate in string");
    if (code >= 0xD800 && code <= 0xDBFF) {
      highSurrogate = code;
      if (i + 1 < in.size() && in[i + 1] == escape) continue;
      return errorAt(token.position, "unpaired surrogate in string");
    }
    if (low) code = 0x10000 + ((highSurrogate - 0xD800) << 10) + (code - 0xDC00);
    highSurrogate = 0;
    appendUtf8(out, code);
  }
  if (highSurrogate != 0) return errorAt(token.position, "unpaired surrogate in string");
  return out;
}

// U&'..' [UESCAPE 'c']
Status Lexer::unicodeString(Token& token) {
  advance(2);
  TRY(stringLiteral(token));
  char escape = '\\';
  size_t end = at_;
  SourcePosition endPosition = position_;
  TRY(skipSpace());
  if (upperCase(text_.substr(at_, 7)) == "UESCAPE" && !isWordPart(peek(7))) {
    advance(7);
    TRY(skipSpace());
    Token character;
    character.position = position_;
    if (peek() != '\'') return errorAt(position_, "expected a string after UESCAPE");
    TRY(quoted(character, '\''));
    if (character.text.size() != 1 || hexDigit(character.text[0]) >= 0) {
      return errorAt(character.position, "UESCAPE needs one character that is no digit");
    }
    escape = character.text[0];
  } else {
    at_ = end;
    position_ = endPosition;
  }
  token.text = TRY(decodeEscapes(token, escape));
  return Status();
}

Status Lexer::binaryString(Token& token) {
  advance(1);
  TRY(stringLiteral(token));
  token.kind = Token::Kind::kBinary;
  std::string bytes;
  if (token.text.size() % 2 != 0) {
    return errorAt(token.position, "binary literal needs an even number of digits");
  }
  for (size_t i = 0; i < token.text.size(); i += 2) {
    int high = hexDigit(token.text[i]);
    int low = hexDigit(token.text[i + 1]);
    if (high < 0 || low < 0) {
      return errorAt(token.position, "binary literal may hold only hexadecimal digits");
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  token.text = std::move(bytes);
  return Status();
}

Status Lexer::word(Token& token) {
  if ((peek() == 'x' || peek() == 'X') && peek(1) == '\'') return binaryString(token);
  if ((peek() == 'u' || peek() == 'U') && peek(1) == '&' && peek(2) == '\'') {
    return unicodeString(token);
  }
  size_t length = 0;
  while (at_ + length < text_.size() && isWordPart(peek(length))) {
    std::string_view rest = text_.substr(at_ + length);
    size_t bytes = utf8Length(rest);
    if (bytes > 1 && lookalikeOf(rest.substr(0, bytes)) != nullptr) break;
    length += std::max<size_t>(bytes, 1);
  }
  if (length == 0) {
    std::string character(text_.substr(at_, utf8Length(text_.substr(at_))));
    return Error(ErrorKind::kSyntax, fmt::format("unexpected character '{}'", character))
        .at(position_)
        .withHint(fmt::format("Write {} instead.", lookalikeOf(character)));
  }
  std::string_view text = text_.substr(at_, length);
  if (text[0] == '_' && peek(length) == '\'') {
    std::string charset = upperCase(text.substr(1));
    if (charset != "UTF8" && charset != "UTF16" && charset != "UTF32" && charset != "LATIN1" &&
        charset != "ISO_8859_1") {
      return errorAt(token.position, fmt::format("unknown character set '{}'", text.substr(1)));
    }
    advance(length);
    return stringLiteral(token);
  }
  token.kind = Token::Kind::kWord;
  token.text = text;
  token.upper = upperCase(text);
  advance(length);
  return Status();
}

Status Lexer::number(Token& token) {
  token.kind = Token::Kind::kNumber;
  size_t length = 0;
  while (isDigit(peek(length))) ++length;
  if (peek(length) == '.') {
    ++length;
    while (isDigit(peek(length))) ++length;
  }
  if (peek(length) == 'e' || peek(length) == 'E') {
    size_t digits = length + 1;
    if (peek(digits) == '+' || peek(digits) == '-') ++digits;
    if (isDigit(peek(digits))) {
      length = digits;
      while (isDigit(peek(length))) ++length;
    }
  }
  token.text = text_.substr(at_, length);
  advance(length);
  return Status();
}

Status Lexer::operatorOrMark(Token& token) {
  token.kind = Token::Kind::kOperator;
  for (std::string_view op : {"<>", "<=", ">=", "!=", "||", "=>"}) {
    if (!startsWith(op)) continue;
    token.text = op;
    advance(2);
    return Status();
  }
  constexpr std::string_view kMarks = "()[]{},.;:=<>+-*/%|?^$&!";
  char c = peek();
  if (kMarks.find(c) != std::string_view::npos) {
    token.text = c;
    advance(1);
    return Status();
  }
  if (c == '"') {
    return Error(ErrorKind::kSyntax, "unexpected double quote")
        .at(position_)
        .withHint("Quote names with back-ticks (`name`) and strings with single quotes ('text').");
  }
  bool printable = c > ' ' && c < 0x7F;
  return errorAt(position_,
                 printable ? fmt::format("unexpected character '{}'", c)
                           : fmt::format("unexpected byte {:#04x}", static_cast<unsigned char>(c)));
}

Status Lexer::next(Token& token) {
  char c = peek();
  if (startsWith("/*+")) {
    token.kind = Token::Kind::kHintStart;
    token.text = "/*+";
    inHint_ = true;
    advance(3);
    return Status();
  }
  if (inHint_ && startsWith("*/")) {
    token.kind = Token::Kind::kHintEnd;
    token.text = "*/";
    inHint_ = false;
    advance(2);
    return Status();
  }
  if (c == '\'') return stringLiteral(token);
  if ((c == 'n' || c == 'N') && peek(1) == '\'') {
    advance(1);
    return stringLiteral(token);
  }
  if (c == '`') {
    token.kind = Token::Kind::kQuotedName;
    TRY(quoted(token, '`'));
    if (token.text.empty()) return errorAt(token.position, "empty name");
    return Status();
  }
  if (isDigit(c) || (c == '.' && isDigit(peek(1)))) return number(token);
  // $ alone ends the pattern of MATCH_RECOGNIZE.
  if (isWordStart(c) && !(c == '$' && !isWordPart(peek(1)))) return word(token);
  return operatorOrMark(token);
}

Status Lexer::run(std::vector<Token>& tokens) {
  SourcePosition start = position_;
  for (size_t i = 0; i < text_.size();) {
    size_t length = utf8Length(text_.substr(i));
    if (length == 0) {
      advance(i);
      return errorAt(position_, fmt::format("byte {:#04x} is no UTF-8 text",
                                            static_cast<unsigned char>(text_[i])));
    }
    i += length;
  }
  position_ = start;
  while (true) {
    TRY(skipSpace());
    Token token;
    token.position = position_;
    token.begin = token.end = static_cast<uint32_t>(at_);
    if (at_ >= text_.size()) {
      tokens.push_back(std::move(token));
      return Status();
    }
    TRY(next(token));
    token.end = static_cast<uint32_t>(at_);
    tokens.push_back(std::move(token));
  }
}

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view text, SourcePosition start,
                                    std::vector<Token>* before) {
  if (text.size() >= UINT32_MAX) {
    return Error(ErrorKind::kSyntax, "statement is longer than 4 GiB");
  }
  std::vector<Token> tokens;
  Status status = Lexer(text, start).run(tokens);
  if (status.ok()) return tokens;
  if (before != nullptr) {
    Token end;
    end.position = status.error().position();
    end.begin = end.end = tokens.empty() ? 0 : tokens.back().end;
    tokens.push_back(std::move(end));
    *before = std::move(tokens);
  }
  return std::move(status).error();
}

}  // namespace millrace
