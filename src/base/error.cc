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

}  // namespace

std::string Error::describe(std::string_view sql) const {
  std::string out = fmt::format("{}: {}", errorLabel(data_->kind), data_->message);
  if (data_->position.known()) {
    out += fmt::format(" (line {}, column {})", data_->position.line, data_->position.column);
    std::string_view line = lineOf(sql, data_->position.line);
    if (!line.empty()) {
      // The caret line repeats tabs so that it lines up on any terminal.
      std::string pad;
      for (size_t i = 0; i < line.size() && pad.size() + 1 < data_->position.column; ++i) {
        if ((line[i] & 0xC0) != 0x80) pad += line[i] == '\t' ? '\t' : ' ';
      }
      out += fmt::format("\n  {}\n  {}^", line, pad);
    }
  }
  if (!data_->hint.empty()) out += "\nhint: " + data_->hint;
  return out;
}

}  // namespace millrace
