#include "functions/regex_syntax.h"

#include <algorithm>
#include <cctype>

#include "functions/utf8.h"

namespace millrace {

namespace {

struct ClassName {
  std::string_view java;
  std::string_view ranges;
};

// Java's POSIX classes are ASCII only.
constexpr ClassName kClassNames[] = {
    {"Lower", "a-z"},
    {"Upper", "A-Z"},
    {"ASCII", "\\x00-\\x7F"},
    {"Alpha", "a-zA-Z"},
    {"Digit", "0-9"},
    {"Alnum", "a-zA-Z0-9"},
    {"Punct", "!-\\/:-@\\[-`{-~"},
    {"Graph", "!-~"},
    {"Print", " -~"},
    {"Blank", " \\t"},
    {"Cntrl", "\\x00-\\x1F\\x7F"},
    {"XDigit", "0-9a-fA-F"},
    {"Space", " \\t\\n\\x0B\\f\\r"},
    {"IsAlphabetic", "\\p{L}"},
    {"javaLowerCase", "\\p{Ll}"},
    {"javaUpperCase", "\\p{Lu}"},
    {"IsDigit", "\\p{Nd}"},
    {"IsLetter", "\\p{L}"},
};

Error unsupported(std::string_view what) {
  return Error(ErrorKind::kUnsupported, std::string(what) + " in a regular expression");
}

// Copies one escape sequence at `at` (on the backslash) and moves behind it.
void copyEscape(std::string_view pattern, size_t& at, bool inClass, std::string& out) {
  char kind = at + 1 < pattern.size() ? pattern[at + 1] : '\0';
  if (kind == 'u' && at + 6 <= pattern.size()) {
    out += "\\x{";
    out += pattern.substr(at + 2, 4);
    out += '}';
    at += 6;
    return;
  }
  bool named = (kind == 'p' || kind == 'P') && at + 2 < pattern.size() && pattern[at + 2] == '{';
  size_t close = named ? pattern.find('}', at) : std::string_view::npos;
  if (close != std::string_view::npos) {
    std::string_view name = pattern.substr(at + 3, close - at - 3);
    for (const ClassName& entry : kClassNames) {
      if (entry.java != name || (inClass && kind == 'P')) continue;
      if (!inClass) out += kind == 'P' ? "[^" : "[";
      out += entry.ranges;
      if (!inClass) out += ']';
      at = close + 1;
      return;
    }
    if (name.starts_with("Is")) name.remove_prefix(2);
    out += '\\';
    out += kind;
    out += '{';
    out += name;
    out += '}';
    at = close + 1;
    return;
  }
  size_t bytes = std::min<size_t>(2, pattern.size() - at);
  out += pattern.substr(at, bytes);
  at += bytes;
}

// Copies a character class at `at` (on the bracket) and moves behind it.
Status copyClass(std::string_view pattern, size_t& at, std::string& out) {
  out += pattern[at++];
  if (at < pattern.size() && pattern[at] == '^') out += pattern[at++];
  bool first = true;
  while (at < pattern.size()) {
    char c = pattern[at];
    if (c == ']' && !first) {
      out += pattern[at++];
      return Status();
    }
    first = false;
    if (c == '\\') {
      copyEscape(pattern, at, true, out);
    } else if (c == '[') {
      return unsupported("a class inside a class");
    } else if (c == '&' && pattern.substr(at, 2) == "&&") {
      return unsupported("an intersection of classes");
    } else {
      out += c;
      ++at;
    }
  }
  return Status();
}

// --- What a match must contain ---

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

Result<std::string> javaPatternToPcre(std::string_view pattern) {
  std::string out;
  for (size_t at = 0; at < pattern.size();) {
    if (pattern.substr(at, 2) == "\\Q") {
      size_t end = std::min(pattern.find("\\E", at), pattern.size());
      out += pattern.substr(at, end - at);
      at = end;
    } else if (pattern[at] == '\\') {
      copyEscape(pattern, at, false, out);
    } else if (pattern[at] == '[') {
      TRY(copyClass(pattern, at, out));
    } else {
      out += pattern[at++];
    }
  }
  return out;
}

RequiredText requiredText(std::string_view pattern) { return Analysis(pattern).run(); }

}  // namespace millrace
