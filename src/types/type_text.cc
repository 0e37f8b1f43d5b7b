#include "types/type_text.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <vector>

namespace millrace {

namespace {

constexpr int kMaxDepth = 100;

class TypeTextReader {
 public:
  explicit TypeTextReader(std::string_view text) : text_(text) {}

  Result<Type> readAll() {
    Type type = TRY(read(0));
    if (at_ != text_.size()) return wrong();
    return type;
  }

 private:
  Error wrong() const {
    return Error(ErrorKind::kCorruptData, fmt::format("'{}' is not the text of a type", text_));
  }

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Result<int> number() {
    int value = 0;
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) return wrong();
    at_ = static_cast<size_t>(end - text_.data());
    return value;
  }

  Result<int> inParentheses() {
    if (!take("(")) return wrong();
    int value = TRY(number());
    if (!take(")")) return wrong();
    return value;
  }

  Result<Type> read(int depth) {
    if (depth > kMaxDepth) return wrong();
    Type type = TRY(base(depth));
    return take(" NOT NULL") ? type.withNullable(false) : type;
  }

  Result<Type> base(int depth) {
    struct Plain {
      std::string_view text;
      Type type;
    };
    // A text that begins like another one comes first.
    static const Plain kPlain[] = {
        {"NULL", Type::null()},
        {"BOOLEAN", Type::boolean()},
        {"TINYINT", Type::tinyint()},
        {"SMALLINT", Type::smallint()},
        {"INTERVAL MONTH", Type::intervalYearMonth()},
        {"INTERVAL SECOND(3)", Type::intervalDayTime()},
        {"INT", Type::integer()},
        {"BIGINT", Type::bigint()},
        {"FLOAT", Type::floating()},
        {"DOUBLE", Type::doubling()},
        {"STRING", Type::string()},
        {"BYTES", Type::bytes()},
        {"DATE", Type::date()},
    };
    for (const Plain& plain : kPlain) {
      if (take(plain.text)) return plain.type;
    }
    struct Sized {
      std::string_view text;
      Type (*make)(int);
    };
    static constexpr Sized kSized[] = {
        {"CHAR", &Type::character},
        {"VARCHAR", &Type::varchar},
        {"BINARY", &Type::binary},
        {"VARBINARY", &Type::varbinary},
        {"TIMESTAMP_LTZ", &Type::timestampLtz},
        {"TIMESTAMP", &Type::timestamp},
        {"TIME", &Type::time},
    };
    for (const Sized& sized : kSized) {
      if (take(sized.text)) return sized.make(TRY(inParentheses()));
    }
    if (take("DECIMAL(")) {
      int precision = TRY(number());
      if (!take(", ")) return wrong();
      int scale = TRY(number());
      if (!take(")")) return wrong();
      return Type::decimal(precision, scale);
    }
    return nested(depth);
  }

  Result<Type> nested(int depth) {
    if (take("ARRAY<")) {
      Type element = TRY(read(depth + 1));
      if (!take(">")) return wrong();
      return Type::array(element);
    }
    if (take("MULTISET<")) {
      Type element = TRY(read(depth + 1));
      if (!take(">")) return wrong();
      return Type::multiset(element);
    }
    if (take("MAP<")) {
      Type key = TRY(read(depth + 1));
      if (!take(", ")) return wrong();
      Type value = TRY(read(depth + 1));
      if (!take(">")) return wrong();
      return Type::map(key, value);
    }
    if (!take("ROW<")) return wrong();
    std::vector<std::string> names;
    std::vector<Type> fields;
    while (!take(">")) {
      if (!names.empty() && !take(", ")) return wrong();
      names.push_back(TRY(quotedName()));
      if (!take(" ")) return wrong();
      fields.push_back(TRY(read(depth + 1)));
    }
    return Type::row(std::move(names), std::move(fields));
  }

  Result<std::string> quotedName() {
    if (!take("`")) return wrong();
    std::string name;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '`' && !take("`")) return name;
      name += c;
    }
    return wrong();
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Result<Type> parseTypeText(std::string_view text) { return TypeTextReader(text).readAll(); }

bool widens(const Type& from, const Type& to) {
  if (from.sameAs(to)) return true;
  if (from.isInteger() && to.isInteger()) return from.kind() < to.kind();
  if (from.isCharacter() && to.kind() == TypeKind::kVarchar) return from.length() <= to.length();
  if (from.isBinaryString() && to.kind() == TypeKind::kVarbinary) {
    return from.length() <= to.length();
  }
  if (from.kind() == TypeKind::kFloat) return to.kind() == TypeKind::kDouble;
  if (from.kind() != to.kind()) return false;
  if (from.kind() == TypeKind::kDecimal) {
    return from.scale() == to.scale() && from.precision() <= to.precision();
  }
  return from.isTimestamp() && from.precision() <= to.precision();
}

}  // namespace millrace
