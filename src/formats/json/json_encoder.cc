#include "formats/json/json_encoder.h"

#include <algorithm>
#include <cmath>

#include "formats/json/json_encode.h"
#include "types/decimal.h"
#include "types/value_text.h"

namespace millrace {

namespace {

class JsonEncoder : public Encoder {
 public:
  JsonEncoder(const Schema& schema, const JsonOptions& options)
      : schema_(schema), options_(options) {
    for (const Field& field : schema_) {
      names_.emplace_back();
      appendWrittenString(field.name, names_.back());
      names_.back() += ':';
    }
  }

  Status encode(const Batch& batch, std::string& out) override {
    Rows rows = batch.rows();
    for (uint32_t i = 0; i < rows.count(); ++i) TRY(encodeRow(batch, rows[i], out));
    return {};
  }

  Status encodeRow(const Batch& batch, uint32_t row, std::string& out) override {
    out += '{';
    bool first = true;
    for (size_t i = 0; i < names_.size(); ++i) {
      const Column& column = *batch.column(i);
      if (options_.ignoreNullFields && column.isNull(row)) continue;
      if (!first) out += ',';
      first = false;
      out += names_[i];
      TRY(appendValue(column, row, out));
    }
    out += "}\n";
    return {};
  }

 private:
  Status appendValue(const Column& column, size_t row, std::string& out) {
    if (column.isNull(row)) {
      out += "null";
      return {};
    }
    if (column.type().isNested()) return appendNested(column, row, out);
    appendScalar(column, column.position(row), out);
    return {};
  }

  void appendScalar(const Column& column, size_t at, std::string& out) {
    const Type& type = column.type();
    switch (type.kind()) {
      case TypeKind::kNull:
        out += "null";
        return;
      case TypeKind::kBoolean:
        out += column.values<uint8_t>()[at] ? "true" : "false";
        return;
      case TypeKind::kFloat:
      case TypeKind::kDouble:
        appendReal(column, at, out);
        return;
      case TypeKind::kDecimal:
        appendDecimalNumber(column, at, out);
        return;
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        appendWrittenString(column.values<StringView>()[at], out);
        return;
      case TypeKind::kBinary:
      case TypeKind::kVarbinary:
        out += '"';
        appendBase64Text(column.values<StringView>()[at], out);
        out += '"';
        return;
      case TypeKind::kDate:
        out += '"';
        appendDateText(column.values<int32_t>()[at], out);
        out += '"';
        return;
      case TypeKind::kTime:
        out += '"';
        appendTimeText(int64_t{column.values<int32_t>()[at]} * 1'000'000, FractionStyle::kShortest,
                       out);
        out += '"';
        return;
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampLtz:
        out += '"';
        appendTimestampText(dateTimeOf(column, at), options_.timestampStyle, out);
        out += type.kind() == TypeKind::kTimestampLtz ? "Z\"" : "\"";
        return;
      default:
        appendInteger(integerAt(column, at), out);
        return;
    }
  }

  static int64_t integerAt(const Column& column, size_t at) {
    switch (column.physical()) {
      case Physical::kInt8:
        return column.values<int8_t>()[at];
      case Physical::kInt16:
        return column.values<int16_t>()[at];
      case Physical::kInt32:
        return column.values<int32_t>()[at];
      default:
        return column.values<int64_t>()[at];
    }
  }

  static void appendReal(const Column& column, size_t at, std::string& out) {
    bool isFloat = column.physical() == Physical::kFloat;
    double value = isFloat ? column.values<float>()[at] : column.values<double>()[at];
    // JSON has no such numbers: Jackson quotes them.
    bool quoted = !std::isfinite(value);
    if (quoted) out += '"';
    if (isFloat) {
      appendJavaFloat(static_cast<float>(value), out);
    } else {
      appendJavaDouble(value, out);
    }
    if (quoted) out += '"';
  }

  void appendDecimalNumber(const Column& column, size_t at, std::string& out) {
    int128 value = column.physical() == Physical::kInt128 ? column.values<int128>()[at]
                                                          : column.values<int64_t>()[at];
    if (options_.decimalAsPlainNumber) return appendDecimal(value, column.type().scale(), out);
    appendBigDecimal(value, column.type().scale(), out);
  }

