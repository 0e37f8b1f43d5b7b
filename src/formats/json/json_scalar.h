// Scalars: from one JSON token to one value of a SQL type, with the leniency of Flink's converters
// (a number for a STRING gives its text, a string "12" for an INT its number, and so on).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/json/json_cursor.h"
#include "formats/record_column.h"
#include "formats/text_values.h"
#include "types/column.h"

namespace millrace {

using JsonScalar = ScalarValue;

class JsonScalarConverter {
 public:
  // Requires: the type is not nested.
  JsonScalarConverter(const Type& type, TimestampStyle style);

  // Converts the token, whose text is `text` (escapes resolved). kNull gives NULL. False when
  // Flink's converter would throw. `scratch` holds decoded bytes.
  bool convert(JsonToken token, std::string_view text, std::string& scratch, JsonScalar& out) const;

 private:
  bool convertInteger(JsonToken token, std::string_view text, JsonScalar& out) const;
  bool convertReal(JsonToken token, std::string_view text, JsonScalar& out) const;
  bool convertDecimal(JsonToken token, std::string_view text, JsonScalar& out) const;
  bool convertTimestamp(std::string_view text, JsonScalar& out) const;

  TypeKind kind_;
  Physical physical_;
  int precision_;
  int scale_;
  TimestampStyle style_;
};

}  // namespace millrace
