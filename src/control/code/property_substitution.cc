#include "control/code/property_substitution.h"

#include <fmt/format.h>

#include <vector>

#include "base/close_matches.h"

namespace millrace {

namespace {

// Where in the SQL text a character stands.
enum class Place : uint8_t { kCode, kString, kIdentifier, kLineComment, kBlockComment };

class Substitution {
 public:
  Substitution(std::string_view sql, const RuntimeProperties& properties)
      : sql_(sql), properties_(properties) {}

  Result<std::string> run() {
    while (at_ < sql_.size()) {
      if (startsWith("$${")) {
        out_ += "${";
        advance(3);
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
      } else if ((static_cast<unsigned char>(sql_[at_]) & 0xC0) != 0x80) {
        ++position_.column;  // characters, not bytes
      }
    }
  }

  void copy(size_t bytes) {
    out_ += sql_.substr(at_, bytes);
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
    for (char c : value) {
      if (c == quote) out_ += quote;
      out_ += c;
    }
    advance(end + 1 - at_);
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
  std::string out_;
  size_t at_ = 0;
  Place place_ = Place::kCode;
  SourcePosition position_{1, 1};
};

}  // namespace

Result<std::string> substituteProperties(std::string_view sql,
                                         const RuntimeProperties& properties) {
  return Substitution(sql, properties).run();
}

}  // namespace millrace
