#include "functions/json_document.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "functions/utf8.h"

namespace millrace {

namespace {

constexpr int kMaxDepth = 500;

}  // namespace

class JsonDocument::Parser {
 public:
  Parser(JsonDocument& document, std::string_view text) : document_(document), text_(text) {}

  bool value(int depth, uint32_t& index) {
    skipBlanks();
    if (at_ >= text_.size() || depth > kMaxDepth) return false;
    index = static_cast<uint32_t>(document_.nodes_.size());
    document_.nodes_.emplace_back();
    switch (text_[at_]) {
      case '{':
        return object(depth, index);
      case '[':
        return array(depth, index);
      case '"': {
        std::string_view decoded;
        if (!string(decoded)) return false;
        node(index).kind = JsonKind::kString;
        node(index).text = decoded;
        return true;
      }
      case 't':
        return word("true", JsonKind::kTrue, index);
      case 'f':
        return word("false", JsonKind::kFalse, index);
      case 'n':
        return word("null", JsonKind::kNull, index);
      default:
        return number(index);
    }
  }

 private:
  JsonNode& node(uint32_t index) { return document_.nodes_[index]; }

  void skipBlanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool take(char c) {
    skipBlanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool word(std::string_view name, JsonKind kind, uint32_t index) {
    if (!text_.substr(at_).starts_with(name)) return false;
    at_ += name.size();
    node(index).kind = kind;
    return true;
  }

  bool digits() {
    size_t begin = at_;
    while (at_ < text_.size() && isDigit(text_[at_])) ++at_;
    return at_ > begin;
  }

  bool number(uint32_t index) {
    size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    size_t first = at_;
    if (!digits()) return false;
    if (text_[first] == '0' && at_ > first + 1) return false;
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits()) return false;
    }
    node(index).kind = JsonKind::kNumber;
    node(index).text = text_.substr(begin, at_ - begin);
    return true;
  }

  bool readHex(uint32_t& code) {
    if (at_ + 4 > text_.size()) return false;
    code = 0;
    for (int i = 0; i < 4; ++i) {
      int digit = hexDigit(text_[at_++]);
      if (digit < 0) return false;
      code = code << 4 | static_cast<uint32_t>(digit);
    }
    return true;
  }

  bool escape() {
    if (at_ >= text_.size()) return false;
    std::string& out = document_.arena_;
    switch (text_[at_++]) {
      case '"':
        out += '"';
        return true;
      case '\\':
        out += '\\';
        return true;
      case '/':
        out += '/';
        return true;
      case 'b':
        out += '\b';
        return true;
      case 'f':
        out += '\f';
        return true;
      case 'n':
        out += '\n';
        return true;
      case 'r':
        out += '\r';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'u': {
        uint32_t code = 0;
        if (!readHex(code)) return false;
        bool highHalf = code >= 0xD800 && code < 0xDC00;
        if (highHalf && text_.substr(at_, 2) == "\\u") {
          at_ += 2;
          uint32_t low = 0;
          if (!readHex(low)) return false;
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        appendCodePoint(code, out);
        return true;
      }
      default:
        return false;
    }
  }

  bool string(std::string_view& decoded) {
    size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') {
      if (static_cast<uint8_t>(text_[at_]) < 0x20) return false;
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '"') {
      decoded = text_.substr(begin, at_++ - begin);
      return true;
    }
    size_t start = document_.arena_.size();
    document_.arena_ += text_.substr(begin, at_ - begin);
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (static_cast<uint8_t>(c) < 0x20) return false;
      if (c != '\\')
        document_.arena_ += c;
      else if (!escape())
        return false;
    }
    if (at_ >= text_.size()) return false;
    ++at_;
    decoded = std::string_view(document_.arena_).substr(start);
    return true;
  }

  void link(uint32_t parent, uint32_t& last, uint32_t child) {
    if (last == JsonNode::kNone)
      node(parent).firstChild = child;
    else
      node(last).next = child;
    last = child;
  }

  bool array(int depth, uint32_t index) {
    node(index).kind = JsonKind::kArray;
    ++at_;
    if (take(']')) return true;
    uint32_t last = JsonNode::kNone;
    do {
      uint32_t child = 0;
      if (!value(depth + 1, child)) return false;
      link(index, last, child);
    } while (take(','));
    return take(']');
  }

  bool object(int depth, uint32_t index) {
    node(index).kind = JsonKind::kObject;
    ++at_;
    if (take('}')) return true;
    uint32_t last = JsonNode::kNone;
    do {
      skipBlanks();
      std::string_view key;
      if (at_ >= text_.size() || text_[at_] != '"' || !string(key) || !take(':')) return false;
      uint32_t child = 0;
      if (!value(depth + 1, child)) return false;
      node(child).key = key;
      link(index, last, child);
    } while (take(','));
    return take('}');
  }

  JsonDocument& document_;
  std::string_view text_;
  size_t at_ = 0;
};

