#include "base/error.h"

#include <fmt/format.h>

namespace millrace {

std::string_view errorLabel(ErrorKind kind) {
  switch (kind) {
#define MILLRACE_ERROR(name, number, label, retry) \
  case ErrorKind::name:                            \
    return label;
#include "base/errors.def"
#undef MILLRACE_ERROR
  }
  return "error";
}

Retry errorRetry(ErrorKind kind) {
  switch (kind) {
#define MILLRACE_ERROR(name, number, label, retry) \
  case ErrorKind::name:                            \
    return Retry::retry;
#include "base/errors.def"
#undef MILLRACE_ERROR
  }
  return Retry::kNever;
}

Error::Error(ErrorKind kind, std::string message)
    : data_(new Data{kind, std::move(message), {}, {}}) {}

Error::Error(const Error& other) : data_(std::make_unique<Data>(*other.data_)) {}

Error& Error::operator=(const Error& other) {
  if (this != &other) data_ = std::make_unique<Data>(*other.data_);
  return *this;
}

Error&& Error::at(SourcePosition position) && {
  if (!data_->position.known()) data_->position = position;
  return std::move(*this);
}

Error&& Error::withHint(std::string hint) && {
  data_->hint = std::move(hint);
  return std::move(*this);
}

Error&& Error::withContext(std::string_view text) && {
  data_->message = fmt::format("{}: {}", text, data_->message);
  return std::move(*this);
}

namespace {

std::string_view lineOf(std::string_view sql, uint32_t line) {
  for (uint32_t i = 1; i < line; ++i) {
    size_t end = sql.find('\n');
    if (end == std::string_view::npos) return {};
    sql.remove_prefix(end + 1);
  }
  std::string_view text = sql.substr(0, sql.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// The line with a caret below the character in `column`. Of a long line the part around it is
// shown; control characters, which could steer a terminal, are shown as question marks.
std::string markedLine(std::string_view line, uint32_t column) {
  constexpr uint32_t kMostBefore = 100;
  constexpr uint32_t kMostAfter = 60;
  uint32_t first = column > kMostBefore + 1 ? column - kMostBefore : 1;
  std::string text = first > 1 ? "..." : "";
  // The caret line repeats tabs so that it lines up on any terminal.
  std::string pad = first > 1 ? "   " : "";
  uint32_t at = 0;
  for (char c : line) {
    bool continues = (c & 0xC0) == 0x80;
    if (!continues) ++at;
    if (at < first) continue;
    if (at > column + kMostAfter) {
      text += "...";
      break;
    }
    bool control = (c >= 0 && c < ' ' && c != '\t') || c == '\x7F';
    text += control ? '?' : c;
    if (!continues && at < column) pad += c == '\t' ? '\t' : ' ';
  }
  return fmt::format("\n  {}\n  {}^", text, pad);
}

}  // namespace

std::string Error::describe(std::string_view sql) const {
  std::string out = fmt::format("{}: {}", errorLabel(data_->kind), data_->message);
  if (data_->position.known()) {
    out += fmt::format(" (line {}, column {})", data_->position.line, data_->position.column);
    std::string_view line = lineOf(sql, data_->position.line);
    if (!line.empty()) out += markedLine(line, data_->position.column);
  }
  if (!data_->hint.empty()) out += "\nhint: " + data_->hint;
  return out;
}

}  // namespace millrace
