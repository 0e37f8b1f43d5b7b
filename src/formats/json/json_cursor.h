// JsonCursor: a pull tokenizer over one JSON record, token by token as Jackson's parser delivers
// them, because the results of Flink's converters on odd input follow from where the parser stands.
//
// Unescaped control characters inside strings are accepted; comments, leading zeros and trailing
// commas are not. The text must stay alive and have Buffer::kPadding readable bytes behind it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/json/json_scan.h"

namespace millrace {

enum class JsonToken : uint8_t {
  kNone,  // nothing read yet, or the text has ended
  kStartObject,
  kEndObject,
  kStartArray,
  kEndArray,
  kFieldName,
  kString,
  kInteger,
  kReal,
  kTrue,
  kFalse,
  kNull,
};

class JsonCursor {
 public:
  static constexpr size_t kMaxDepth = 1000;

  void reset(const char* begin, const char* end);

  // Moves to the next token. False when the text is malformed there; the cursor is then of no
  // further use. At the end of the text (outside any object or array) the token is kNone.
  bool next();

  JsonToken token() const { return token_; }
  bool isContainerStart() const {
    return token_ == JsonToken::kStartObject || token_ == JsonToken::kStartArray;
  }
  // The text of the token: names and strings without quotes, numbers and literals as written,
  // brackets as themselves. Resolved escapes live in `scratch`.
  std::string_view text(std::string& scratch) const;
  std::string_view raw() const { return text_.raw; }
  bool escaped() const { return text_.escaped; }
  // Where reading goes on; after a start token, the first byte inside.
  const char* position() const { return p_; }

  // From a value's token to the token after the value's last one: over whole objects and arrays.
  // False when malformed.
  bool skipValueAndNext();
  // From a start token to the matching end token.
  bool skipToEnd();

 private:
  enum class State : uint8_t { kValue, kFirst, kAfterValue };

  void skipSpace();
  bool nextInObject();
  bool nextInArray();
  bool readValue();
  bool readLiteral(std::string_view literal, JsonToken token);
  bool push(char bracket, JsonToken token);
  void pop(JsonToken token);

  const char* p_ = nullptr;
  const char* end_ = nullptr;
  JsonToken token_ = JsonToken::kNone;
  State state_ = State::kValue;
  JsonString text_;
  std::vector<char> open_;  // brackets
};

}  // namespace millrace
