#include "control/sampling/schema_inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "aws/model/generated/kinesisanalyticsv2/shapes/record_format_type.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 10;
constexpr size_t kMaxColumns = 1000;
constexpr size_t kMinTextLength = 4;

// What has been seen of a column; the widest type wins.
enum class Kind : uint8_t { kNothing, kBoolean, kInteger, kBigint, kReal, kText };

struct SeenColumn {
  std::string name;
  std::string mapping;  // JSON only
  Kind kind = Kind::kNothing;
  size_t length = 0;
};

Kind wider(Kind left, Kind right) {
  if (left == Kind::kNothing) return right;
  if (right == Kind::kNothing || left == right) return left;
  if (left == Kind::kBoolean || right == Kind::kBoolean) return Kind::kText;
  return std::max(left, right);
}

std::string sqlTypeOf(const SeenColumn& column) {
  switch (column.kind) {
    case Kind::kBoolean:
      return "BOOLEAN";
    case Kind::kInteger:
      return "INTEGER";
    case Kind::kBigint:
      return "BIGINT";
    case Kind::kReal:
      return "REAL";
    case Kind::kNothing:
    case Kind::kText:
      break;
  }
  // Room for longer values than those of the sample: the next power of two.
  size_t length = kMinTextLength;
  while (length < column.length) length *= 2;
  return fmt::format("VARCHAR({})", length);
}

Kind integerKind(int64_t value) {
  bool small =
      value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
  return small ? Kind::kInteger : Kind::kBigint;
}

void see(SeenColumn& column, Kind kind, size_t length) {
  column.kind = wider(column.kind, kind);
  column.length = std::max(column.length, length);
}

// Columns must not have hyphens, blanks, angle brackets or ampersands in their names.
std::string columnName(std::string_view path) {
  std::string name(path);
  for (char& c : name) {
    if (std::isspace(static_cast<unsigned char>(c)) || c == '-' || c == '<' || c == '>' ||
        c == '&' || c == '.') {
      c = '_';
    }
  }
  return name.substr(0, 256);
}

// Objects, a row each, or arrays of them.
class JsonSample {
 public:
  bool add(const std::string& record) {
    Json json = Json::parse(record, nullptr, false);
    if (!json.is_object() && !json.is_array()) return false;
    std::string root = json.is_array() ? "$[0:]" : "$";
    if (!root_.empty() && root != root_) return false;
    root_ = root;
    if (json.is_object()) return addRow(json);
    return std::all_of(json.begin(), json.end(), [&](const Json& each) { return addRow(each); });
  }

  std::optional<InferredSchema> finish() const {
    if (columns_.empty()) return std::nullopt;
    InferredSchema inferred;
    SourceSchema& schema = inferred.schema;
    schema.recordEncoding = "UTF-8";
    schema.recordFormat.recordFormatType = RecordFormatType::kJson;
    schema.recordFormat.mappingParameters.emplace().jsonMappingParameters.emplace().recordRowPath =
        root_;
    for (const SeenColumn& seen : columns_) {
      RecordColumn& column = schema.recordColumns.emplace_back();
      column.name = seen.name;
      column.mapping = seen.mapping;
      column.sqlType = sqlTypeOf(seen);
    }
    for (std::vector<std::string> row : rows_) {
      row.resize(columns_.size());
      inferred.rows.push_back(std::move(row));
    }
    return inferred;
  }

 private:
  bool addRow(const Json& object) {
    if (!object.is_object()) return false;
    row_.clear();
    addObject(object, "", 0);
    rows_.push_back(row_);
    return true;
  }

  void addObject(const Json& object, const std::string& path, int depth) {
    for (const auto& [key, value] : object.items()) {
      std::string next = path.empty() ? key : path + "." + key;
      if (value.is_object() && depth < kMaxDepth) {
        addObject(value, next, depth + 1);
      } else {
        addValue(value, next);
      }
    }
  }

  void addValue(const Json& value, const std::string& path) {
    std::string mapping = root_ + "." + path;
    size_t index = 0;
    while (index < columns_.size() && columns_[index].mapping != mapping) ++index;
    if (index == columns_.size()) {
      if (index == kMaxColumns) return;
      columns_.push_back({columnName(path), mapping, Kind::kNothing, 0});
    }
    if (row_.size() <= index) row_.resize(index + 1);
    std::string text = value.is_string()
                           ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (value.is_null()) text.clear();
    row_[index] = text;
    see(columns_[index], kindOf(value), text.size());
  }

