#include "formats/json/json_cursor.h"

#include <cstring>

namespace millrace {

void JsonCursor::reset(const char* begin, const char* end) {
  p_ = begin;
  end_ = end;
  token_ = JsonToken::kNone;
  state_ = State::kValue;
  text_ = {};
  open_.clear();
}

void JsonCursor::skipSpace() {
  while (p_ < end_ && (*p_ == ' ' || *p_ == '\t' || *p_ == '\r' || *p_ == '\n')) ++p_;
}

bool JsonCursor::next() {
  skipSpace();
  if (open_.empty()) {
    if (p_ == end_) {
      token_ = JsonToken::kNone;
      return true;
    }
    return readValue();
  }
  if (p_ == end_) return false;
  return open_.back() == '{' ? nextInObject() : nextInArray();
}

bool JsonCursor::nextInObject() {
  if (token_ == JsonToken::kFieldName) return readValue();
  if (*p_ == '}') {
    pop(JsonToken::kEndObject);
    return true;
  }
  if (state_ == State::kAfterValue) {
    if (*p_ != ',') return false;
    ++p_;
    skipSpace();
  }
  if (p_ == end_ || *p_ != '"') return false;
  p_ = scanString(p_ + 1, end_, text_);
  if (p_ == nullptr) return false;
  skipSpace();
  if (p_ == end_ || *p_ != ':') return false;
  ++p_;
  token_ = JsonToken::kFieldName;
  return true;
}

bool JsonCursor::nextInArray() {
  if (*p_ == ']') {
    pop(JsonToken::kEndArray);
    return true;
  }
  if (state_ == State::kAfterValue) {
    if (*p_ != ',') return false;
    ++p_;
    skipSpace();
    if (p_ == end_) return false;
  }
  return readValue();
}

bool JsonCursor::push(char bracket, JsonToken token) {
  if (open_.size() == kMaxDepth) return false;
  open_.push_back(bracket);
  text_ = {{p_, 1}, false};
  ++p_;
  token_ = token;
  state_ = State::kFirst;
  return true;
}

void JsonCursor::pop(JsonToken token) {
  text_ = {{p_, 1}, false};
  ++p_;
  open_.pop_back();
  token_ = token;
  state_ = State::kAfterValue;
}

bool JsonCursor::readLiteral(std::string_view literal, JsonToken token) {
  if (static_cast<size_t>(end_ - p_) < literal.size() ||
      std::memcmp(p_, literal.data(), literal.size()) != 0) {
    return false;
  }
  text_ = {{p_, literal.size()}, false};
  p_ += literal.size();
  token_ = token;
  state_ = State::kAfterValue;
  return true;
}

bool JsonCursor::readValue() {
  skipSpace();
  if (p_ == end_) return false;
  switch (*p_) {
    case '{':
      return push('{', JsonToken::kStartObject);
    case '[':
      return push('[', JsonToken::kStartArray);
    case 't':
      return readLiteral("true", JsonToken::kTrue);
    case 'f':
      return readLiteral("false", JsonToken::kFalse);
    case 'n':
      return readLiteral("null", JsonToken::kNull);
    case '"': {
      const char* after = scanString(p_ + 1, end_, text_);
      if (after == nullptr) return false;
      p_ = after;
      token_ = JsonToken::kString;
      break;
    }
    default: {
      bool isReal = false;
      const char* after = scanNumber(p_, end_, isReal);
      if (after == nullptr) return false;
      text_ = {{p_, static_cast<size_t>(after - p_)}, false};
      p_ = after;
      token_ = isReal ? JsonToken::kReal : JsonToken::kInteger;
      break;
    }
  }
  state_ = State::kAfterValue;
  return true;
}

std::string_view JsonCursor::text(std::string& scratch) const {
  if (!text_.escaped) return text_.raw;
  scratch.clear();
  appendUnescaped(text_.raw, scratch);
  return scratch;
}

bool JsonCursor::skipToEnd() {
  size_t depth = 1;
  while (depth > 0) {
    if (!next()) return false;
    if (token_ == JsonToken::kEndObject || token_ == JsonToken::kEndArray) {
      --depth;
    } else if (isContainerStart()) {
      ++depth;
    } else if (token_ == JsonToken::kNone) {
      return false;
    }
  }
  return true;
}

bool JsonCursor::skipValueAndNext() {
  if (isContainerStart() && !skipToEnd()) return false;
  return next();
}

}  // namespace millrace
