#include "functions/required_text.h"

#include <algorithm>
#include <cctype>

#include "functions/utf8.h"

namespace millrace {

namespace {

// Reads a pattern item by item. Anything unusual ends the analysis without an answer.
class Analysis {
 public:
  explicit Analysis(std::string_view pattern) : pattern_(pattern) {}

  RequiredText run() {
    size_t most = 0;
    bool understood = sequence(0, most) && at_ == pattern_.size();
    flush();
    return understood ? best_ : RequiredText();
  }

 private:
  static constexpr size_t kUnbounded = RequiredText::kUnbounded;
  static constexpr int kMaxDepth = 50;

  static size_t add(size_t a, size_t b) {
    return a == kUnbounded || b == kUnbounded ? kUnbounded : a + b;
  }

  // Items up to ")" or the end. Alternatives are measured in groups only.
  bool sequence(int depth, size_t& most) {
    if (depth > kMaxDepth) return false;
    size_t branchMost = 0;
    most = 0;
    while (at_ < pattern_.size() && pattern_[at_] != ')') {
      if (pattern_[at_] == '|') {
        if (depth == 0) return false;
        most = std::max(most, branchMost);
        branchMost = 0;
        ++at_;
        continue;
      }
      size_t itemMost = 0;
      std::string literal;
      if (!item(depth, itemMost, literal)) return false;
      size_t fewest = 1, times = 1;
      if (!quantifier(fewest, times)) return false;
      if (depth == 0) note(literal, fewest, times, itemMost, branchMost);
      size_t product =
          times == kUnbounded || itemMost == kUnbounded ? kUnbounded : itemMost * times;
      branchMost = itemMost == 0 ? branchMost : add(branchMost, product);
    }
    most = std::max(most, branchMost);
    return true;
  }

  // A literal that occurs exactly once extends the run; everything else ends it.
  void note(const std::string& literal, size_t fewest, size_t times, size_t itemMost,
            size_t before) {
    if (!literal.empty() && fewest == 1 && times == 1) {
      if (run_.empty()) runBefore_ = before;
      run_ += literal;
      return;
    }
    if (itemMost > 0 || literal.empty()) flush();
  }

  void flush() {
    // A text with a known place is worth more than a longer one without.
    bool better =
        run_.size() > best_.text.size() &&
        (best_.text.size() < 2 || best_.mostBytesBefore == kUnbounded || runBefore_ != kUnbounded);
    if (better) best_ = {run_, runBefore_};
    run_.clear();
  }

  bool item(int depth, size_t& most, std::string& literal) {
    char c = pattern_[at_];
    switch (c) {
      case '(':
        return group(depth, most);
      case '[':
        return skipClass(most);
      case '.':
        ++at_;
        most = 4;
        return true;
      case '^':
      case '$':
        ++at_;
        most = 0;
        return true;
      case '\\':
        return escape(most, literal);
      case '*':
      case '+':
      case '?':
      case '{':
        return false;
      default: {
        size_t bytes = characterBytes(pattern_, at_);
        literal = pattern_.substr(at_, bytes);
        at_ += bytes;
        most = bytes;
        return true;
      }
    }
  }

  bool group(int depth, size_t& most) {
    ++at_;
    if (at_ < pattern_.size() && pattern_[at_] == '?') {
      bool plain = pattern_.substr(at_, 2) == "?:";
      bool named = pattern_.substr(at_, 2) == "?<" && at_ + 2 < pattern_.size() &&
                   std::isalpha(static_cast<unsigned char>(pattern_[at_ + 2])) != 0;
      if (!plain && !named) return false;
      size_t end = plain ? at_ + 1 : pattern_.find('>', at_);
      if (end == std::string_view::npos) return false;
      at_ = end + 1;
    }
    if (!sequence(depth + 1, most)) return false;
    if (at_ >= pattern_.size()) return false;
    ++at_;
    return true;
  }

  bool skipClass(size_t& most) {
    most = 4;
    ++at_;
    if (at_ < pattern_.size() && pattern_[at_] == '^') ++at_;
    bool first = true;
    while (at_ < pattern_.size() && (pattern_[at_] != ']' || first)) {
      first = false;
      at_ += pattern_[at_] == '\\' ? 2 : 1;
    }
    if (at_ >= pattern_.size()) return false;
    ++at_;
    return true;
  }

  bool escape(size_t& most, std::string& literal) {
    if (at_ + 1 >= pattern_.size()) return false;
    char kind = pattern_[at_ + 1];
    at_ += 2;
    if (std::string_view("dDsSwWhHvV").find(kind) != std::string_view::npos) {
      most = 4;
      return true;
    }
    if (kind == 'b' || kind == 'B' || kind == 'A' || kind == 'z' || kind == 'Z') {
      most = 0;
      return true;
    }
    bool isPlain =
        static_cast<uint8_t>(kind) < 0x80 && std::isalnum(static_cast<unsigned char>(kind)) == 0;
    if (!isPlain) return false;
    literal = std::string(1, kind);
    most = 1;
    return true;
  }

  bool quantifier(size_t& fewest, size_t& times) {
    if (at_ >= pattern_.size()) return true;
    switch (pattern_[at_]) {
      case '*':
        fewest = 0;
        times = kUnbounded;
        break;
      case '+':
        fewest = 1;
        times = kUnbounded;
        break;
      case '?':
        fewest = 0;
        break;
      case '{': {
        size_t close = pattern_.find('}', at_);
        if (close == std::string_view::npos) return false;
        fewest = 0;
        times = kUnbounded;
        at_ = close;
        break;
      }
      default:
        return true;
    }
    ++at_;
    bool modified = at_ < pattern_.size() && (pattern_[at_] == '?' || pattern_[at_] == '+');
    if (modified) ++at_;
    return true;
  }

  std::string_view pattern_;
  size_t at_ = 0;
  std::string run_;
  size_t runBefore_ = 0;
  RequiredText best_;
};

}  // namespace

RequiredText requiredText(std::string_view pattern) { return Analysis(pattern).run(); }

}  // namespace millrace
