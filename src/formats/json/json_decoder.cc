#include "formats/json/json_decoder.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstring>

#include "formats/json/json_layout.h"
#include "formats/json/json_record.h"

namespace millrace {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool containsDecimal(const Type& type) {
  if (type.kind() == TypeKind::kDecimal) return true;
  for (size_t i = 0; i < type.numChildren(); ++i) {
    if (containsDecimal(type.child(i))) return true;
  }
  return false;
}

bool containsDecimal(const std::vector<DecodedField>& fields) {
  for (const DecodedField& field : fields) {
    if (containsDecimal(field.type)) return true;
  }
  return false;
}

std::vector<JsonColumn> makeColumns(const DecoderRequest& request, TimestampStyle style) {
  std::vector<JsonColumn> columns;
  columns.reserve(request.fields.size());
  for (const DecodedField& field : request.fields) columns.emplace_back(field.type, style);
  return columns;
}

class JsonDecoder : public Decoder {
 public:
  JsonDecoder(const DecoderRequest& request, const JsonOptions& options)
      : options_(options),
        fields_(makeJsonProjection(request.schema, request.fields)),
        columns_(makeColumns(request, options.timestampStyle)),
        reader_(fields_, options_, columns_, containsDecimal(request.fields)),
        layouts_(request.schema, fields_, options_, columns_, reader_),
        metrics_(request.metrics) {}

  Status decode(std::string_view data, const BufferPtr& owner, size_t maxRows, Batch& out,
                size_t& consumed) override {
    // Text is taken for UTF-8 until the end of the pass; only if the check fails then is the pass
    // repeated with a check per record.
    Status status = pass(data, maxRows, false);
    if (!simdjson::validate_utf8(data.data(), failedEnd_)) status = pass(data, maxRows, true);
    if (!status.ok()) return status;
    consumed = consumed_;
    if (metrics_ && malformed_ > 0) bump(metrics_->malformedRecords, malformed_);
    std::vector<ColumnPtr> columns;
    columns.reserve(columns_.size());
    for (JsonColumn& column : columns_) columns.push_back(column.finish(rows_, owner));
    out = Batch(std::move(columns), rows_);
    return {};
  }

 private:
  // Reads records from the front of `data` until maxRows rows are there.
  Status pass(std::string_view data, size_t maxRows, bool checkUtf8) {
    rows_ = 0;
    malformed_ = 0;
    consumed_ = 0;
    capacity_ = maxRows;
    for (JsonColumn& column : columns_) column.begin(capacity_);
    const char* p = data.data();
    const char* end = p + data.size();
    while (rows_ < maxRows && p < end) {
      if (!checkUtf8) {
        if (const char* after = layouts_.read(p, end, rows_)) {
          ++rows_;
          p = after;
          continue;
        }
      }
      const void* newline = std::memchr(p, '\n', static_cast<size_t>(end - p));
      const char* lineEnd = newline ? static_cast<const char*>(newline) : end;
      const char* next = newline ? lineEnd + 1 : end;
      std::string_view line(p, static_cast<size_t>(lineEnd - p));
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
      failedEnd_ = static_cast<size_t>(next - data.data());
      bool mustWait = !line.empty() && line[0] == '[' && rows_ > 0;
      // An array may hold more rows than there is room for: it starts a batch of its own.
      if (mustWait) break;
      if (!line.empty()) TRY(slowRecord(line, checkUtf8, p - data.data()));
      p = next;
    }
    consumed_ = static_cast<size_t>(p - data.data());
    failedEnd_ = consumed_;
    return {};
  }

  Status slowRecord(std::string_view line, bool checkUtf8, ptrdiff_t offset) {
    clearRow(rows_);
    bool wrongText = checkUtf8 && !simdjson::validate_utf8(line.data(), line.size());
    size_t added = 0;
    JsonRead result = JsonRead::kMalformed;
    if (!wrongText) {
      if (line[0] == '[') grow(JsonRecordReader::countRows(line));
      result = reader_.read(line.data(), line.data() + line.size(), rows_, added);
    }
    if (result == JsonRead::kOk) {
      rows_ += added;
      if (added == 1 && !checkUtf8) layouts_.learn(line);
      return {};
    }
    if (!options_.ignoreParseErrors) {
      std::string problem = wrongText ? "not valid UTF-8" : reader_.problem();
      return Error(ErrorKind::kMalformedRecord,
                   fmt::format("record at byte {}: {}", offset, problem))
          .withHint(hint(!wrongText && reader_.fieldIsMissing()));
    }
    // Elements of an array that were read before the mistake are kept, as in Flink.
    rows_ += added;
    ++malformed_;
    clearRow(rows_);
    return {};
  }

  // The two options exclude each other.
  static std::string hint(bool fieldIsMissing) {
    return fieldIsMissing ? "Correct the record, or set 'json.fail-on-missing-field' = 'false' to "
                            "read NULL for the field."
                          : "Correct the record, or set 'json.ignore-parse-errors' = 'true' to "
                            "skip it.";
  }

  void clearRow(size_t row) {
    if (row >= capacity_) return;
    for (JsonColumn& column : columns_) column.clear(row);
  }

  // Room for `rows` rows. Requires: the batch is empty.
  void grow(size_t rows) {
    if (rows <= capacity_) return;
    capacity_ = rows;
    for (JsonColumn& column : columns_) column.begin(capacity_);
  }

  JsonOptions options_;
  JsonObjectFields fields_;
  std::vector<JsonColumn> columns_;
  JsonRecordReader reader_;
  JsonLayouts layouts_;
  OperatorMetrics* metrics_;
  size_t rows_ = 0;
  size_t capacity_ = 0;
  size_t consumed_ = 0;
  size_t failedEnd_ = 0;  // how much of the data the last pass has looked at
  uint64_t malformed_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> makeJsonDecoder(const DecoderRequest& request,
                                         const JsonOptions& options) {
  return std::make_unique<JsonDecoder>(request, options);
}

}  // namespace millrace