bool JsonDocument::parse(std::string_view text) {
  nodes_.clear();
  arena_.clear();
  // Decoding never makes a string longer, so views into the arena stay valid.
  arena_.reserve(text.size());
  uint32_t root = 0;
  return Parser(*this, text).value(0, root);
}

uint32_t JsonDocument::member(uint32_t object, std::string_view name) const {
  uint32_t found = JsonNode::kNone;
  if (nodes_[object].kind != JsonKind::kObject) return found;
  for (uint32_t child = nodes_[object].firstChild; child != JsonNode::kNone;
       child = nodes_[child].next) {
    if (nodes_[child].key == name) found = child;
  }
  return found;
}

uint32_t JsonDocument::numChildren(uint32_t parent) const {
  uint32_t count = 0;
  for (uint32_t child = nodes_[parent].firstChild; child != JsonNode::kNone;
       child = nodes_[child].next) {
    ++count;
  }
  return count;
}

namespace {

// Java orders strings by UTF-16 units: what needs two of them comes before U+E000 and above.
bool precedesInUtf16(std::string_view a, std::string_view b) {
  auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  auto rank = [](char c) {
    int byte = static_cast<unsigned char>(c);
    return byte == 0xEE || byte == 0xEF ? byte + 0x100 : byte;
  };
  return rank(*x) < rank(*y);
}

}  // namespace

void JsonDocument::write(uint32_t index, std::string& out) const {
  const JsonNode& node = nodes_[index];
  switch (node.kind) {
    case JsonKind::kNull:
      out += "null";
      return;
    case JsonKind::kTrue:
      out += "true";
      return;
    case JsonKind::kFalse:
      out += "false";
      return;
    case JsonKind::kNumber:
      out += jsonNumberText(node.text);
      return;
    case JsonKind::kString:
      appendQuotedJson(node.text, out);
      return;
    case JsonKind::kArray:
    case JsonKind::kObject:
      break;
  }
  bool isObject = node.kind == JsonKind::kObject;
  std::vector<uint32_t> children;
  for (uint32_t child = node.firstChild; child != JsonNode::kNone; child = nodes_[child].next) {
    children.push_back(child);
  }
  if (isObject) sortMembers(children);
  out += isObject ? '{' : '[';
  for (size_t i = 0; i < children.size(); ++i) {
    if (i > 0) out += ',';
    if (isObject) {
      appendQuotedJson(nodes_[children[i]].key, out);
      out += ':';
    }
    write(children[i], out);
  }
  out += isObject ? '}' : ']';
}

void JsonDocument::sortMembers(std::vector<uint32_t>& members) const {
  auto key = [&](uint32_t member) { return nodes_[member].key; };
  std::stable_sort(members.begin(), members.end(),
                   [&](uint32_t a, uint32_t b) { return precedesInUtf16(key(a), key(b)); });
  size_t kept = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    bool isLast = i + 1 == members.size() || key(members[i]) != key(members[i + 1]);
    if (isLast) members[kept++] = members[i];
  }
  members.resize(kept);
}

