#include <algorithm>

#include "formats/csv/csv_codec.h"
#include "formats/text_values.h"
#include "types/decimal.h"
#include "types/value_text.h"

namespace millrace {

namespace {

// Longer texts are quoted without a look at them.
constexpr size_t kLongestUnquoted = 24;

class CsvEncoder : public Encoder {
 public:
  CsvEncoder(const Schema&, const CsvOptions& options) : options_(options) {
    // Characters below the highest special one ask for quotes.
    char highest = std::max(options_.delimiter, '\r');
    if (options_.quoting) highest = std::max(highest, options_.quote);
    firstSafe_ = static_cast<unsigned char>(highest + 1);
  }

  Status encode(const Batch& batch, std::string& out) override {
    Rows rows = batch.rows();
    for (uint32_t i = 0; i < rows.count(); ++i) TRY(encodeRow(batch, rows[i], out));
    return {};
  }

  Status encodeRow(const Batch& batch, uint32_t row, std::string& out) override {
    for (size_t i = 0; i < batch.numColumns(); ++i) {
      if (i > 0) out += options_.delimiter;
      appendField(*batch.column(i), row, out);
    }
    out += '\n';
    return {};
  }

 private:
  void appendField(const Column& column, size_t row, std::string& out) {
    if (column.isNull(row)) {
      if (options_.nullLiteral) out += *options_.nullLiteral;
      return;
    }
    text_.clear();
    switch (column.type().kind()) {
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        appendQuotable(column.values<StringView>()[column.position(row)].view(), out);
        return;
      case TypeKind::kArray:
      case TypeKind::kRow:
        appendElements(column, column.position(row), text_);
        appendQuotable(text_, out);
        return;
      default:
        break;
    }
    if (appendScalar(column, column.position(row), text_)) {
      appendQuotable(text_, out);
    } else {
      out += text_;
    }
  }

  void appendElements(const Column& column, size_t at, std::string& out) {
    std::string element;
    bool isRow = column.type().kind() == TypeKind::kRow;
    size_t count = isRow ? column.numChildren() : column.ranges()[at].length;
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) out += options_.elementDelimiter;
      const Column& values = *column.child(isRow ? i : 0);
      size_t row = isRow ? at : column.ranges()[at].offset + i;
      if (values.isNull(row)) {
        if (options_.nullLiteral) out += *options_.nullLiteral;
      } else {
        appendScalar(values, values.position(row), out);
      }
    }
  }

  // Appends the plain text; true when it is of a kind that may need quotes.
  bool appendScalar(const Column& column, size_t at, std::string& out) {
    switch (column.type().kind()) {
      case TypeKind::kBoolean:
        out += column.values<uint8_t>()[at] ? "true" : "false";
        return false;
      case TypeKind::kFloat:
        appendJavaFloat(column.values<float>()[at], out);
        return false;
      case TypeKind::kDouble:
        appendJavaDouble(column.values<double>()[at], out);
        return false;
      case TypeKind::kDecimal: {
        int128 value = column.physical() == Physical::kInt128 ? column.values<int128>()[at]
                                                              : column.values<int64_t>()[at];
        appendBigDecimal(value, column.type().scale(), out);
        return false;
      }
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        out += column.values<StringView>()[at].view();
        return true;
      case TypeKind::kBinary:
      case TypeKind::kVarbinary:
        appendBase64Text(column.values<StringView>()[at], out);
        return true;
      case TypeKind::kDate:
        appendDateText(column.values<int32_t>()[at], out);
        return true;
      case TypeKind::kTime:
        appendTimeText(int64_t{column.values<int32_t>()[at]} * 1'000'000, FractionStyle::kShortest,
                       out);
        return true;
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampLtz:
        appendTimestampText(dateTimeOf(column, at), TimestampStyle::kSql, out);
        if (column.type().kind() == TypeKind::kTimestampLtz) out += 'Z';
        return true;
      default:
        appendInteger(integerAt(column, at), out);
        return false;
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

  // Without an escape character a backslash asks for quotes in its place.
  bool needsQuotes(std::string_view text) const {
    // A UTF-16 unit takes at most three bytes.
    if (text.size() > 3 * kLongestUnquoted) return true;
    char escape = options_.escape.value_or('\\');
    size_t length = 0;  // in UTF-16 units
    for (char c : text) {
      auto code = static_cast<unsigned char>(c);
      if (code < firstSafe_ || c == escape) return true;
      length += (code & 0xC0) != 0x80 ? 1 : 0;
      length += code >= 0xF0 ? 1 : 0;
      if (length > kLongestUnquoted) return true;
    }
    return false;
  }

  // Inside quotes a quote is written twice, and so is the escape character.
  void appendQuotable(std::string_view text, std::string& out) {
    if (!options_.quoting || !needsQuotes(text)) {
      out += text;
      return;
    }
    out += options_.quote;
    if (options_.escape) {
      for (char c : text) {
        if (c == options_.quote || c == *options_.escape) out += c;
        out += c;
      }
    } else {
      size_t quote = text.find(options_.quote);
      for (; quote != std::string_view::npos; quote = text.find(options_.quote)) {
        out.append(text.data(), quote + 1);
        out += options_.quote;
        text.remove_prefix(quote + 1);
      }
      out += text;
    }
    out += options_.quote;
  }

  CsvOptions options_;
  unsigned char firstSafe_ = 0;
  std::string text_;
};

}  // namespace

std::unique_ptr<Encoder> makeCsvEncoder(const Schema& schema, const CsvOptions& options) {
  return std::make_unique<CsvEncoder>(schema, options);
}

}  // namespace millrace
