#include "formats/json/json_layout.h"

#include <cstring>
#include <functional>

#include "base/place_index.h"

namespace millrace {

namespace {

constexpr size_t kTextBlock = 16;
// Layouts are given up for a while when they have missed this often more than they have hit.
constexpr uint64_t kHopelessMisses = 4096;

inline uint32_t equalBytes(const char* a, const char* b) {
  __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a));
  __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(x, y)));
}

// Compares step.textSize bytes. Both sides are readable to the next multiple of 16.
inline bool matchesText(const JsonStep& step, const char* p) {
  const char* text = step.text;
  uint32_t left = step.textSize;
  for (; left > kTextBlock; left -= kTextBlock, p += kTextBlock, text += kTextBlock) {
    if (equalBytes(p, text) != 0xFFFF) return false;
  }
  uint32_t wanted = (1U << left) - 1;
  return (equalBytes(p, text) & wanted) == wanted;
}

const char* skipLiteral(const char* p) {
  if (std::memcmp(p, "null", 4) == 0 || std::memcmp(p, "true", 4) == 0) return p + 4;
  return std::memcmp(p, "false", 5) == 0 ? p + 5 : nullptr;
}

// Skips one scalar; `p` is its first byte.
inline const char* skipScalar(const char* p, const char* end) {
  if (*p == '"') {
    const char* close = findStringSpecial(p + 1, end);
    if (close < end && *close == '"') [[likely]]
      return close + 1;
    JsonString text;
    return scanString(p + 1, end, text);
  }
  int64_t ignored;
  if (const char* after = readShortInteger(p, ignored)) {
    // A number that goes on is a real or a longer integer.
    if (*after == ',' || *after == '}') [[likely]]
      return after;
  }
  if (*p == 'n' || *p == 't' || *p == 'f') return skipLiteral(p);
  bool isReal;
  return scanNumber(p, end, isReal);
}

const char* lineEnd(const char* p, const char* end) {
  const void* newline = std::memchr(p, '\n', static_cast<size_t>(end - p));
  return newline ? static_cast<const char*>(newline) : end;
}

JsonStepKind stepKindOf(const JsonColumn& column, TimestampStyle) {
  if (column.isNested()) return JsonStepKind::kNested;
  switch (column.type().kind()) {
    case TypeKind::kInteger:
      return JsonStepKind::kInt32;
    case TypeKind::kBigint:
      return JsonStepKind::kInt64;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return JsonStepKind::kString;
    case TypeKind::kTimestamp:
      return column.physical() == Physical::kInt64 ? JsonStepKind::kTimestamp
                                                   : JsonStepKind::kScalar;
    default:
      return JsonStepKind::kScalar;
  }
}

// The position after the record's line end when only a carriage return stands before it.
inline const char* afterLine(const char* p, const char* end) {
  if (p == end) return p;
  if (*p == '\r' && p + 1 < end) ++p;
  return *p == '\n' ? p + 1 : nullptr;
}

Type rowTypeOf(const Schema& schema) {
  std::vector<std::string> names;
  std::vector<Type> types;
  for (const Field& field : schema) {
    names.push_back(field.name);
    types.push_back(field.type);
  }
  return Type::row(std::move(names), std::move(types));
}

}  // namespace

JsonLayouts::JsonLayouts(const Schema& schema, const JsonObjectFields& fields,
                         const JsonOptions& options, std::vector<JsonColumn>& columns,
                         JsonRecordReader& reader)
    : rowType_(rowTypeOf(schema)),
      fields_(fields),
      options_(options),
      columns_(columns),
      reader_(reader) {}

const char* JsonLayouts::read(const char* p, const char* end, size_t row) {
  for (size_t i = 0; i < layouts_.size(); ++i) {
    const char* after = run(*layouts_[i], p, end, row);
    if (after == nullptr) continue;
    ++hits_;
    ++layouts_[i]->hits;
    // The most frequent layout moves to the front and is tried first.
    if (i > 0 && layouts_[i]->hits > layouts_[i - 1]->hits) {
      std::swap(layouts_[i], layouts_[i - 1]);
    }
    return after;
  }
  if (++misses_ > hits_ + kHopelessMisses) {
    layouts_.clear();
    misses_ = hits_ = 0;
  }
  return nullptr;
}

const char* JsonLayouts::run(const JsonLayout& layout, const char* p, const char* end, size_t row) {
  for (const JsonStep& step : layout.steps) {
    if (static_cast<size_t>(end - p) < step.textSize || !matchesText(step, p)) return nullptr;
    p += step.textSize;
    switch (step.kind) {
      case JsonStepKind::kEnd:
        return afterLine(p, end);
      case JsonStepKind::kSkip:
        p = skipScalar(p, end);
        break;
      case JsonStepKind::kInt64: {
        int64_t value;
        const char* after = readShortInteger(p, value);
        // A number that goes on does not match the text of the next step.
        if (after != nullptr && (*after == ',' || *after == '}')) [[likely]] {
          step.column->set(row, value);
          p = after;
          break;
        }
        p = readScalar(*step.column, p, end, row);
        break;
      }
      case JsonStepKind::kString: {
        const char* close = *p == '"' ? findStringSpecial(p + 1, end) : end;
        if (close < end && *close == '"') [[likely]] {
          step.column->setView(row, {p + 1, static_cast<size_t>(close - p - 1)});
          p = close + 1;
          break;
        }
        p = readScalar(*step.column, p, end, row);
        break;
      }
      case JsonStepKind::kTimestamp:
        p = readTimestamp(step, p, end, row);
        break;
      default:
        p = readValue(step, p, end, row);
        break;
    }
    if (p == nullptr || p > end) return nullptr;
  }
  return nullptr;
}

