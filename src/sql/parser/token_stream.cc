#include "sql/parser/token_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/close_matches.h"
#include "sql/ast/expression.h"
#include "sql/ast/keywords.h"

namespace millrace {

bool TokenStream::accept(std::string_view word) {
  if (!nextIs(word)) return false;
  advance();
  return true;
}

bool TokenStream::accept(std::string_view first, std::string_view second) {
  if (!nextAre(first, second)) return false;
  advance();
  advance();
  return true;
}

bool TokenStream::acceptOperator(std::string_view op) {
  if (!nextIsOperator(op)) return false;
  advance();
  return true;
}

Status TokenStream::expect(std::string_view word) {
  if (accept(word)) return Status();
  return unexpected(word);
}

Status TokenStream::expectOperator(std::string_view op) {
  if (acceptOperator(op)) return Status();
  return unexpected(fmt::format("'{}'", op));
}

Result<bool> TokenStream::acceptAll(std::initializer_list<std::string_view> words) {
  if (!nextIs(*words.begin())) return false;
  for (std::string_view word : words) TRY(expect(word));
  return true;
}

bool TokenStream::nextIsName(size_t ahead) const {
  const Token& token = peek(ahead);
  if (token.kind == Token::Kind::kQuotedName) return true;
  if (token.kind != Token::Kind::kWord) return false;
  WordClass wordClass = classifyWord(token.upper);
  return wordClass == WordClass::kName || wordClass == WordClass::kKeyword;
}

Result<ParsedIdentifier> TokenStream::parseIdentifier(std::string_view what) {
  const Token& token = peek();
  if (!nextIsName()) {
    Error error = unexpected(what);
    if (token.kind != Token::Kind::kWord) return error;
    return std::move(error).withHint(
        fmt::format("{} is a reserved word; quote it with back-ticks to use it as a name: {}.",
                    token.upper, quoteIdentifier(token.text)));
  }
  ParsedIdentifier identifier{token.position, token.text};
  advance();
  return identifier;
}

Result<ParsedName> TokenStream::parseName(std::string_view what) {
  ParsedName name;
  const Token first = peek();
  name.parts.push_back(TRY(parseIdentifier(what)).name);
  while (nextIsOperator(".")) {
    advance();
    name.parts.push_back(TRY(parseIdentifier(what)).name);
  }
  setSpan(name, first);
  return name;
}

Result<std::vector<ParsedIdentifier>> TokenStream::parseColumnList(std::string_view what) {
  std::vector<ParsedIdentifier> columns;
  TRY(expectOperator("("));
  do {
    columns.push_back(TRY(parseIdentifier(what)));
  } while (acceptOperator(","));
  TRY(expectOperator(")"));
  return columns;
}

Result<std::string> TokenStream::parseString(std::string_view what) {
  if (peek().kind != Token::Kind::kString) return unexpected(what);
  std::string text = peek().text;
  advance();
  return text;
}

Result<int64_t> TokenStream::parseInteger(std::string_view what) {
  const Token& token = peek();
  if (token.kind != Token::Kind::kNumber) return unexpected(what);
  int64_t value = 0;
  const char* end = token.text.data() + token.text.size();
  auto [stop, code] = std::from_chars(token.text.data(), end, value);
  if (code != std::errc() || stop != end || value > INT32_MAX) {
    return Error(ErrorKind::kSyntax,
                 fmt::format("'{}' is no whole number up to {}", token.text, INT32_MAX))
        .at(token.position);
  }
  advance();
  return value;
}

Result<std::vector<ParsedOption>> TokenStream::parseOptions(bool mayBeEmpty) {
  std::vector<ParsedOption> options;
  TRY(expectOperator("("));
  if (mayBeEmpty && acceptOperator(")")) return options;
  do {
    ParsedOption option;
    option.position = peek().position;
    option.key = TRY(parseString("an option name in quotes such as 'connector'"));
    TRY(expectOperator("="));
    option.valuePosition = peek().position;
    option.value = TRY(parseString("an option value in quotes"));
    options.push_back(std::move(option));
  } while (acceptOperator(","));
  TRY(expectOperator(")"));
  return options;
}

std::string TokenStream::describeNext() const {
  const Token& token = peek();
  if (token.kind == Token::Kind::kEnd) return "end of statement";
  constexpr size_t kLongest = 40;
  std::string_view text = text_.substr(token.begin, token.end - token.begin);
  if (text.size() <= kLongest) return fmt::format("'{}'", text);
  size_t length = kLongest;
  while ((static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return fmt::format("'{}...'", text.substr(0, length));
}

Error TokenStream::unexpected(std::string_view expected) const {
  if (implicitAlias_ == at_ && previous().kind == Token::Kind::kWord &&
      previous().text.size() >= 3) {
    std::vector<std::string> meant = closeMatches(previous().text, clauseWords(), 1);
    if (!meant.empty()) {
      return Error(ErrorKind::kSyntax,
                   fmt::format("unexpected '{}', expected {}", previous().text, meant[0]))
          .at(previous().position)
          .withHint(fmt::format("Did you mean '{}'?", meant[0]));
    }
  }
  Error error(ErrorKind::kSyntax,
              fmt::format("unexpected {}, expected {}", describeNext(), expected));
  std::string hint;
  if (peek().kind == Token::Kind::kWord && upperCase(expected) == expected) {
    hint = didYouMean(peek().upper, {std::string(expected)});
  } else if (peek().isOperator("!=")) {
    hint = "Write <> for 'not equal'.";
  }
  return std::move(error).at(peek().position).withHint(hint);
}

Error TokenStream::unexpectedWord(std::string_view expected,
                                  const std::vector<std::string>& words) const {
  Error error = unexpected(expected);
  if (peek().kind != Token::Kind::kWord || !error.hint().empty()) return error;
  // The word is spelled well and stands where it may not.
  if (std::find(words.begin(), words.end(), peek().upper) != words.end()) return error;
  return std::move(error).withHint(didYouMean(peek().upper, words));
}

void TokenStream::setSpan(ParsedNode& node, const Token& first) const {
  node.position = first.position;
  node.begin = first.begin;
  node.end = std::max(previous().end, first.begin);
}

Status TokenStream::Nesting::check() const {
  if (stream_.depth_ <= kMaxNesting) return Status();
  return Error(ErrorKind::kSyntax,
               fmt::format("statement nests deeper than {} levels", kMaxNesting))
      .at(stream_.peek().position)
      .withHint("Split it with views or WITH clauses.");
}

}  // namespace millrace
