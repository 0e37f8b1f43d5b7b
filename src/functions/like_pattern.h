// Patterns of LIKE and SIMILAR TO.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

// A compiled LIKE pattern: pieces of text between %, each possibly with _ inside. Immutable.
class LikePattern {
 public:
  // `escape` is empty or one character; it must stand in front of %, _ or itself.
  static Result<LikePattern> compile(std::string_view pattern, std::string_view escape);

  bool matches(std::string_view text) const;

 private:
  struct Piece {
    std::string text;       // _ is stored as a zero byte and marked
    std::vector<bool> any;  // which characters are _; empty when none is
    size_t lead = 0;        // bytes in front of the first _
  };

  bool matchesMiddle(std::string_view text) const;

  std::vector<Piece> pieces_;  // at least one; the first is anchored, and so is the last
};

// The Java regular expression for a SIMILAR TO pattern.
Result<std::string> similarToRegex(std::string_view pattern, std::string_view escape);

}  // namespace millrace
