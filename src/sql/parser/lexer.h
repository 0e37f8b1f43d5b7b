// Splits SQL text into tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

struct Token {
  enum class Kind : uint8_t {
    kEnd,
    kWord,        // an unquoted name or key word
    kQuotedName,  // `name`
    kNumber,      // 12, 1.5, 1e3
    kString,      // '..'
    kBinary,      // x'..'
    kOperator,    // one of the operators and marks
    kHintStart,   // /*+
    kHintEnd,     // the */ of a hint
  };

  Kind kind = Kind::kEnd;
  SourcePosition position;
  uint32_t begin = 0;  // bytes [begin, end) of the text
  uint32_t end = 0;
  // The name, string or bytes without quotes and escapes; a word, number or operator as written.
  std::string text;
  std::string upper;  // of a word

  bool isOperator(std::string_view op) const { return kind == Kind::kOperator && text == op; }
  bool isWord(std::string_view word) const { return kind == Kind::kWord && upper == word; }
};

// The tokens of `text`, with a kEnd last. `start` is the position of its first character.
// Fails with kSyntax for text that is no token, with its position; `before` then gets the tokens
// in front of it and a kEnd in its place.
Result<std::vector<Token>> tokenize(std::string_view text, SourcePosition start = {1, 1},
                                    std::vector<Token>* before = nullptr);

}  // namespace millrace
