#define PCRE2_CODE_UNIT_WIDTH 8
#include "functions/regular_expression.h"

#include <fmt/format.h>
#include <pcre2.h>

#include "functions/java_pattern.h"
#include "functions/required_text.h"
#include "functions/text_find.h"
#include "functions/utf8.h"

namespace millrace {

namespace {

constexpr uint32_t kMatchLimit = 10'000'000;
constexpr size_t kJitStackBytes = size_t{4} << 20;

Error malformed(std::string_view pattern, std::string_view reason) {
  return Error(ErrorKind::kInvalidArgument,
               fmt::format("malformed regular expression '{}': {}", pattern, reason));
}

class PcreRegex final : public Regex {
 public:
  PcreRegex(pcre2_code* code, RequiredText required)
      : code_(code),
        required_(std::move(required)),
        data_(pcre2_match_data_create_from_pattern(code, nullptr)),
        context_(pcre2_match_context_create(nullptr)),
        stack_(pcre2_jit_stack_create(32 * 1024, kJitStackBytes, nullptr)) {
    pcre2_set_match_limit(context_, kMatchLimit);
    pcre2_jit_stack_assign(context_, nullptr, stack_);
    isJit_ = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
    uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    numGroups_ = groups;
    matchesBetweenHalves_ = findsNothingBetween("\uFFFD\uFFFD", 3);
  }
  ~PcreRegex() override {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
    pcre2_jit_stack_free(stack_);
    pcre2_code_free(code_);
  }

  size_t numGroups() const override { return numGroups_; }
  bool matchesBetweenHalves() const override { return matchesBetweenHalves_; }

  Result<bool> find(std::string_view text, size_t from, RegexMatch& match) const override {
    if (!required_.text.empty()) {
      size_t found = findText(text, required_.text, from);
      if (found == kNotFound) return false;
      from = startNear(text, from, found);
    }
    int count = run(text, from, 0);
    if (count < 0) return outcome(count);
    fill(match);
    return true;
  }

  Result<bool> matches(std::string_view text) const override {
    int count = run(text, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
    if (count < 0) return outcome(count);
    return true;
  }

 private:
  // No match can start further in front of the required text than this.
  size_t startNear(std::string_view text, size_t from, size_t found) const {
    if (required_.mostBytesBefore == RequiredText::kUnbounded) return from;
    if (found - from <= required_.mostBytesBefore) return from;
    size_t start = found - required_.mostBytesBefore;
    while (start > from && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80) --start;
    return start;
  }

  int run(std::string_view text, size_t from, uint32_t options) const {
    auto subject = reinterpret_cast<PCRE2_SPTR>(text.data() == nullptr ? "" : text.data());
    if (isJit_ && options == 0) {
      return pcre2_jit_match(code_, subject, text.size(), from, 0, data_, context_);
    }
    return pcre2_match(code_, subject, text.size(), from, options, data_, context_);
  }

  bool findsNothingBetween(std::string_view text, size_t place) const {
    if (run(text, place, PCRE2_ANCHORED) < 0) return false;
    return pcre2_get_ovector_pointer(data_)[1] == place;
  }

  Result<bool> outcome(int code) const {
    if (code == PCRE2_ERROR_NOMATCH) return false;
    return Error(ErrorKind::kInvalidArgument, "a regular expression needs too many steps")
        .withHint("Make the pattern simpler: avoid nested repetitions such as (a+)+.");
  }

  void fill(RegexMatch& match) const {
    const PCRE2_SIZE* positions = pcre2_get_ovector_pointer(data_);
    match.begins.resize(numGroups_ + 1);
    match.ends.resize(numGroups_ + 1);
    for (size_t i = 0; i <= numGroups_; ++i) {
      bool set = positions[2 * i] != PCRE2_UNSET;
      match.begins[i] = set ? positions[2 * i] : RegexMatch::kNone;
      match.ends[i] = set ? positions[2 * i + 1] : RegexMatch::kNone;
    }
  }

  pcre2_code* code_;
  RequiredText required_;
  pcre2_match_data* data_;
  pcre2_match_context* context_;
  pcre2_jit_stack* stack_;
  size_t numGroups_ = 0;
  bool isJit_ = false;
  bool matchesBetweenHalves_ = false;
};

}  // namespace

Result<std::unique_ptr<Regex>> Regex::compile(std::string_view pattern) {
  Result<std::string> translation = javaPatternToPcre(pattern);
  if (!translation.ok() && translation.error().kind() == ErrorKind::kInvalidArgument) {
    return malformed(pattern, translation.error().message());
  }
  std::string translated = TRY(std::move(translation));
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
  int errorCode = 0;
  PCRE2_SIZE errorOffset = 0;
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                    PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &errorCode,
                    &errorOffset, context);
  pcre2_compile_context_free(context);
  if (code == nullptr) {
    PCRE2_UCHAR message[200];
    pcre2_get_error_message(errorCode, message, sizeof(message));
    return malformed(pattern, reinterpret_cast<const char*>(message));
  }
  return std::unique_ptr<Regex>(std::make_unique<PcreRegex>(code, requiredText(translated)));
}

Result<const Regex*> RegexCache::get(std::string_view pattern) {
  if (lastRegex_ != nullptr && pattern == last_) return lastRegex_;
  auto known = patterns_.find(std::string(pattern));
  if (known == patterns_.end()) {
    if (patterns_.size() >= kMaxPatterns) patterns_.clear();
    lastRegex_ = nullptr;
    std::unique_ptr<Regex> regex = TRY(Regex::compile(pattern));
    known = patterns_.emplace(std::string(pattern), std::move(regex)).first;
  }
  last_ = pattern;
  lastRegex_ = known->second.get();
  return lastRegex_;
}

Result<std::vector<std::string_view>> splitByRegex(std::string_view text, const Regex& regex,
                                                   size_t limit) {
  std::vector<std::string_view> parts;
  RegexMatch match;
  size_t begin = 0, from = 0;
  bool isCut = false;
  while (from <= text.size() && (limit == 0 || parts.size() + 1 < limit)) {
    if (!TRY(regex.find(text, from, match))) break;
    bool emptyAtStart = match.end() == 0;
    if (!emptyAtStart) {
      parts.push_back(text.substr(begin, match.begin() - begin));
      begin = match.end();
      isCut = true;
    }
    from = match.end();
    if (match.begin() == match.end()) {
      if (from >= text.size()) break;
      from += characterBytes(text, from);
    }
  }
  parts.push_back(text.substr(begin));
  if (limit == 0 && isCut) {
    while (!parts.empty() && parts.back().empty()) parts.pop_back();
  }
  return parts;
}

}  // namespace millrace
