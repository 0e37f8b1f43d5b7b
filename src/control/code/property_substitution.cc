#include "control/code/property_substitution.h"

#include <fmt/format.h>

#include <vector>

#include "base/close_matches.h"

namespace millrace {

namespace {

// Where in the SQL text a character stands.
enum class Place : uint8_t { kCode, kString, kIdentifier, kLineComment, kBlockComment };

bool beginsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

class Substitution {
 public:
  Substitution(std::string_view sql, const RuntimeProperties& properties)
      : sql_(sql), properties_(properties) {}

  Result<SubstitutedSql> run() {
    while (at_ < sql_.size()) {
      if (startsWith("$${")) {
        replace(3, "${");
      } else if (startsWith("${") && !inComment()) {
        TRY(substitute());
      } else {
        step();
      }
    }
    return std::move(out_);
  }

 private:
  bool startsWith(std::string_view text) const { return sql_.substr(at_).starts_with(text); }
  bool inComment() const { return place_ == Place::kLineComment || place_ == Place::kBlockComment; }

  void advance(size_t bytes) {
    for (size_t end = at_ + bytes; at_ < end; ++at_) {
      if (sql_[at_] == '\n') {
        ++position_.line;
        position_.column = 1;
      } else if (beginsCharacter(sql_[at_])) {
        ++position_.column;  // characters, not bytes
      }
    }
  }

  void copy(size_t bytes) {
    out_.text += sql_.substr(at_, bytes);
    advance(bytes);
  }

  void replace(size_t bytes, std::string_view with) {
    out_.replacements.push_back({at_, bytes, with.size()});
    out_.text += with;
    advance(bytes);
  }

  // One character, or two that belong together. A doubled quote leaves its literal and enters it
  // again, which comes to the same.
  void step() {
    char c = sql_[at_];
    size_t size = 1;
    switch (place_) {
      case Place::kCode:
        if (c == '\'') place_ = Place::kString;
        if (c == '`') place_ = Place::kIdentifier;
        if (startsWith("--")) place_ = Place::kLineComment;
        if (startsWith("/*")) {
          place_ = Place::kBlockComment;
          size = 2;
        }
        break;
      case Place::kString:
        if (c == '\'') place_ = Place::kCode;
        break;
      case Place::kIdentifier:
        if (c == '`') place_ = Place::kCode;
        break;
      case Place::kLineComment:
        if (c == '\n') place_ = Place::kCode;
        break;
      case Place::kBlockComment:
        if (startsWith("*/")) {
          place_ = Place::kCode;
          size = 2;
        }
        break;
    }
    copy(size);
  }

  Status substitute() {
    SourcePosition start = position_;
    if (place_ == Place::kCode) {
      return Error(ErrorKind::kSyntax, "'${' outside of quotes")
          .at(start)
          .withHint(
              "A runtime property can stand inside '...' or `...`; write $${ for the characters.");
    }
    size_t end = sql_.find('}', at_);
    if (end == std::string_view::npos ||
        sql_.substr(at_, end - at_).find('\n') != std::string_view::npos) {
      return Error(ErrorKind::kSyntax, "'${' without '}'")
          .at(start)
          .withHint("Close the name of the property, or write $${ for the characters.");
    }
    std::string_view name = sql_.substr(at_ + 2, end - at_ - 2);
    std::string value = TRY(valueOf(name, start));
    char quote = place_ == Place::kString ? '\'' : '`';
    std::string escaped;
    for (char c : value) {
      if (c == quote) escaped += quote;
      escaped += c;
    }
    replace(end + 1 - at_, escaped);
    return {};
  }

  // Groups may have dots in their names, and keys too: every dot may be the one between them.
  Result<std::string> valueOf(std::string_view name, SourcePosition position) const {
    for (size_t dot = name.find('.'); dot != std::string_view::npos;
         dot = name.find('.', dot + 1)) {
      auto group = properties_.find(std::string(name.substr(0, dot)));
      if (group == properties_.end()) continue;
      auto value = group->second.find(std::string(name.substr(dot + 1)));
      if (value != group->second.end()) return value->second;
    }
    std::vector<std::string> known;
    for (const auto& [group, values] : properties_) {
      for (const auto& [key, value] : values) known.push_back(group + "." + key);
    }
    std::string hint = didYouMean(name, known);
    if (hint.empty()) {
      hint = "Add it to the application's EnvironmentProperties, as PropertyGroupId.key.";
    }
    return Error(ErrorKind::kUnknownOption, fmt::format("no runtime property '{}'", name))
        .at(position)
        .withHint(std::move(hint));
  }

  std::string_view sql_;
  const RuntimeProperties& properties_;
  SubstitutedSql out_;
  size_t at_ = 0;
  Place place_ = Place::kCode;
  SourcePosition position_{1, 1};
};

// Of the byte at that place; the end of the text when it lies behind it.
size_t offsetOf(std::string_view text, SourcePosition position) {
  size_t at = 0;
  for (uint32_t line = 1; line < position.line; ++line) {
    size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return text.size();
    at = end + 1;
  }
  for (uint32_t column = 1; column < position.column && at < text.size(); ++column) {
    do ++at;
    while (at < text.size() && !beginsCharacter(text[at]));
  }
  return at;
}

SourcePosition positionOf(std::string_view text, size_t offset) {
  SourcePosition position{1, 1};
  for (char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++position.line;
      position.column = 1;
    } else if (beginsCharacter(c)) {
      ++position.column;
    }
  }
  return position;
}

}  // namespace

Result<SubstitutedSql> substituteProperties(std::string_view sql,
                                            const RuntimeProperties& properties) {
  return Substitution(sql, properties).run();
}

SourcePosition writtenPosition(const SubstitutedSql& sql, std::string_view written,
                               SourcePosition position) {
  size_t offset = offsetOf(sql.text, position);
  size_t longer = 0;  // what the values before it have added, modulo 2^64: it may be negative
  for (const SubstitutedSql::Replacement& each : sql.replacements) {
    size_t begin = each.at + longer;
    if (offset < begin) break;
    if (offset < begin + each.newLength) return positionOf(written, each.at);
    longer += each.newLength - each.length;
  }
  return positionOf(written, offset - longer);
}

}  // namespace millrace
