#include "sql/shell/query_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "sql/ast/keywords.h"
#include "sql/shell/table_box.h"
#include "types/column_builder.h"
#include "types/print.h"

namespace millrace {

namespace {

constexpr std::string_view kOpColumn = "op";
constexpr size_t kOpWidth = 2;
constexpr size_t kNullWidth = 6;  // <NULL>

// Columns that every value of a type fits in, or `maxWidth` for types of variable length.
size_t typeWidth(const Type& type, size_t maxWidth) {
  size_t precision = static_cast<size_t>(std::max(type.precision(), 0));
  size_t fraction = precision == 0 ? 0 : precision + 1;
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return 5;
    case TypeKind::kTinyint:
      return 4;
    case TypeKind::kSmallint:
      return 6;
    case TypeKind::kInteger:
      return 11;
    case TypeKind::kBigint:
      return 20;
    case TypeKind::kDecimal:
      return precision + 2;
    case TypeKind::kDate:
      return 10;
    case TypeKind::kTime:
      return 8 + fraction;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return 19 + fraction;
    default:
      return maxWidth;
  }
}

std::string countedRows(uint64_t count) {
  return fmt::format("{} row{}", count, count > 1 ? "s" : "");
}

class TableauPrinter : public QueryPrinter {
 public:
  TableauPrinter(const Schema& schema, const QueryPrintOptions& options) {
    values_.form = PrintForm::kTableau;
    values_.zone = options.zone;
    header_.emplace_back(kOpColumn);
    widths_.push_back(kOpWidth);
    for (const Field& field : schema) {
      header_.push_back(printableText(field.name));
      size_t width = typeWidth(field.type, options.maxColumnWidth);
      if (field.type.nullable()) width = std::max(width, kNullWidth);
      widths_.push_back(std::max(width, displayWidth(header_.back())));
    }
  }

  void begin(std::string& out) override {
    appendRule(widths_, out);
    appendCells(header_, widths_, out);
    appendRule(widths_, out);
  }

  void add(const Batch& batch, std::string& out) override {
    std::vector<std::string> cells(header_.size());
    std::string text;
    forEachRow(batch.rows(), [&](uint32_t row) {
      cells[0] = rowKindName(batch.kind(row));
      for (size_t i = 0; i < batch.numColumns(); ++i) {
        text.clear();
        appendPrinted(*batch.column(i), row, values_, text);
        cells[i + 1] = printableText(text);
      }
      appendCells(cells, widths_, out);
    });
    numRows_ += batch.numSelected();
  }

  void end(const QueryEnd& end, std::string& out) override {
    if (end.complete) {
      appendRule(widths_, out);
      out += "Received a total of " + countedRows(numRows_);
    } else {
      out += "Query terminated, received a total of " + countedRows(numRows_);
    }
    if (end.seconds >= 0) out += fmt::format(" ({:.2f} seconds)", end.seconds);
    out += '\n';
  }

 private:
  std::vector<std::string> header_;
  std::vector<size_t> widths_;
  PrintOptions values_;
  uint64_t numRows_ = 0;
};

// Writes a row as one line, without the newline.
class LineWriter {
 public:
  virtual ~LineWriter() = default;
  virtual void append(const Batch& batch, size_t row, std::string& out) = 0;
};

class JsonLines : public LineWriter {
 public:
  explicit JsonLines(const Schema& schema) {
    for (const Field& field : schema) {
      std::string name = names_.empty() ? "{" : ",";
      appendJsonString(field.name, name);
      names_.push_back(name + ":");
    }
  }

  void append(const Batch& batch, size_t row, std::string& out) override {
    for (size_t i = 0; i < names_.size(); ++i) {
      out += names_[i];
      appendPrinted(*batch.column(i), row, options_, out);
    }
    out += names_.empty() ? "{}" : "}";
  }

