// PolicyPattern: a text of a policy with wildcards (*, ?) and variables (${aws:username}).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// The value of a variable (its name in lower case), or nothing when the request has none.
using PolicyVariables = std::function<std::optional<std::string>(std::string_view name)>;

class PolicyPattern {
 public:
  // `wildcards`: * and ? are more than characters. `variables`: ${...} is replaced when matching;
  // ${*}, ${?} and ${$} stand for the character itself. A variable may have a default:
  // ${aws:PrincipalTag/team, 'nobody'}.
  PolicyPattern(std::string_view text, bool wildcards, bool variables);

  // A pattern with a variable that has neither a value nor a default matches nothing.
  bool matches(std::string_view text, const PolicyVariables& variables) const;
  bool matchesIgnoringCase(std::string_view text, const PolicyVariables& variables) const;
  // ARNs: each of the six parts on its own, so that no wildcard reaches beyond its colon.
  bool matchesArn(std::string_view arn, const PolicyVariables& variables) const;

  const std::string& text() const { return text_; }

 private:
  // A run of literal characters, a wildcard, or a variable.
  struct Piece {
    enum class Kind : uint8_t { kText, kAny, kOne, kVariable };
    Kind kind;
    std::string text;
    std::optional<std::string> byDefault;
  };

  void addText(char character);
  size_t addVariable(size_t begin);

  std::string text_;
  std::vector<Piece> pieces_;
  bool hasVariables_ = false;
};

// Whether text matches a pattern of characters, '*' and '?'.
bool matchesWildcards(std::string_view pattern, std::string_view text);

std::string inLowerCase(std::string_view text);  // ASCII only

}  // namespace millrace
