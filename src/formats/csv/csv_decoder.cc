#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "formats/csv/csv_codec.h"
#include "formats/csv/csv_scan.h"
#include "formats/csv/csv_value.h"

namespace millrace {

namespace {

class CsvDecoder : public Decoder {
 public:
  CsvDecoder(const DecoderRequest& request, const CsvOptions& options)
      : options_(options),
        scanner_(options_),
        fields_(request.fields),
        schema_(request.schema),
        metrics_(request.metrics) {
    columns_.reserve(fields_.size());
    std::vector<uint32_t> tops;
    for (const DecodedField& field : fields_) {
      columns_.emplace_back(field.type);
      if (std::find(tops.begin(), tops.end(), field.path[0]) == tops.end()) {
        tops.push_back(field.path[0]);
      }
    }
    neededFields_ = tops.size();
    splits_.resize(schema_.size());
  }

  Status decode(std::string_view data, const BufferPtr& owner, size_t maxRows, Batch& out,
                size_t& consumed) override {
    for (RecordColumn& column : columns_) column.begin(maxRows);
    size_t rows = 0;
    uint64_t malformed = 0;
    const char* p = data.data();
    const char* end = p + data.size();
    while (rows < maxRows && (p = scanner_.skipComments(p, end)) < end) {
      const char* begin = p;
      Outcome outcome = readRecord(p, end);
      if (outcome == Outcome::kOpen) break;
      if (outcome == Outcome::kGood && storeRecord(rows)) {
        ++rows;
        continue;
      }
      if (outcome == Outcome::kFatal || !options_.ignoreParseErrors) {
        return malformedAt(begin - data.data());
      }
      for (RecordColumn& column : columns_) column.clear(rows);
      ++malformed;
    }
    consumed = static_cast<size_t>(p - data.data());
    if (metrics_ && malformed > 0) bump(metrics_->malformedRecords, malformed);
    std::vector<ColumnPtr> columns;
    for (RecordColumn& column : columns_) columns.push_back(column.finish(rows, owner));
    out = Batch(std::move(columns), rows);
    return {};
  }

 private:
  struct Split {
    uint64_t record = 0;
    std::vector<std::string_view> elements;
  };

  enum class Outcome : uint8_t {
    kGood,
    kBad,    // malformed; reading can go on behind it
    kFatal,  // malformed, also when errors are ignored
    kOpen,   // the record may go on behind the data
  };

  // Cuts the record at `p` into fields and moves `p` behind it (not when kFatal or kOpen).
  Outcome readRecord(const char*& p, const char* end) {
    problem_.clear();
    Outcome outcome = Outcome::kGood;
    const char* next = scanner_.read(p, end);
    if (next == nullptr && !scanner_.isOpen()) {
      if (!options_.ignoreParseErrors) return Outcome::kFatal;
      outcome = Outcome::kBad;
      next = scanner_.resume(end);
    }
    if (next == nullptr) {
      // The line end may stand inside quotes: the rest of the record may be still to come.
      if (scanner_.isOpen() && end[-1] == '\n') return Outcome::kOpen;
      // A second mistake in one record ends the reading, as in Flink.
      if (outcome == Outcome::kBad || !options_.ignoreParseErrors) return Outcome::kFatal;
      outcome = Outcome::kBad;
      next = end;
    }
    // Flink cannot read on behind a byte that is no text.
    if (!simdjson::validate_utf8(p, static_cast<size_t>(next - p))) {
      problem_ = "not valid UTF-8";
      return Outcome::kFatal;
    }
    p = next;
    return outcome;
  }

  Error malformedAt(ptrdiff_t offset) const {
    return Error(ErrorKind::kMalformedRecord,
                 fmt::format("record at byte {}: {}", offset,
                             problem_.empty() ? scanner_.problem() : problem_))
        .withHint("Correct the record, or set 'csv.ignore-parse-errors' = 'true' to skip it.");
  }

  bool storeRecord(size_t row) {
    ++record_;
    const std::vector<CsvField>& texts = scanner_.fields();
    size_t count = texts.size();
    bool trailing =
        options_.allowTrailingDelimiter && count == schema_.size() + 1 && texts.back().text.empty();
    if (count > schema_.size() && !trailing && !options_.ignoreExtraFields) {
      problem_ = fmt::format("{} fields, expected at most {}", count, schema_.size());
      return false;
    }
    bool missing = options_.failOnMissingColumns ? count < schema_.size() : count < neededFields_;
    if (missing && (options_.failOnMissingColumns || !options_.ignoreParseErrors)) {
      problem_ = fmt::format("row length mismatch, {} fields expected but was {}",
                             options_.failOnMissingColumns ? schema_.size() : neededFields_, count);
      return false;
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (storeColumn(i, row)) continue;
      columns_[i].clear(row);
      if (options_.ignoreParseErrors) continue;
      const Field& field = schema_[fields_[i].path[0]];
      problem_ = fmt::format("field '{}': '{}' is not of type {}", field.name,
                             texts[fields_[i].path[0]].text.substr(0, 60), field.type.toString());
      return false;
    }
    return true;
  }

  bool storeColumn(size_t index, size_t row) {
    RecordColumn& column = columns_[index];
    const std::vector<uint32_t>& path = fields_[index].path;
    if (path[0] >= scanner_.fields().size()) return true;  // missing: stays NULL
    CsvField field = scanner_.fields()[path[0]];
    if (isNull(field.text)) return true;
    if (path.size() > 1) {
      const std::vector<std::string_view>& elements = elementsOf(path[0], field.text);
      if (path[1] >= elements.size()) return true;
      field.text = elements[path[1]];
      if (isNull(field.text)) return true;
    }
    if (column.isNested()) return convertCsvNested(field.text, options_, column.builderAt(row));
    ScalarValue value;
    if (!convertCsvScalar(field.text, column.type(), scratch_, value)) return false;
    if (field.copied) value.inRecord = false;
    column.setScalar(row, value);
    return true;
  }

  // Splits a field once per record, however many columns take parts of it.
  const std::vector<std::string_view>& elementsOf(uint32_t index, std::string_view text) {
    Split& split = splits_[index];
    if (split.record != record_) {
      splitCsvElements(text, options_, split.elements);
      split.record = record_;
    }
    return split.elements;
  }

  bool isNull(std::string_view text) const {
    if (options_.emptyStringAsNull && text.empty()) return true;
    return options_.nullLiteral && text == *options_.nullLiteral;
  }

  CsvOptions options_;
  CsvScanner scanner_;
  std::vector<DecodedField> fields_;
  Schema schema_;
  OperatorMetrics* metrics_;
  std::vector<RecordColumn> columns_;
  size_t neededFields_ = 0;
  std::vector<Split> splits_;  // by the table's columns
  uint64_t record_ = 0;
  std::string scratch_;
  std::string problem_;
};

}  // namespace

std::unique_ptr<Decoder> makeCsvDecoder(const DecoderRequest& request, const CsvOptions& options) {
  return std::make_unique<CsvDecoder>(request, options);
}

}  // namespace millrace