 private:
  std::vector<std::string> names_;  // with the punctuation around them
  PrintOptions options_;
};

void appendCsvField(std::string_view text, std::string& out) {
  // An empty text is quoted: NULL is the field with nothing in it.
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

class CsvLines : public LineWriter {
 public:
  CsvLines() { options_.form = PrintForm::kBare; }

  void append(const Batch& batch, size_t row, std::string& out) override {
    for (size_t i = 0; i < batch.numColumns(); ++i) {
      if (i > 0) out += ',';
      const Column& column = *batch.column(i);
      if (column.isNull(row)) continue;
      if (column.type().isCharacter()) {
        appendCsvField(column.values<StringView>()[column.position(row)], out);
        continue;
      }
      options_.form = column.type().isNested() ? PrintForm::kJson : PrintForm::kBare;
      value_.clear();
      appendPrinted(column, row, options_, value_);
      appendCsvField(value_, out);
    }
  }

 private:
  PrintOptions options_;
  std::string value_;
};

// Counts equal rows and gives those that are left in the end.
class FoldedPrinter : public QueryPrinter {
 public:
  explicit FoldedPrinter(std::unique_ptr<LineWriter> lines, std::string header)
      : lines_(std::move(lines)), header_(std::move(header)) {}

  void begin(std::string& out) override { out += header_; }

  void add(const Batch& batch, std::string&) override {
    forEachRow(batch.rows(), [&](uint32_t row) {
      line_.clear();
      lines_->append(batch, row, line_);
      int64_t change = isAdd(batch.kind(row)) ? 1 : -1;
      auto [entry, added] = counts_.try_emplace(line_, change);
      if (!added && (entry->second += change) == 0) counts_.erase(entry);
    });
  }

  void end(const QueryEnd&, std::string& out) override {
    std::vector<std::pair<std::string_view, int64_t>> rows(counts_.begin(), counts_.end());
    std::sort(rows.begin(), rows.end());
    for (const auto& [line, count] : rows) {
      for (int64_t i = 0; i < count; ++i) {
        out += line;
        out += '\n';
      }
    }
  }

 private:
  std::unique_ptr<LineWriter> lines_;
  std::string header_;
  std::unordered_map<std::string, int64_t> counts_;
  std::string line_;
};

class ChangelogPrinter : public QueryPrinter {
 public:
  explicit ChangelogPrinter(const Schema& schema) : lines_(schema) {}

  void begin(std::string&) override {}

  void add(const Batch& batch, std::string& out) override {
    forEachRow(batch.rows(), [&](uint32_t row) {
      out += "{\"op\":\"";
      out += rowKindName(batch.kind(row));
      out += "\",\"row\":";
      lines_.append(batch, row, out);
      out += "}\n";
    });
  }

  void end(const QueryEnd&, std::string&) override {}

 private:
  JsonLines lines_;
};

// CSV of a query that only appends: rows as they come.
class CsvPrinter : public QueryPrinter {
 public:
  explicit CsvPrinter(std::string header) : header_(std::move(header)) {}

  void begin(std::string& out) override { out += header_; }
  void add(const Batch& batch, std::string& out) override {
    forEachRow(batch.rows(), [&](uint32_t row) {
      lines_.append(batch, row, out);
      out += '\n';
    });
  }
  void end(const QueryEnd&, std::string&) override {}

 private:
  CsvLines lines_;
  std::string header_;
};

std::string csvHeader(const Schema& schema) {
  std::string header;
  for (const Field& field : schema) {
    if (!header.empty()) header += ',';
    appendCsvField(field.name, header);
  }
  return header + '\n';
}

Batch batchOf(const Schema& schema, const std::vector<std::vector<Value>>& rows) {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < schema.size(); ++i) {
    ColumnBuilder builder(schema[i].type);
    for (const std::vector<Value>& row : rows) builder.appendValue(row[i]);
    columns.push_back(builder.finish());
  }
  return Batch(std::move(columns), rows.size());
}

bool isTextResult(const Schema& schema, const std::vector<std::vector<Value>>& rows) {
  return schema.size() == 1 && schema[0].name == "result" && schema[0].type.isCharacter() &&
         rows.size() == 1 && !rows[0][0].isNull();
}

std::string rowsAsBox(const Schema& schema, const std::vector<std::vector<Value>>& rows,
                      const TimeZone* zone) {
  if (rows.empty()) return "Empty set\n";
  if (isTextResult(schema, rows)) {
    std::string text = rows[0][0].text();
    if (!text.ends_with('\n')) text += '\n';
    return text;
  }
  PrintOptions options;
  options.form = PrintForm::kTableau;
  options.zone = zone;
  std::vector<std::string> header;
  for (const Field& field : schema) header.push_back(field.name);
  std::vector<std::vector<std::string>> cells;
  for (const std::vector<Value>& row : rows) {
    std::vector<std::string>& line = cells.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) {
      std::string text = row[i].isNull() ? "" : printValue(row[i], schema[i].type, options);
      line.push_back(printableText(text));
    }
  }
  return wholeBox(header, cells) + countedRows(rows.size()) + " in set\n";
}

}  // namespace

std::optional<OutputForm> outputFormOf(std::string_view name) {
  std::string upper = upperCase(name);
  if (upper == "TABLEAU") return OutputForm::kTableau;
  if (upper == "TABLE") return OutputForm::kTable;
  if (upper == "CHANGELOG") return OutputForm::kChangelog;
  if (upper == "CSV") return OutputForm::kCsv;
  return std::nullopt;
}

std::unique_ptr<QueryPrinter> makeQueryPrinter(OutputForm form, const Schema& schema,
                                               const QueryPrintOptions& options) {
  switch (form) {
    case OutputForm::kTableau:
      return std::make_unique<TableauPrinter>(schema, options);
    case OutputForm::kChangelog:
      return std::make_unique<ChangelogPrinter>(schema);
    case OutputForm::kTable:
      return std::make_unique<FoldedPrinter>(std::make_unique<JsonLines>(schema), "");
    case OutputForm::kCsv:
      if (options.insertOnly) return std::make_unique<CsvPrinter>(csvHeader(schema));
      return std::make_unique<FoldedPrinter>(std::make_unique<CsvLines>(), csvHeader(schema));
  }
  UNREACHABLE();
}

std::string printRows(OutputForm form, const Schema& schema,
                      const std::vector<std::vector<Value>>& rows, const TimeZone* zone) {
  if (form == OutputForm::kTableau) return rowsAsBox(schema, rows, zone);
  // The order of a listing is part of it: rows are never sorted or folded.
  std::string out;
  QueryPrintOptions options;
  options.insertOnly = true;
  if (form != OutputForm::kTable) {
    std::unique_ptr<QueryPrinter> printer = makeQueryPrinter(form, schema, options);
    printer->begin(out);
    if (!rows.empty()) printer->add(batchOf(schema, rows), out);
    printer->end({}, out);
    return out;
  }
  JsonLines lines(schema);
  Batch batch = batchOf(schema, rows);
  for (size_t row = 0; row < rows.size(); ++row) {
    lines.append(batch, row, out);
    out += '\n';
  }
  return out;
}

}  // namespace millrace