  Status appendNested(const Column& column, size_t row, std::string& out) {
    size_t at = column.position(row);
    switch (column.type().kind()) {
      case TypeKind::kRow:
        return appendRow(column, at, out);
      case TypeKind::kArray:
        return appendArray(column, at, out);
      default:
        return appendMap(column, at, out);
    }
  }

  Status appendRow(const Column& column, size_t at, std::string& out) {
    out += '{';
    bool first = true;
    for (size_t i = 0; i < column.numChildren(); ++i) {
      const Column& child = *column.child(i);
      if (options_.ignoreNullFields && child.isNull(at)) continue;
      if (!first) out += ',';
      first = false;
      appendWrittenString(column.type().fieldNames()[i], out);
      out += ':';
      TRY(appendValue(child, at, out));
    }
    out += '}';
    return {};
  }

  Status appendArray(const Column& column, size_t at, std::string& out) {
    ListRange range = column.ranges()[at];
    out += '[';
    for (uint32_t i = 0; i < range.length; ++i) {
      if (i > 0) out += ',';
      TRY(appendValue(*column.child(0), range.offset + i, out));
    }
    out += ']';
    return {};
  }

  Status appendMap(const Column& column, size_t at, std::string& out) {
    ListRange range = column.ranges()[at];
    const Column& keys = *column.child(0);
    // The literal of a NULL key may be a key of the map too: the later of the two values counts,
    // at the place of the first.
    uint32_t nullAt = literalEntry(keys, range);
    uint32_t clashAt = nullAt == range.length ? nullAt : sameKey(keys, range, nullAt);
    out += '{';
    bool first = true;
    for (uint32_t i = 0; i < range.length; ++i) {
      size_t entry = range.offset + i;
      std::string_view key;
      if (!keys.isNull(entry)) {
        key = keys.values<StringView>()[keys.position(entry)].view();
      } else if (options_.mapNullKeyMode == MapNullKeyMode::kDrop) {
        continue;
      } else if (options_.mapNullKeyMode == MapNullKeyMode::kLiteral) {
        key = options_.mapNullKeyLiteral;
      } else {
        return Error(ErrorKind::kInvalidArgument, "json does not support a map with a null key")
            .withHint("Set 'json.map-null-key.mode' to 'DROP' or 'LITERAL'.");
      }
      if (clashAt != range.length && (i == nullAt || i == clashAt)) {
        if (i == std::max(nullAt, clashAt)) continue;
        entry = range.offset + std::max(nullAt, clashAt);
      }
      if (!first) out += ',';
      first = false;
      appendWrittenString(key.data() == nullptr ? std::string_view() : key, out);
      out += ':';
      TRY(appendValue(*column.child(1), entry, out));
    }
    out += '}';
    return {};
  }

  // The entry with a NULL key that is written as a literal, or the range's length.
  uint32_t literalEntry(const Column& keys, ListRange range) const {
    bool possible = options_.mapNullKeyMode == MapNullKeyMode::kLiteral && keys.mayHaveNulls();
    for (uint32_t i = 0; possible && i < range.length; ++i) {
      if (keys.isNull(range.offset + i)) return i;
    }
    return range.length;
  }

  // The entry whose key is the literal, or the range's length.
  uint32_t sameKey(const Column& keys, ListRange range, uint32_t nullAt) const {
    for (uint32_t i = 0; i < range.length; ++i) {
      size_t entry = range.offset + i;
      if (i != nullAt && !keys.isNull(entry) &&
          keys.values<StringView>()[keys.position(entry)].view() == options_.mapNullKeyLiteral) {
        return i;
      }
    }
    return range.length;
  }

  Schema schema_;
  JsonOptions options_;
  std::vector<std::string> names_;  // "\"name\":"
};

}  // namespace

std::unique_ptr<Encoder> makeJsonEncoder(const Schema& schema, const JsonOptions& options) {
  return std::make_unique<JsonEncoder>(schema, options);
}

}  // namespace millrace
