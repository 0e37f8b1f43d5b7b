// JsonRecordReader: reads one record token by token into the columns. The reference path: every
// record that the layout fast path (json_layout.h) does not recognise goes through here.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json/json_column.h"
#include "formats/json/json_cursor.h"
#include "formats/json/json_options.h"
#include "formats/json/json_projection.h"

namespace millrace {

// How reading a value went.
enum class JsonRead : uint8_t {
  kOk,
  kWrongValue,  // well-formed, but not what the column takes: NULL if errors are ignored
  kMalformed,   // not JSON: the record is lost
};

class JsonRecordReader {
 public:
  JsonRecordReader(const JsonObjectFields& fields, const JsonOptions& options,
                   std::vector<JsonColumn>& columns, bool hasDecimals);

  // Reads the record [begin, end), an object or an array of objects, into rows from `row` on and
  // sets `rows` to their number. Requires: columns have room for countRows() rows more.
  JsonRead read(const char* begin, const char* end, size_t row, size_t& rows);
  // An upper bound of the rows in a record.
  static size_t countRows(std::string_view record);

  // What went wrong in the last failed read, for the message.
  const std::string& problem() const { return problem_; }
  // It was that a declared field is missing.
  bool fieldIsMissing() const { return fieldIsMissing_; }

  // Converts the value at the cursor's token and appends exactly one row to the builder; after an
  // error the builder is as before.
  JsonRead convert(JsonCursor& cursor, const Type& type, ColumnBuilder& builder);

 private:
  JsonRead readRow(const JsonObjectFields& fields, size_t row, bool top);
  JsonRead readField(const JsonObjectFields::Field& field, size_t row);
  JsonRead readColumn(uint32_t index, size_t row);
  JsonRead convertScalar(JsonCursor& cursor, const JsonScalarConverter& converter, const Type& type,
                         JsonScalar& out);
  JsonRead convertNested(JsonCursor& cursor, const Type& type, ColumnBuilder& builder);
  JsonRead convertArray(JsonCursor& cursor, const Type& type, ColumnBuilder& builder);
  JsonRead convertMap(JsonCursor& cursor, const Type& type, ColumnBuilder& builder);
  JsonRead convertRow(JsonCursor& cursor, const Type& type, ColumnBuilder& builder);
  JsonRead wrong(std::string_view text, const Type& type);
  JsonRead malformed();
  JsonRead missing(JsonCursor cursor, std::span<const std::string> names);
  void clearBelow(const JsonObjectFields::Field& field, size_t row);

  const JsonObjectFields& fields_;
  const JsonOptions& options_;
  std::vector<JsonColumn>& columns_;
  bool hasDecimals_;
  JsonCursor cursor_;
  std::string scratch_;
  std::string bytes_;
  std::string problem_;
  bool fieldIsMissing_ = false;
};

// The JSON text of the container at the cursor's start token, without blanks, as Jackson prints a
// tree; the cursor ends on the container's end token. `exactReals`: numbers with a fraction or an
// exponent are decimals, not doubles.
bool appendJsonTree(JsonCursor& cursor, bool exactReals, std::string& out);

}  // namespace millrace