const char* JsonLayouts::readValue(const JsonStep& step, const char* p, const char* end,
                                   size_t row) {
  if (step.kind == JsonStepKind::kInt32) {
    int64_t value;
    const char* after = readShortInteger(p, value);
    if (after != nullptr && (*after == ',' || *after == '}') && value >= INT32_MIN &&
        value <= INT32_MAX) {
      step.column->set(row, static_cast<int32_t>(value));
      return after;
    }
    return readScalar(*step.column, p, end, row);
  }
  if (step.kind == JsonStepKind::kScalar) return readScalar(*step.column, p, end, row);
  return readAny(step, p, end, row);
}

// "yyyy-MM-dd HH:mm:ss.fff" with the minute of the timestamp before it, or any other text.
const char* JsonLayouts::readTimestamp(const JsonStep& step, const char* p, const char* end,
                                       size_t row) {
  auto digit = [](char c) { return static_cast<unsigned>(static_cast<unsigned char>(c) - '0'); };
  int precision = step.column->type().precision();
  bool fits = *p == '"' && end - p > 25 && p[17] == ':' && p[20] == '.' && p[24] == '"';
  unsigned tens = digit(p[18]), ones = digit(p[19]);
  unsigned a = digit(p[21]), b = digit(p[22]), c = digit(p[23]);
  if (!fits || precision < 3 || tens > 5 || ones > 9 || a > 9 || b > 9 || c > 9) {
    return readScalar(*step.column, p, end, row);
  }
  if (equalBytes(p + 1, minute_.text) != 0xFFFF) {
    char text[19];
    std::memcpy(text, p + 1, 16);
    std::memcpy(text + 16, ":00", 3);
    std::optional<DateTimeValue> value =
        parseTimestampText({text, 19}, options_.timestampStyle, false);
    // Hour 24 is fit for the whole hour only.
    if (!value || std::memcmp(text + 11, "24", 2) == 0) {
      return readScalar(*step.column, p, end, row);
    }
    std::memcpy(minute_.text, text, 16);
    minute_.micros = microsOf(*value, 6);
  }
  int64_t millis = (tens * 10 + ones) * 1'000 + a * 100 + b * 10 + c;
  step.column->set(row, minute_.micros + millis * 1'000);
  return p + 25;
}

const char* JsonLayouts::readScalar(JsonColumn& column, const char* p, const char* end,
                                    size_t row) {
  JsonToken token;
  JsonString text;
  const char* after = nullptr;
  if (*p == '"') {
    token = JsonToken::kString;
    after = scanString(p + 1, end, text);
  } else if (*p == 'n' || *p == 't' || *p == 'f') {
    token = *p == 'n' ? JsonToken::kNull : *p == 't' ? JsonToken::kTrue : JsonToken::kFalse;
    after = skipLiteral(p);
  } else {
    bool isReal;
    after = scanNumber(p, end, isReal);
    token = isReal ? JsonToken::kReal : JsonToken::kInteger;
  }
  if (after == nullptr || after > end) return nullptr;
  if (token != JsonToken::kString) text.raw = {p, static_cast<size_t>(after - p)};
  std::string_view resolved = text.raw;
  std::string unescaped;
  if (text.escaped) {
    appendUnescaped(text.raw, unescaped);
    resolved = unescaped;
  }
  JsonScalar scalar;
  if (!column.converter().convert(token, resolved, scratch_, scalar)) return nullptr;
  if (text.escaped) scalar.inRecord = false;
  column.setScalar(row, scalar);
  return after;
}

const char* JsonLayouts::readAny(const JsonStep& step, const char* p, const char* end, size_t row) {
  cursor_.reset(p, lineEnd(p, end));
  if (!cursor_.next() || cursor_.token() == JsonToken::kNone) return nullptr;
  if (step.kind == JsonStepKind::kSkipAny) {
    if (cursor_.isContainerStart() && !cursor_.skipToEnd()) return nullptr;
    return cursor_.position();
  }
  JsonColumn& column = *step.column;
  if (cursor_.token() == JsonToken::kNull) {
    column.clear(row);
    return cursor_.position();
  }
  JsonRead result = reader_.convert(cursor_, column.type(), column.builderAt(row));
  return result == JsonRead::kOk ? cursor_.position() : nullptr;
}

// A layout while it is being learnt.
struct JsonLayouts::Draft {
  std::unique_ptr<JsonLayout> layout = std::make_unique<JsonLayout>();
  std::vector<size_t> textEnds;
  JsonCursor cursor;
  const char* textBegin = nullptr;
};

void JsonLayouts::addStep(Draft& draft, JsonStepKind kind, JsonColumn* column) {
  std::string& text = draft.layout->text;
  // Each text starts at a multiple of the block, so that it can be compared block by block.
  text.resize((text.size() + kTextBlock - 1) / kTextBlock * kTextBlock);
  JsonStep step;
  step.kind = kind;
  step.column = column;
  draft.textEnds.push_back(text.size());
  const char* valueBegin = draft.cursor.position();
  while (kind != JsonStepKind::kEnd && (*valueBegin == ' ' || *valueBegin == '\t')) ++valueBegin;
  step.textSize = static_cast<uint32_t>(valueBegin - draft.textBegin);
  text.append(draft.textBegin, step.textSize);
  draft.layout->steps.push_back(step);
}

bool JsonLayouts::learnObject(Draft& draft, const JsonObjectFields* fields, const Type& type) {
  std::vector<std::string> names;
  PlaceIndex index;
  JsonCursor& cursor = draft.cursor;
  while (true) {
    if (!cursor.next()) return false;
    if (cursor.token() == JsonToken::kEndObject) return true;
    // Repeated names have an order of precedence that a layout does not know.
    std::string name(cursor.raw());
    if (cursor.escaped()) return false;
    if (index.find(names, name, std::hash<std::string>(), std::equal_to<std::string>()) <
        names.size()) {
      return false;
    }
    int fieldIndex = fields ? fields->find(name, names.size()) : -1;
    const JsonObjectFields::Field* field =
        fieldIndex >= 0 ? &fields->fields[static_cast<size_t>(fieldIndex)] : nullptr;
    int declaredIndex = type.fieldIndex(name);
    const Type* declared =
        declaredIndex >= 0 ? &type.child(static_cast<size_t>(declaredIndex)) : nullptr;
    names.push_back(std::move(name));
    if (!learnValue(draft, field, declared)) return false;
  }
}

bool JsonLayouts::learnValue(Draft& draft, const JsonObjectFields::Field* field,
                             const Type* declared) {
  JsonCursor& cursor = draft.cursor;
  if (field == nullptr || !field->wanted()) return learnUnwanted(draft, declared);
  if (field->columns.size() + (field->below ? 1 : 0) > 1) return false;
  if (field->below) {
    // The literal null of a ROW belongs to the layout's text.
    if (!cursor.next()) return false;
    if (cursor.token() == JsonToken::kNull) return true;
    return cursor.token() == JsonToken::kStartObject &&
           learnObject(draft, field->below.get(), *declared);
  }
  JsonColumn& column = columns_[field->columns[0]];
  addStep(draft, stepKindOf(column, options_.timestampStyle), &column);
  if (!cursor.next()) return false;
  if (cursor.isContainerStart()) {
    // A STRING that takes a whole object is rare enough for the reference path.
    if (!column.isNested() || !cursor.skipToEnd()) return false;
  }
  draft.textBegin = cursor.position();
  return true;
}

bool JsonLayouts::learnUnwanted(Draft& draft, const Type* declared) {
  JsonCursor& cursor = draft.cursor;
  bool isRow = declared != nullptr && declared->kind() == TypeKind::kRow;
  JsonCursor before = cursor;
  if (!cursor.next()) return false;
  if (isRow && cursor.token() == JsonToken::kNull) return true;
  if (isRow && cursor.token() == JsonToken::kStartObject) {
    return learnObject(draft, nullptr, *declared);
  }
  bool container = cursor.isContainerStart();
  if (container && !cursor.skipToEnd()) return false;
  JsonCursor after = cursor;
  draft.cursor = before;
  addStep(draft, container ? JsonStepKind::kSkipAny : JsonStepKind::kSkip, nullptr);
  draft.cursor = after;
  draft.textBegin = after.position();
  return true;
}

void JsonLayouts::learn(std::string_view record) {
  if (layouts_.size() >= kMaxLayouts || record.empty() || record[0] != '{') return;
  Draft draft;
  draft.cursor.reset(record.data(), record.data() + record.size());
  draft.textBegin = record.data();
  if (!draft.cursor.next() || !learnObject(draft, &fields_, rowType_)) return;
  const char* rest = draft.cursor.position();
  const char* end = record.data() + record.size();
  if (rest != end && !(*rest == '\r' && rest + 1 == end)) return;
  addStep(draft, JsonStepKind::kEnd, nullptr);
  JsonLayout& layout = *draft.layout;
  layout.text.append(kTextBlock, '\0');
  for (size_t i = 0; i < layout.steps.size(); ++i) {
    layout.steps[i].text = layout.text.data() + draft.textEnds[i];
  }
  layouts_.push_back(std::move(draft.layout));
}

}  // namespace millrace
