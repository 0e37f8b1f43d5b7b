// Terms: ERROR "time out" -retry ?this ?that %expression%
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "companions/logs/pattern/filter_pattern.h"
#include "companions/logs/pattern/regular_expression.h"

namespace millrace::logs {

namespace {

struct Term {
  char mark = ' ';  // '?' or '-'
  std::string text;
  std::optional<RegularExpression> expression;

  bool isIn(std::string_view message) const {
    if (expression) return expression->matches(message);
    return message.find(text) != std::string_view::npos;
  }
};

class TermPattern final : public FilterPattern {
 public:
  explicit TermPattern(std::vector<Term> terms) : terms_(std::move(terms)) {
    optional_ = std::all_of(terms_.begin(), terms_.end(),
                            [](const Term& term) { return term.mark == '?'; });
  }

  bool matches(std::string_view message) const override {
    if (terms_.empty()) return true;
    for (const Term& term : terms_) {
      if (optional_ && term.isIn(message)) return true;
      if (term.mark != '?' && term.isIn(message) == (term.mark == '-')) return false;
    }
    return !optional_;
  }

 private:
  std::vector<Term> terms_;
  bool optional_ = false;  // all terms have a '?'
};

class TermParser {
 public:
  explicit TermParser(std::string_view text) : text_(text) {}

  Result<std::vector<Term>> parse() {
    std::vector<Term> terms;
    while (true) {
      while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
      if (at_ == text_.size()) return terms;
      terms.push_back(TRY(term()));
    }
  }

 private:
  static bool isSpace(char character) {
    return std::isspace(static_cast<unsigned char>(character)) != 0;
  }

  Result<Term> term() {
    Term term;
    if (text_[at_] == '?' || text_[at_] == '-') term.mark = text_[at_++];
    char first = at_ < text_.size() ? text_[at_] : ' ';
    if (first == '"' || first == '%') {
      size_t begin = ++at_;
      while (at_ < text_.size() && text_[at_] != first) {
        if (first == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        term.text += text_[at_++];
      }
      if (at_ == text_.size()) return invalid(text_.substr(begin - 1));
      ++at_;
      if (first == '%') term.expression = TRY(RegularExpression::compile(term.text));
      return term;
    }
    while (at_ < text_.size() && !isSpace(text_[at_])) term.text += text_[at_++];
    for (char character : term.text) {
      bool word = std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_' ||
                  character < 0;
      if (!word) return invalid(term.text);
    }
    if (term.text.empty()) return invalid(std::string_view(&term.mark, 1));
    return term;
  }

  static Error invalid(std::string_view term) {
    return Error(ErrorKind::kInvalidOption, fmt::format("Invalid character(s) in term '{}'", term));
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<FilterPattern>> parseTermPattern(std::string_view text) {
  return std::unique_ptr<FilterPattern>(
      std::make_unique<TermPattern>(TRY(TermParser(text).parse())));
}

}  // namespace millrace::logs
