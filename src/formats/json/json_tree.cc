// Printing a JSON object or array compactly, for STRING columns that take whole values.
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "base/place_index.h"
#include "formats/json/json_encode.h"
#include "formats/json/json_record.h"
#include "types/value_text.h"

namespace millrace {

namespace {

constexpr size_t kMostDigits = 38;

bool appendValue(JsonCursor& cursor, bool exactReals, std::string& out);

// A number with a fraction or an exponent as a decimal without trailing zeros.
void appendDecimalText(std::string_view text, std::string& out) {
  size_t e = std::min(text.find_first_of("eE"), text.size());
  std::string_view mantissa = text.substr(0, e);
  int128 unscaled = 0;
  size_t digits = 0;
  int scale = 0;
  bool behindPoint = false;
  for (char c : mantissa) {
    if (c == '.') behindPoint = true;
    if (c < '0' || c > '9') continue;
    digits += unscaled != 0 || c != '0' ? 1 : 0;
    if (digits > kMostDigits) break;
    unscaled = unscaled * 10 + (c - '0');
    scale += behindPoint ? 1 : 0;
  }
  std::optional<int64_t> exponent = 0;
  if (e < text.size()) exponent = parseJavaInteger(text.substr(e + 1), -1'000'000, 1'000'000);
  if (digits > kMostDigits || !exponent) {
    out += text;  // beyond what a decimal of ours holds
    return;
  }
  if (text[0] == '-') unscaled = -unscaled;
  appendBigDecimal(unscaled, scale - static_cast<int>(*exponent), out);
}

// A repeated name keeps its first place and takes the last value.
bool appendObject(JsonCursor& cursor, bool exactReals, std::string& out) {
  std::vector<std::pair<std::string, std::string>> fields;
  PlaceIndex index;
  auto hashOf = [](const auto& field) { return std::hash<std::string>()(field.first); };
  auto sameName = [](const auto& a, const auto& b) { return a.first == b.first; };
  while (true) {
    if (!cursor.next()) return false;
    if (cursor.token() == JsonToken::kEndObject) break;
    std::string scratch;
    std::pair<std::string, std::string> field(cursor.text(scratch), "");
    if (!cursor.next() || !appendValue(cursor, exactReals, field.second)) return false;
    size_t place = index.find(fields, field, hashOf, sameName);
    if (place < fields.size()) {
      fields[place].second = std::move(field.second);
    } else {
      fields.push_back(std::move(field));
    }
  }
  out += '{';
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    appendTreeString(fields[i].first, out);
    out += ':';
    out += fields[i].second;
  }
  out += '}';
  return true;
}

bool appendArray(JsonCursor& cursor, bool exactReals, std::string& out) {
  out += '[';
  for (bool first = true;; first = false) {
    if (!cursor.next()) return false;
    if (cursor.token() == JsonToken::kEndArray) break;
    if (!first) out += ',';
    if (!appendValue(cursor, exactReals, out)) return false;
  }
  out += ']';
  return true;
}

bool appendValue(JsonCursor& cursor, bool exactReals, std::string& out) {
  std::string scratch;
  switch (cursor.token()) {
    case JsonToken::kStartObject:
      return appendObject(cursor, exactReals, out);
    case JsonToken::kStartArray:
      return appendArray(cursor, exactReals, out);
    case JsonToken::kString:
      appendTreeString(cursor.text(scratch), out);
      return true;
    case JsonToken::kInteger:
      out += cursor.raw() == "-0" ? "0" : cursor.raw();
      return true;
    case JsonToken::kReal:
      if (exactReals) {
        appendDecimalText(cursor.raw(), out);
      } else {
        appendJavaDouble(parseJavaDouble(cursor.raw()).value_or(0), out);
      }
      return true;
    case JsonToken::kTrue:
    case JsonToken::kFalse:
    case JsonToken::kNull:
      out += cursor.raw();
      return true;
    default:
      return false;
  }
}

}  // namespace

bool appendJsonTree(JsonCursor& cursor, bool exactReals, std::string& out) {
  return appendValue(cursor, exactReals, out);
}

}  // namespace millrace