void appendQuotedJson(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<uint8_t>(c) < 0x20)
          out += fmt::format("\\u{:04X}", static_cast<int>(c));
        else
          out += c;
    }
  }
  out += '"';
}

std::string jsonNumberText(std::string_view number) {
  size_t exponentAt = number.find_first_of("eE");
  std::string_view mantissa = number.substr(0, exponentAt);
  bool negative = mantissa.starts_with('-');
  if (negative) mantissa.remove_prefix(1);
  size_t point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  int64_t scale = 0;
  if (point != std::string_view::npos) {
    digits += mantissa.substr(point + 1);
    scale = static_cast<int64_t>(mantissa.size() - point - 1);
  }
  if (exponentAt != std::string_view::npos) {
    std::string_view text = number.substr(exponentAt + 1);
    bool down = text.starts_with('-');
    int64_t exponent = 0;
    for (char c : text) {
      if (isDigit(c) && exponent < 100'000'000) exponent = exponent * 10 + (c - '0');
    }
    scale -= down ? -exponent : exponent;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  std::string sign = negative ? "-" : "";
  if (scale == 0) return sign + digits;
  auto count = static_cast<int64_t>(digits.size());
  int64_t adjusted = count - 1 - scale;
  if (scale > 0 && adjusted >= -6) {
    if (count <= scale) digits.insert(0, static_cast<size_t>(scale - count + 1), '0');
    digits.insert(digits.size() - static_cast<size_t>(scale), ".");
    return sign + digits;
  }
  if (count > 1) digits.insert(1, ".");
  return fmt::format("{}{}E{}{}", sign, digits, adjusted < 0 ? "" : "+", adjusted);
}

// --- Paths ---

namespace {

Error invalidPath(std::string_view path) {
  return Error(ErrorKind::kInvalidArgument, fmt::format("invalid JSON path '{}'", path))
      .withHint("A path is [lax|strict] $ and steps like .name, ['name'], [0] or [*].");
}

bool sameIgnoringCase(std::string_view text, std::string_view lowerCase) {
  return std::equal(text.begin(), text.end(), lowerCase.begin(), lowerCase.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::string_view skipBlanks(std::string_view text) {
  while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  return text;
}

}  // namespace

Result<JsonPath> JsonPath::compile(std::string_view path) {
  JsonPath compiled;
  std::string_view rest = skipBlanks(path);
  for (std::string_view mode : {"lax", "strict"}) {
    bool named = rest.size() > mode.size() && sameIgnoringCase(rest.substr(0, mode.size()), mode) &&
                 rest[mode.size()] == ' ';
    if (!named) continue;
    compiled.isStrict_ = mode == "strict";
    rest = skipBlanks(rest.substr(mode.size()));
  }
  // "a.b" is "$.a.b".
  std::string whole(rest);
  if (!whole.starts_with('$')) whole = "$." + whole;
  for (size_t at = 1; at < whole.size();) TRY(compiled.parseStep(whole, at));
  return compiled;
}

Status JsonPath::parseStep(std::string_view path, size_t& at) {
  if (path[at] == '[') return parseBracket(path, at);
  if (path[at] != '.') return invalidPath(path);
  bool descends = path.substr(at, 2) == "..";
  at += descends ? 2 : 1;
  if (at < path.size() && path[at] == '[') return invalidPath(path);
  size_t end = std::min(path.find_first_of(".[", at), path.size());
  std::string name(path.substr(at, end - at));
  if (name.empty()) return invalidPath(path);
  if (name.ends_with("()")) {
    return Error(ErrorKind::kUnsupported, fmt::format("functions in JSON path '{}'", path));
  }
  at = end;
  isIndefinite_ = isIndefinite_ || descends || name == "*";
  if (descends)
    steps_.push_back({StepKind::kDescend, name});
  else if (name == "*")
    steps_.push_back({StepKind::kAll, ""});
  else
    steps_.push_back({StepKind::kMember, name});
  return Status();
}

Status JsonPath::parseBracket(std::string_view path, size_t& at) {
  size_t begin = at + 1;
  bool quoted = begin < path.size() && (path[begin] == '\'' || path[begin] == '"');
  size_t close = quoted ? path.find(path[begin], begin + 1) : path.find(']', begin);
  if (close == std::string_view::npos) return invalidPath(path);
  if (quoted) {
    steps_.push_back({StepKind::kMember, std::string(path.substr(begin + 1, close - begin - 1))});
    if (close + 1 >= path.size() || path[close + 1] != ']') return invalidPath(path);
    at = close + 2;
    return Status();
  }
  std::string_view inside = path.substr(begin, close - begin);
  at = close + 1;
  if (inside == "*") {
    isIndefinite_ = true;
    steps_.push_back({StepKind::kAll, ""});
    return Status();
  }
  if (inside.starts_with('?') || inside.find_first_of(":,(") != std::string_view::npos) {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("filters, slices and unions in JSON path '{}'", path));
  }
  Step step{StepKind::kElement, ""};
  bool negative = inside.starts_with('-');
  if (negative) inside.remove_prefix(1);
  if (inside.empty() || inside.size() > 9) return invalidPath(path);
  for (char c : inside) {
    if (!isDigit(c)) {
      // A name without quotes matches nothing.
      step.kind = StepKind::kMember;
      step.name = std::string();
    }
    step.index = step.index * 10 + (c - '0');
  }
  if (negative) step.index = -step.index;
  steps_.push_back(std::move(step));
  return Status();
}

bool JsonPath::leadsSomewhere(const JsonDocument& document) const {
  uint32_t at = document.root();
  for (const Step& step : steps_) {
    if (step.kind == StepKind::kMember) {
      at = document.member(at, step.name);
      if (at == JsonNode::kNone) return false;
      continue;
    }
    // A missing element is no error.
    if (step.kind != StepKind::kElement || document.node(at).kind != JsonKind::kArray) break;
    int64_t left = step.index < 0 ? step.index + document.numChildren(at) : step.index;
    if (left < 0) break;
    at = document.node(at).firstChild;
    for (; at != JsonNode::kNone && left > 0; --left) at = document.node(at).next;
    if (at == JsonNode::kNone) break;
  }
  return true;
}

void JsonPath::select(const JsonDocument& document, std::vector<uint32_t>& found) const {
  found.assign(1, document.root());
  std::vector<uint32_t> next;
  for (const Step& step : steps_) {
    next.clear();
    for (uint32_t index : found) {
      const JsonNode& node = document.node(index);
      if (step.kind == StepKind::kMember) {
        uint32_t member = document.member(index, step.name);
        if (member != JsonNode::kNone) next.push_back(member);
        continue;
      }
      if (step.kind == StepKind::kDescend) {
        // Children have higher numbers than their parents and are followed by the parent's sibling.
        std::vector<uint32_t> open = {index};
        while (!open.empty()) {
          uint32_t at = open.back();
          open.pop_back();
          uint32_t member = document.member(at, step.name);
          if (member != JsonNode::kNone) next.push_back(member);
          std::vector<uint32_t> children;
          for (uint32_t c = document.node(at).firstChild; c != JsonNode::kNone;
               c = document.node(c).next) {
            children.push_back(c);
          }
          open.insert(open.end(), children.rbegin(), children.rend());
        }
        continue;
      }
      if (step.kind == StepKind::kElement && node.kind != JsonKind::kArray) continue;
      int64_t wanted = step.index;
      if (wanted < 0) wanted += document.numChildren(index);
      int64_t position = 0;
      for (uint32_t c = node.firstChild; c != JsonNode::kNone; c = document.node(c).next) {
        if (step.kind == StepKind::kAll || position == wanted) next.push_back(c);
        ++position;
      }
    }
    found.swap(next);
  }
}

}  // namespace millrace