  static Kind kindOf(const Json& value) {
    if (value.is_null()) return Kind::kNothing;
    if (value.is_boolean()) return Kind::kBoolean;
    if (value.is_number_integer()) return integerKind(value.get<int64_t>());
    if (value.is_number()) return Kind::kReal;
    return Kind::kText;
  }

  std::string root_;  // the path of a row; empty before the first record
  std::vector<SeenColumn> columns_;
  std::vector<std::string> row_;
  std::vector<std::vector<std::string>> rows_;
};

// One line of CSV; quotes hide delimiters and are doubled within.
std::vector<std::string> splitCsv(std::string_view line, char delimiter) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

Kind kindOfText(const std::string& text) {
  if (text.empty()) return Kind::kNothing;
  if (text == "true" || text == "false") return Kind::kBoolean;
  char* end = nullptr;
  errno = 0;
  int64_t integer = std::strtoll(text.c_str(), &end, 10);
  if (*end == '\0' && errno == 0) return integerKind(integer);
  double real = std::strtod(text.c_str(), &end);
  if (*end == '\0' && std::isfinite(real)) return Kind::kReal;
  return Kind::kText;
}

std::vector<std::string> linesOf(const std::vector<std::string>& records) {
  std::vector<std::string> lines;
  for (const std::string& record : records) {
    for (std::string& line : recordsOfObject(record, true)) lines.push_back(std::move(line));
  }
  return lines;
}

std::optional<InferredSchema> inferCsv(const std::vector<std::string>& lines, char delimiter) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : lines) {
    rows.push_back(splitCsv(line, delimiter));
    if (rows.back().size() != rows.front().size()) return std::nullopt;
  }
  if (rows.empty() || rows.front().size() < 2 || rows.front().size() > kMaxColumns) {
    return std::nullopt;
  }
  InferredSchema inferred;
  SourceSchema& schema = inferred.schema;
  schema.recordEncoding = "UTF-8";
  schema.recordFormat.recordFormatType = RecordFormatType::kCsv;
  auto& csv = schema.recordFormat.mappingParameters.emplace().csvMappingParameters.emplace();
  csv.recordRowDelimiter = "\n";
  csv.recordColumnDelimiter = std::string(1, delimiter);
  for (size_t i = 0; i < rows.front().size(); ++i) {
    SeenColumn seen;
    for (const auto& row : rows) see(seen, kindOfText(row[i]), row[i].size());
    RecordColumn& column = schema.recordColumns.emplace_back();
    column.name = fmt::format("COL_{}", i);
    column.sqlType = sqlTypeOf(seen);
  }
  inferred.rows = std::move(rows);
  return inferred;
}

}  // namespace

std::optional<InferredSchema> inferSchema(const std::vector<std::string>& records) {
  std::vector<std::string> lines = linesOf(records);
  if (lines.empty()) return std::nullopt;
  // A record may be one document over several lines, or one document per line.
  for (const std::vector<std::string>* units : {&records, &std::as_const(lines)}) {
    JsonSample sample;
    bool json = std::all_of(units->begin(), units->end(),
                            [&](const std::string& unit) { return sample.add(unit); });
    if (json) return sample.finish();
  }
  bool json = std::all_of(records.begin(), records.end(), [](const std::string& record) {
    Json parsed = Json::parse(record, nullptr, false);
    return parsed.is_object() || parsed.is_array();
  });
  if (json) return std::nullopt;
  for (char delimiter : {',', '\t', '|', ';'}) {
    std::optional<InferredSchema> csv = inferCsv(lines, delimiter);
    if (csv) return csv;
  }
  return std::nullopt;
}

std::vector<std::string> recordsOfObject(const std::string& bytes, bool complete) {
  std::vector<std::string> records;
  if (complete && Json::accept(bytes)) {
    return {bytes.substr(0, bytes.find_last_not_of(" \t\r\n") + 1)};
  }
  size_t begin = 0;
  while (begin < bytes.size()) {
    size_t end = bytes.find('\n', begin);
    if (end == std::string::npos && !complete && !records.empty()) break;
    std::string line = bytes.substr(begin, end == std::string::npos ? end : end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) records.push_back(std::move(line));
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  return records;
}

}  // namespace millrace::kinesisanalyticsv2
