#include "companions/logs/pattern/regular_expression.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <cctype>

namespace millrace::logs {

namespace {

constexpr uint32_t kMatchLimit = 200'000;

bool isAllowed(char character) {
  constexpr std::string_view kSigns = ":_#=@/;,-^$?[]{}|\\*+. ";
  return std::isalnum(static_cast<unsigned char>(character)) != 0 ||
         kSigns.find(character) != std::string_view::npos;
}

}  // namespace

struct RegularExpression::Code {
  pcre2_code* code = nullptr;
  pcre2_match_context* context = nullptr;

  Code() = default;
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  ~Code() {
    pcre2_code_free(code);
    pcre2_match_context_free(context);
  }
};

Result<RegularExpression> RegularExpression::compile(std::string_view expression) {
  for (size_t i = 0; i < expression.size(); ++i) {
    bool escaped = i > 0 && expression[i - 1] == '\\';
    if (escaped || isAllowed(expression[i])) continue;
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("the regular expression '{}' has the character '{}'", expression,
                             expression[i]));
  }
  int problem = 0;
  PCRE2_SIZE offset = 0;
  auto code = std::make_shared<Code>();
  code->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(), 0,
                             &problem, &offset, nullptr);
  if (code->code == nullptr) {
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("'{}' is no regular expression", expression));
  }
  code->context = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(code->context, kMatchLimit);
  return RegularExpression(std::move(code));
}

bool RegularExpression::matches(std::string_view text) const {
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  int found = pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                          data, code_->context);
  pcre2_match_data_free(data);
  return found >= 0;
}

}  // namespace millrace::logs
