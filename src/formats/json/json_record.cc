#include "formats/json/json_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "base/place_index.h"

namespace millrace {

namespace {

constexpr size_t kShownBytes = 60;

std::string shortened(std::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  size_t cut = kShownBytes;
  // Never cuts a UTF-8 character in two.
  while (cut > 0 && (text[cut] & 0xC0) == 0x80) --cut;
  return std::string(text.substr(0, cut)) + "...";
}

}  // namespace

JsonRecordReader::JsonRecordReader(const JsonObjectFields& fields, const JsonOptions& options,
                                   std::vector<JsonColumn>& columns, bool hasDecimals)
    : fields_(fields), options_(options), columns_(columns), hasDecimals_(hasDecimals) {}

JsonRead JsonRecordReader::wrong(std::string_view text, const Type& type) {
  problem_ = fmt::format("'{}' is not of type {}", shortened(text), type.toString());
  return JsonRead::kWrongValue;
}

// `cursor` is at the start of the object again, to see which name did not come.
JsonRead JsonRecordReader::missing(JsonCursor cursor, std::span<const std::string> names) {
  std::vector<bool> came(names.size());
  std::string scratch;
  if (!cursor.next()) return malformed();
  while (cursor.token() == JsonToken::kFieldName) {
    std::string_view name = cursor.text(scratch);
    for (size_t i = 0; i < names.size(); ++i) came[i] = came[i] || names[i] == name;
    if (!cursor.skipValueAndNext()) return malformed();
  }
  size_t first = 0;
  while (first + 1 < names.size() && came[first]) ++first;
  problem_ = fmt::format("the field '{}' is missing", names[first]);
  fieldIsMissing_ = true;
  return JsonRead::kWrongValue;
}

JsonRead JsonRecordReader::malformed() {
  problem_ = "not valid JSON";
  return JsonRead::kMalformed;
}

size_t JsonRecordReader::countRows(std::string_view record) {
  return 1 + static_cast<size_t>(std::count(record.begin(), record.end(), ','));
}

JsonRead JsonRecordReader::read(const char* begin, const char* end, size_t row, size_t& rows) {
  rows = 0;
  fieldIsMissing_ = false;
  cursor_.reset(begin, end);
  if (!cursor_.next()) return malformed();
  if (cursor_.token() == JsonToken::kStartObject) {
    JsonRead result = readRow(fields_, row, true);
    if (result == JsonRead::kOk) rows = 1;
    return result;
  }
  if (cursor_.token() != JsonToken::kStartArray) {
    problem_ = "not a JSON object";
    return JsonRead::kMalformed;
  }
  while (true) {
    if (!cursor_.next()) return malformed();
    if (cursor_.token() == JsonToken::kEndArray) return JsonRead::kOk;
    // An element that is no row ends the record; the rows before it are kept if errors are ignored.
    JsonRead result = readRow(fields_, row + rows, true);
    if (result != JsonRead::kOk) return result;
    ++rows;
  }
}

JsonRead JsonRecordReader::readRow(const JsonObjectFields& fields, size_t row, bool top) {
  if (cursor_.token() != JsonToken::kStartObject) {
    problem_ = top ? "not a JSON object" : "a JSON object is expected";
    return JsonRead::kWrongValue;
  }
  size_t met = 0;
  size_t arity = fields.fields.size();
  size_t guess = 0;
  std::optional<JsonCursor> start;
  if (options_.failOnMissingField) start = cursor_;
  if (!cursor_.next()) return malformed();
  while (cursor_.token() != JsonToken::kEndObject) {
    if (cursor_.token() == JsonToken::kNone) return malformed();
    if (met >= arity) {
      if (!cursor_.skipValueAndNext()) return malformed();
      continue;
    }
    int index = fields.find(cursor_.text(scratch_), guess);
    if (!cursor_.next()) return malformed();
    if (index < 0 || !fields.fields[static_cast<size_t>(index)].wanted()) {
      met += index >= 0 ? 1 : 0;
      if (!cursor_.skipValueAndNext()) return malformed();
      continue;
    }
    guess = static_cast<size_t>(index) + 1;
    const JsonObjectFields::Field& field = fields.fields[static_cast<size_t>(index)];
    JsonRead result = readField(field, row);
    if (result == JsonRead::kMalformed) return result;
    if (result == JsonRead::kWrongValue) {
      clearBelow(field, row);
      if (!options_.ignoreParseErrors) {
        if (!problem_.starts_with("field '"))
          problem_ = fmt::format("field '{}': {}", field.name, problem_);
        return result;
      }
    }
    if (!cursor_.next()) return malformed();
    ++met;
  }
  if (met < arity && start) {
    std::vector<std::string> names;
    for (const JsonObjectFields::Field& field : fields.fields) names.push_back(field.name);
    return missing(*start, names);
  }
  return JsonRead::kOk;
}

void JsonRecordReader::clearBelow(const JsonObjectFields::Field& field, size_t row) {
  std::vector<uint32_t> columns;
  collectColumns(field, columns);
  for (uint32_t column : columns) columns_[column].clear(row);
}

JsonRead JsonRecordReader::readField(const JsonObjectFields::Field& field, size_t row) {
  if (cursor_.token() == JsonToken::kNull || cursor_.token() == JsonToken::kNone) {
    clearBelow(field, row);
    return JsonRead::kOk;
  }
  // Several columns may read the same value: all but the last start over at its first token.
  JsonCursor start;
  size_t readers = field.columns.size() + (field.below ? 1 : 0);
  if (readers > 1) start = cursor_;
  for (size_t i = 0; i < field.columns.size(); ++i) {
    if (i > 0) cursor_ = start;
    JsonRead result = readColumn(field.columns[i], row);
    if (result != JsonRead::kOk) return result;
  }
  if (!field.below) return JsonRead::kOk;
  if (!field.columns.empty()) cursor_ = start;
  return readRow(*field.below, row, false);
}

JsonRead JsonRecordReader::readColumn(uint32_t index, size_t row) {
  JsonColumn& column = columns_[index];
  if (column.isNested()) {
    return convert(cursor_, column.type(), column.builderAt(row));
  }
  JsonScalar scalar;
  JsonRead result = convertScalar(cursor_, column.converter(), column.type(), scalar);
  if (result == JsonRead::kOk) column.setScalar(row, scalar);
  return result;
}

JsonRead JsonRecordReader::convertScalar(JsonCursor& cursor, const JsonScalarConverter& converter,
                                         const Type& type, JsonScalar& out) {
  if (type.isCharacter() && cursor.isContainerStart()) {
    bytes_.clear();
    if (!appendJsonTree(cursor, hasDecimals_, bytes_)) return malformed();
    out = {};
    out.text = bytes_;
    return JsonRead::kOk;
  }
  std::string_view text = cursor.text(scratch_);
  if (!converter.convert(cursor.token(), text, bytes_, out)) {
    if (!type.isBinaryString() || cursor.token() != JsonToken::kString) return wrong(text, type);
    // Jackson decodes while it tokenizes: text that ends too early takes the closing quote with it.
    bool cutShort = false;
    (void)decodeBase64Text(text, &cutShort);
    return cutShort ? malformed() : wrong(text, type);
  }
  if (cursor.escaped()) out.inRecord = false;
  return JsonRead::kOk;
}

JsonRead JsonRecordReader::convert(JsonCursor& cursor, const Type& type, ColumnBuilder& builder) {
  if (cursor.token() == JsonToken::kNull || cursor.token() == JsonToken::kNone) {
    builder.appendNull();
    return JsonRead::kOk;
  }
  if (!type.isNested()) {
    JsonScalar scalar;
    JsonScalarConverter converter(type, options_.timestampStyle);
    JsonRead result = convertScalar(cursor, converter, type, scalar);
    if (result == JsonRead::kOk) appendScalar(scalar, builder);
    return result;
  }
  size_t rows = builder.size();
  JsonRead result = convertNested(cursor, type, builder);
  if (result != JsonRead::kOk) builder.truncate(rows);
  return result;
}

JsonRead JsonRecordReader::convertNested(JsonCursor& cursor, const Type& type,
                                         ColumnBuilder& builder) {
  switch (type.kind()) {
    case TypeKind::kArray:
      return convertArray(cursor, type, builder);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return convertMap(cursor, type, builder);
    default:
      return convertRow(cursor, type, builder);
  }
}

JsonRead JsonRecordReader::convertArray(JsonCursor& cursor, const Type& type,
                                        ColumnBuilder& builder) {
  std::string scratch;
  if (cursor.token() != JsonToken::kStartArray) return wrong(cursor.text(scratch), type);
  builder.beginList();
  while (true) {
    if (!cursor.next() || cursor.token() == JsonToken::kNone) return malformed();
    if (cursor.token() == JsonToken::kEndArray) break;
    JsonRead result = convert(cursor, type.child(0), builder.child(0));
    if (result == JsonRead::kWrongValue && options_.ignoreParseErrors) {
      builder.child(0).appendNull();
    } else if (result != JsonRead::kOk) {
      return result;
    }
  }
  builder.endList();
  return JsonRead::kOk;
}

JsonRead JsonRecordReader::convertMap(JsonCursor& cursor, const Type& type,
                                      ColumnBuilder& builder) {
  std::string scratch;
  if (cursor.token() != JsonToken::kStartObject) return wrong(cursor.text(scratch), type);
  Type valueType = type.kind() == TypeKind::kMap ? type.child(1) : Type::integer();
  builder.beginList();
  // A repeated key takes its last value: its earlier entry is found by name and left out.
  std::vector<std::pair<std::string, JsonCursor>> entries;
  PlaceIndex index;
  auto hashOf = [](const auto& entry) { return std::hash<std::string>()(entry.first); };
  auto sameKey = [](const auto& a, const auto& b) { return a.first == b.first; };
  while (true) {
    if (!cursor.next() || cursor.token() == JsonToken::kNone) return malformed();
    if (cursor.token() == JsonToken::kEndObject) break;
    std::string key(cursor.text(scratch));
    if (!cursor.next()) return malformed();
    std::pair<std::string, JsonCursor> entry(std::move(key), cursor);
    size_t place = index.find(entries, entry, hashOf, sameKey);
    if (place < entries.size()) {
      entries[place].second = cursor;
    } else {
      entries.push_back(std::move(entry));
    }
    if (cursor.isContainerStart() && !cursor.skipToEnd()) return malformed();
  }
  for (auto& [key, at] : entries) {
    builder.child(0).appendString(key);
    JsonRead result = convert(at, valueType, builder.child(1));
    if (result == JsonRead::kWrongValue && options_.ignoreParseErrors) {
      builder.child(1).appendNull();
    } else if (result != JsonRead::kOk) {
      return result;
    }
  }
  builder.endList();
  return JsonRead::kOk;
}

JsonRead JsonRecordReader::convertRow(JsonCursor& cursor, const Type& type,
                                      ColumnBuilder& builder) {
  std::string scratch;
  if (cursor.token() != JsonToken::kStartObject) return wrong(cursor.text(scratch), type);
  size_t rows = builder.size();
  size_t arity = type.numChildren();
  size_t met = 0;
  std::optional<JsonCursor> start;
  if (options_.failOnMissingField) start = cursor;
  if (!cursor.next()) return malformed();
  while (cursor.token() != JsonToken::kEndObject) {
    if (cursor.token() == JsonToken::kNone) return malformed();
    int index = met < arity ? type.fieldIndex(cursor.text(scratch)) : -1;
    if (met < arity && !cursor.next()) return malformed();
    if (index < 0) {
      if (!cursor.skipValueAndNext()) return malformed();
      continue;
    }
    ColumnBuilder& child = builder.child(static_cast<size_t>(index));
    if (child.size() > rows) child.truncate(rows);
    JsonRead result = convert(cursor, type.child(static_cast<size_t>(index)), child);
    if (result == JsonRead::kWrongValue && options_.ignoreParseErrors) {
      child.appendNull();
    } else if (result != JsonRead::kOk) {
      return result;
    }
    if (!cursor.next()) return malformed();
    ++met;
  }
  if (met < arity && start) return missing(*start, type.fieldNames());
  for (size_t i = 0; i < arity; ++i) {
    if (builder.child(i).size() == rows) builder.child(i).appendNull();
  }
  builder.endRow();
  return JsonRead::kOk;
}

}  // namespace millrace
