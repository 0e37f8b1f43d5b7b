#include "functions/java_pattern.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "base/ascii.h"
#include "functions/utf8.h"

namespace millrace {

namespace {

struct NamedClass {
  std::string_view java;
  std::string_view ranges;   // inside a class
  std::string_view anyCase;  // with the flag i, when that differs
};

// Java's POSIX classes are ASCII only.
constexpr NamedClass kNamedClasses[] = {
    {"Lower", "a-z", "a-zA-Z"},
    {"Upper", "A-Z", "a-zA-Z"},
    {"ASCII", "\\x00-\\x7F", ""},
    {"Alpha", "a-zA-Z", ""},
    {"Digit", "0-9", ""},
    {"Alnum", "a-zA-Z0-9", ""},
    {"Punct", "!-\\/:-@\\[-`{-~", ""},
    {"Graph", "!-~", ""},
    {"Print", " -~", ""},
    {"Blank", " \\t", ""},
    {"Cntrl", "\\x00-\\x1F\\x7F", ""},
    {"XDigit", "0-9a-fA-F", ""},
    {"Space", " \\t\\n\\x0B\\f\\r", ""},
    {"Lu", "\\p{Lu}", "\\p{Lu}\\p{Ll}\\p{Lt}"},
    {"Ll", "\\p{Ll}", "\\p{Lu}\\p{Ll}\\p{Lt}"},
    {"Lt", "\\p{Lt}", "\\p{Lu}\\p{Ll}\\p{Lt}"},
    {"IsAlphabetic", "\\p{L}", ""},
    {"javaLowerCase", "\\p{Ll}", "\\p{Lu}\\p{Ll}\\p{Lt}"},
    {"javaUpperCase", "\\p{Lu}", "\\p{Lu}\\p{Ll}\\p{Lt}"},
    {"IsDigit", "\\p{Nd}", ""},
    {"IsLetter", "\\p{L}", ""},
};

bool isLetter(uint32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(uint32_t c) { return c >= '0' && c <= '9'; }

Error malformed(std::string reason) {
  return Error(ErrorKind::kInvalidArgument, std::move(reason));
}
Error unsupported(std::string_view what) {
  return Error(ErrorKind::kUnsupported, std::string(what) + " in a regular expression");
}

class Translation {
 public:
  explicit Translation(std::string_view pattern) : pattern_(pattern) {}

  Result<std::string> run() {
    while (!atEnd()) TRY(item());
    if (!outer_.empty()) return malformed("a group has no end");
    return std::move(out_);
  }

 private:
  struct Flags {
    bool ignoreCase = false;
    bool unicode = false;  // ignoreCase knows the letters beyond ASCII
    bool comments = false;
    bool foldsAscii() const { return ignoreCase && !unicode; }
    bool foldsAll() const { return ignoreCase && unicode; }
  };
  // One item of a class: a character, or several as they stand inside a class of PCRE2.
  struct Member {
    bool isSet = false;
    uint32_t character = 0;
    std::string set{};
    bool negated = false;  // the set is what is left out
  };
  static constexpr int kMaxDepth = 50;

  bool atEnd() const { return at_ >= pattern_.size(); }
  char peek(size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }
  bool startsWith(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }

  Status item() {
    switch (peek()) {
      case '\\':
        return escape();
      case '[': {
        ++at_;
        out_ += TRY(characterClass(true, 0));
        return Status();
      }
      case '(':
        return openGroup();
      case ')':
        if (outer_.empty()) return malformed("unmatched closing parenthesis");
        flags_ = outer_.back();
        outer_.pop_back();
        out_ += pattern_[at_++];
        return Status();
      case '{':
        return repetition();
      case '#':
        if (flags_.comments) {
          at_ = std::min(pattern_.find('\n', at_), pattern_.size());
          return Status();
        }
        [[fallthrough]];
      default: {
        size_t bytes = characterBytes(pattern_, at_);
        if (bytes == 1 && isLetter(static_cast<uint8_t>(peek()))) {
          letter(peek());
        } else {
          out_ += pattern_.substr(at_, bytes);
        }
        at_ += bytes;
        return Status();
      }
    }
  }

  void letter(char c) {
    if (!flags_.foldsAscii()) {
      out_ += c;
    } else {
      out_ += {'[', static_cast<char>(c | 0x20), static_cast<char>(c & ~0x20), ']'};
    }
  }

  // A character that means itself, wherever it came from.
  void literal(uint32_t c) {
    if (isLetter(c)) return letter(static_cast<char>(c));
    appendPlain(c, out_);
  }

  // Outside and inside classes the same.
  static void appendPlain(uint32_t c, std::string& out) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    if (c < 0x20 || c == 0x7F) {
      out += "\\x{";
      out += kHex[c >> 4];
      out += kHex[c & 15];
      out += '}';
      return;
    }
    if (c < 0x80 && !isLetter(c) && !isDigit(c)) out += '\\';
    appendCodePoint(c, out);
  }

  Status repetition() {
    size_t end = at_ + 1;
    size_t digits = end;
    while (end < pattern_.size() && isDigit(static_cast<uint8_t>(pattern_[end]))) ++end;
    bool good = end > digits;
    if (end < pattern_.size() && pattern_[end] == ',') ++end;
    while (end < pattern_.size() && isDigit(static_cast<uint8_t>(pattern_[end]))) ++end;
    good = good && end < pattern_.size() && pattern_[end] == '}';
    if (!good) return malformed("illegal repetition");
    out_ += pattern_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return Status();
  }

  // --- Groups and flags ---

  Status openGroup() {
    if (peek(1) == '*') return malformed("dangling '*'");
    if (peek(1) != '?') {
      ++numGroups_;
      return copyOpening(1);
    }
    for (std::string_view kind : {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"}) {
      if (startsWith(kind)) return copyOpening(kind.size());
    }
    if (startsWith("(?<")) {
      size_t end = pattern_.find('>', at_);
      if (end == std::string_view::npos) return malformed("the name of a group has no end");
      ++numGroups_;
      return copyOpening(end + 1 - at_);
    }
    return flagGroup();
  }

  Status copyOpening(size_t bytes) {
    outer_.push_back(flags_);
    out_ += pattern_.substr(at_, bytes);
    at_ += bytes;
    return Status();
  }

  // "(?i)" holds to the end of the group around it, "(?i:" for its own.
  Status flagGroup() {
    size_t end = at_ + 2;
    Flags flags = flags_;
    bool on = true;
    std::string kept[2];
    for (; end < pattern_.size() && pattern_[end] != ')' && pattern_[end] != ':'; ++end) {
      char flag = pattern_[end];
      if (flag == '-' && on) {
        on = false;
      } else if (flag == 'i') {
        flags.ignoreCase = on;
      } else if (flag == 'u') {
        flags.unicode = on;
      } else if (flag == 'm' || flag == 's' || flag == 'x') {
        if (flag == 'x') flags.comments = on;
        kept[on ? 0 : 1] += flag;
      } else if (flag == 'd' || flag == 'U') {
        return unsupported("the flag '" + std::string(1, flag) + "'");
      } else {
        return malformed("unknown group or flag");
      }
    }
    if (end >= pattern_.size()) return malformed("a group has no end");
    if (flags.foldsAll() != flags_.foldsAll()) kept[flags.foldsAll() ? 0 : 1] += 'i';
    bool isGroup = pattern_[end] == ':';
    if (isGroup) outer_.push_back(flags_);
    flags_ = flags;
    at_ = end + 1;
    std::string changes = kept[0] + (kept[1].empty() ? "" : "-" + kept[1]);
    if (isGroup || !changes.empty()) out_ += "(?" + changes + (isGroup ? ":" : ")");
    return Status();
  }

  // --- Escapes ---

  Status escape() {
    char kind = peek(1);
    if (kind == 'Q') return quotation();
    if (kind == 'k') return namedReference();
    if (kind >= '1' && kind <= '9') return numberedReference();
    if (kind == 'b' && peek(2) == '{') return unsupported("'\\b{'");
    if (kind != '\0' && std::string_view("RXbBAGZz").find(kind) != std::string_view::npos) {
      out_ += pattern_.substr(at_, 2);
      at_ += 2;
      return Status();
    }
    Member member = TRY(escapedMember());
    if (!member.isSet) {
      literal(member.character);
    } else if (member.set.size() == 2 && !member.negated) {
      out_ += member.set;  // "\d" and the like
    } else {
      out_ += (member.negated ? "[^" : "[") + member.set + "]";
    }
    return Status();
  }

  Status quotation() {
    at_ += 2;
    size_t end = std::min(pattern_.find("\\E", at_), pattern_.size());
    while (at_ < end) literal(nextCodePoint(pattern_, at_));
    if (!atEnd()) at_ += 2;
    return Status();
  }

  void reference(const std::string& name) {
    bool folds = flags_.foldsAscii();
    out_ += (folds ? "(?i:\\g{" : "\\g{") + name + (folds ? "})" : "}");
  }

  Status namedReference() {
    size_t end = pattern_.find('>', at_);
    if (peek(2) != '<' || end == std::string_view::npos) {
      return malformed("\\k is not followed by the name of a group");
    }
    reference(std::string(pattern_.substr(at_ + 3, end - at_ - 3)));
    at_ = end + 1;
    return Status();
  }

  // Takes as many digits as there are groups so far; a group that is not there matches nothing.
  Status numberedReference() {
    size_t number = static_cast<size_t>(peek(1) - '0');
    at_ += 2;
    while (isDigit(static_cast<uint8_t>(peek()))) {
      size_t longer = number * 10 + static_cast<size_t>(peek() - '0');
      if (longer > numGroups_) break;
      number = longer;
      ++at_;
    }
    if (number > numGroups_) {
      out_ += "(?!)";
    } else {
      reference(std::to_string(number));
    }
    return Status();
  }

  // The escape at the place as a character or a set of them.
  Result<Member> escapedMember() {
    ++at_;
    if (atEnd()) return malformed("nothing follows the last backslash");
    char kind = peek();
    if (std::string_view("dDsSwWhHvV").find(kind) != std::string_view::npos) {
      ++at_;
      return Member{.isSet = true, .set = std::string("\\") + kind};
    }
    if (kind == 'p' || kind == 'P') return property();
    if (isLetter(static_cast<uint8_t>(kind)) || isDigit(static_cast<uint8_t>(kind))) {
      return Member{.character = TRY(codeOfEscape(kind))};
    }
    return Member{.character = nextCodePoint(pattern_, at_)};
  }

  Result<uint32_t> codeOfEscape(char kind) {
    ++at_;
    static constexpr std::string_view kNames = "tnrfae", kCodes = "\t\n\r\f\a\x1B";
    if (size_t i = kNames.find(kind); i != std::string_view::npos) {
      return static_cast<uint32_t>(kCodes[i]);
    }
    switch (kind) {
      case '0':
        return octal();
      case 'x':
        return peek() == '{' ? bracedHexadecimal() : hexadecimal(2);
      case 'u':
        return utf16Units();
      case 'c':
        if (atEnd()) return malformed("illegal control character");
        return static_cast<uint32_t>(static_cast<uint8_t>(pattern_[at_++]) ^ 64);
      case 'N':
        return unsupported("'\\N'");
      default:
        return malformed("illegal escape sequence");
    }
  }

  Result<uint32_t> octal() {
    uint32_t code = 0;
    size_t digits = 0;
    size_t most = peek() <= '3' ? 3 : 2;
    while (digits < most && peek() >= '0' && peek() <= '7') {
      code = code * 8 + static_cast<uint32_t>(pattern_[at_++] - '0');
      ++digits;
    }
    if (digits == 0) return malformed("illegal octal escape sequence");
    return code;
  }

  Result<uint32_t> hexadecimal(size_t digits) {
    uint32_t code = 0;
    for (size_t i = 0; i < digits; ++i) {
      int digit = hexDigit(peek());
      if (digit < 0) return malformed("illegal hexadecimal escape sequence");
      code = code * 16 + static_cast<uint32_t>(digit);
      ++at_;
    }
    return code;
  }

  Result<uint32_t> bracedHexadecimal() {
    uint32_t code = 0;
    size_t begin = ++at_;
    for (int digit; (digit = hexDigit(peek())) >= 0; ++at_) {
      code = code * 16 + static_cast<uint32_t>(digit);
      if (code > 0x10FFFF) return malformed("a code point beyond 10FFFF");
    }
    if (peek() != '}' || at_ == begin) return malformed("illegal hexadecimal escape sequence");
    ++at_;
    return code;
  }

  // Two escapes may be the halves of one character.
  Result<uint32_t> utf16Units() {
    uint32_t code = TRY(hexadecimal(4));
    if (code < 0xD800 || code > 0xDFFF) return code;
    if (code < 0xDC00 && startsWith("\\u")) {
      at_ += 2;
      uint32_t low = TRY(hexadecimal(4));
      if (low >= 0xDC00 && low <= 0xDFFF) {
        return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      }
    }
    return unsupported("half of a character");
  }

  Result<Member> property() {
    bool negated = pattern_[at_++] == 'P';
    std::string_view name = pattern_.substr(at_, 1);
    size_t end = at_ + 1;
    if (peek() == '{') {
      size_t close = pattern_.find('}', at_);
      if (close == std::string_view::npos) return malformed("the name of a property has no end");
      name = pattern_.substr(at_ + 1, close - at_ - 1);
      end = close + 1;
    }
    if (name.empty()) return malformed("a property without a name");
    at_ = end;
    for (const NamedClass& entry : kNamedClasses) {
      if (entry.java != name) continue;
      bool anyCase = flags_.ignoreCase && !entry.anyCase.empty();
      std::string_view ranges = anyCase ? entry.anyCase : entry.ranges;
      return Member{.isSet = true, .set = std::string(ranges), .negated = negated};
    }
    if (name.starts_with("Is")) name.remove_prefix(2);
    std::string set = negated ? "\\P{" : "\\p{";
    return Member{.isSet = true, .set = set + std::string(name) + "}"};
  }

  // --- Classes ---

  // Reads a class behind its bracket, or with consume = false the right side of "&&", which ends in
  // front of the bracket. The result matches one character.
  Result<std::string> characterClass(bool consume, int depth) {
    if (depth > kMaxDepth) return unsupported("classes that are nested so deeply");
    bool negated = consume && peek() == '^';
    if (negated) ++at_;
    std::string known;   // alternatives behind which nothing is added
    std::string ranges;  // what stands between the brackets of a plain class
    auto settle = [&] {
      if (!ranges.empty()) unite(known, "[" + ranges + "]");
      ranges.clear();
    };
    while (!atEnd()) {
      char c = peek();
      if (c == ']' && !(known.empty() && ranges.empty())) {
        if (consume) ++at_;
        if (known.empty()) return (negated ? "[^" : "[") + ranges + "]";
        settle();
        return negated ? "(?:(?!" + known + ")(?s:.))" : grouped(known);
      }
      if (c == '[') {
        ++at_;
        unite(known, TRY(characterClass(true, depth + 1)));
      } else if (startsWith("&&")) {
        at_ += 2;
        std::string right = TRY(rightSide(depth));
        settle();
        TRY(intersect(known, right));
      } else if (flags_.comments && (c == ' ' || (c >= '\t' && c <= '\r'))) {
        ++at_;
      } else {
        TRY(members(known, ranges));
      }
    }
    return malformed("a character class has no end");
  }

  static void unite(std::string& known, const std::string& more) {
    if (!known.empty()) known += '|';
    known += more;
  }
  static std::string grouped(const std::string& alternatives) { return "(?:" + alternatives + ")"; }

  static Status intersect(std::string& known, const std::string& right) {
    if (known.empty() && right.empty()) return malformed("bad syntax of a class");
    if (known.empty()) {
      known = right;
    } else if (!right.empty()) {
      known = "(?:(?=" + known + ")" + grouped(right) + ")";
    }
    return Status();
  }

  Result<std::string> rightSide(int depth) {
    std::string right;
    while (!atEnd() && peek() != ']' && peek() != '&') {
      bool nested = peek() == '[';
      if (nested) ++at_;
      unite(right, TRY(characterClass(nested, depth + 1)));
    }
    return right;
  }

  // A character, a range or a set.
  Status members(std::string& known, std::string& ranges) {
    Member first = TRY(member());
    if (first.isSet) {
      if (first.negated)
        unite(known, "[^" + first.set + "]");
      else
        ranges += first.set;
      return Status();
    }
    uint32_t last = first.character;
    if (peek() == '-' && peek(1) != '[' && peek(1) != ']' && at_ + 1 < pattern_.size()) {
      ++at_;
      Member end = TRY(member());
      if (end.isSet || end.character < last) return malformed("illegal character range");
      last = end.character;
    }
    range(first.character, last, ranges);
    return Status();
  }

  Result<Member> member() {
    if (peek() == '\\') return escapedMember();
    return Member{.character = nextCodePoint(pattern_, at_)};
  }

  void range(uint32_t first, uint32_t last, std::string& out) const {
    appendRange(first, last, out);
    if (!flags_.foldsAscii()) return;
    for (auto [a, z, shift] : {std::tuple{'a', 'z', -32}, std::tuple{'A', 'Z', 32}}) {
      uint32_t from = std::max(first, static_cast<uint32_t>(a));
      uint32_t to = std::min(last, static_cast<uint32_t>(z));
      if (from > to) continue;
      appendRange(from + static_cast<uint32_t>(shift), to + static_cast<uint32_t>(shift), out);
    }
  }
  static void appendRange(uint32_t first, uint32_t last, std::string& out) {
    appendPlain(first, out);
    if (first == last) return;
    out += '-';
    appendPlain(last, out);
  }

  std::string_view pattern_;
  size_t at_ = 0;
  Flags flags_;
  std::vector<Flags> outer_;  // of the groups around the place
  size_t numGroups_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string> javaPatternToPcre(std::string_view pattern) {
  return Translation(pattern).run();
}

}  // namespace millrace
