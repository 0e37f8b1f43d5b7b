#include "aws/model/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

namespace millrace {

namespace {

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
using Code = std::unique_ptr<pcre2_code, FreeCode>;

constexpr uint32_t kMatchLimit = 1'000'000;

// Names of classes that Java has and PCRE2 spells otherwise.
std::string translated(std::string_view pattern) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"\\p{Alnum}", "a-zA-Z0-9"},     {"\\p{Alpha}", "a-zA-Z"},      {"\\p{Digit}", "0-9"},
      {"\\p{Graph}", "\\x21-\\x7e"},   {"\\p{Print}", "\\x20-\\x7e"}, {"\\p{ASCII}", "\\x00-\\x7f"},
      {"\\p{IsAlphabetic}", "\\p{L}"}, {"\\p{IsDigit}", "\\p{Nd}"},
  };
  std::string text(pattern);
  for (const auto& [java, pcre] : kNames) {
    for (size_t at = text.find(java); at != std::string::npos; at = text.find(java, at)) {
      size_t open = text.rfind('[', at);
      bool inClass = open != std::string::npos && text.find(']', open) > at;
      std::string with = inClass ? std::string(pcre) : '[' + std::string(pcre) + ']';
      text.replace(at, java.size(), with);
      at += with.size();
    }
  }
  // Behind a class a hyphen is no range in Java: "[\\w-_]".
  for (std::string_view category : {"\\w-", "\\d-", "\\s-"}) {
    for (size_t at = text.find(category); at != std::string::npos; at = text.find(category, at)) {
      text.insert(at + 2, 1, '\\');
    }
  }
  return text;
}

Code compile(std::string_view pattern, std::string& problem) {
  std::string text = translated(pattern);
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  pcre2_set_compile_extra_options(
      context, PCRE2_EXTRA_ALLOW_SURROGATE_ESCAPES | PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL);
  pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
  int number = 0;
  size_t offset = 0;
  constexpr uint32_t kOptions =
      PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY;
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), kOptions, &number,
                          &offset, context));
  pcre2_compile_context_free(context);
  if (!code) {
    char message[256] = {};
    pcre2_get_error_message(number, reinterpret_cast<PCRE2_UCHAR*>(message), sizeof(message));
    problem = message;
  }
  return code;
}

bool matches(const pcre2_code* code, std::string_view text) {
  if (code == nullptr) return true;
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(context, kMatchLimit);
  int found = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data,
                          context);
  pcre2_match_context_free(context);
  pcre2_match_data_free(data);
  return found >= 0;
}

}  // namespace

bool matchesPattern(const ShapeModel& shape, std::string_view text) {
  static std::shared_mutex mutex;
  static std::map<const ShapeModel*, Code> compiled;
  {
    std::shared_lock lock(mutex);
    auto found = compiled.find(&shape);
    if (found != compiled.end()) return matches(found->second.get(), text);
  }
  std::string problem;
  Code code = compile(shape.pattern, problem);
  std::unique_lock lock(mutex);
  return matches(compiled.try_emplace(&shape, std::move(code)).first->second.get(), text);
}

std::string patternProblem(std::string_view pattern) {
  std::string problem;
  (void)compile(pattern, problem);
  return problem;
}

}  // namespace millrace
