// A cursor over the tokens of one statement, with the error texts that all parts of the parser
// share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/ast/node.h"
#include "sql/parser/lexer.h"

namespace millrace {

// The deepest nesting of parentheses, sub-queries, types and the like.
inline constexpr int kMaxNesting = 200;

class TokenStream {
 public:
  TokenStream(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  const Token& peek(size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& previous() const { return tokens_[at_ == 0 ? 0 : at_ - 1]; }
  bool atEnd() const { return peek().kind == Token::Kind::kEnd; }
  void advance() {
    if (!atEnd()) ++at_;
  }

  bool nextIs(std::string_view word) const { return peek().isWord(word); }
  // The next words, in order.
  bool nextAre(std::string_view first, std::string_view second) const {
    return peek().isWord(first) && peek(1).isWord(second);
  }
  bool nextIsOperator(std::string_view op) const { return peek().isOperator(op); }

  // Takes what is there, or leaves the cursor and returns false.
  bool accept(std::string_view word);
  bool accept(std::string_view first, std::string_view second);
  bool acceptOperator(std::string_view op);
  // Takes it, or fails and says what stands there.
  Status expect(std::string_view word);
  Status expectOperator(std::string_view op);
  // "k" "IF NOT EXISTS": takes all words, or none when the first is absent.
  Result<bool> acceptAll(std::initializer_list<std::string_view> words);

  // A name: quoted, or a word that is not reserved. `what` is for the error: "table name".
  bool nextIsName(size_t ahead = 0) const;
  Result<ParsedIdentifier> parseIdentifier(std::string_view what);
  // name[.name]...
  Result<ParsedName> parseName(std::string_view what);
  // (a, b, ...)
  Result<std::vector<ParsedIdentifier>> parseColumnList(std::string_view what);
  Result<std::string> parseString(std::string_view what);
  Result<int64_t> parseInteger(std::string_view what);
  // ('k' = 'v', ...)
  Result<std::vector<ParsedOption>> parseOptions(bool mayBeEmpty);

  // "unexpected 'x', expected ..." at the next token, with the hint that helps.
  Error unexpected(std::string_view expected) const;
  // The same for key words: suggests the one that `found` may have meant.
  Error unexpectedWord(std::string_view expected, const std::vector<std::string>& words) const;

  // Sets the place of a node whose first token was `first`, up to the token before the cursor.
  void setSpan(ParsedNode& node, const Token& first) const;
  std::string textBetween(uint32_t begin, uint32_t end) const {
    return std::string(text_.substr(begin, end - begin));
  }

  // Notes that the token before the cursor was taken as an alias without AS: a misspelled clause
  // word is usually found there.
  void noteImplicitAlias() { implicitAlias_ = at_; }

  // Counts a level of nesting while it lives.
  class Nesting {
   public:
    explicit Nesting(TokenStream& stream) : stream_(stream) { ++stream_.depth_; }
    ~Nesting() { --stream_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    Status check() const;

   private:
    TokenStream& stream_;
  };

 protected:
  std::string_view text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;

 private:
  std::string describeNext() const;

  size_t implicitAlias_ = SIZE_MAX;
  int depth_ = 0;
};

}  // namespace millrace
