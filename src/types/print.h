// Renderings of values for people and for tests.
//
// kJson and kBare are the forms in which tests compare results; kTableau is how the Flink SQL
// Client shows values.
#pragma once

#include <string>

#include "types/column.h"
#include "types/value.h"

namespace millrace {

class TimeZone;

enum class PrintForm : uint8_t {
  kJson,     // a JSON value: 12, "text", "2024-01-01 00:00:00.123", [..], {"a":1}, [[key,value],..]
  kBare,     // as kJson, but scalars without quotes, NULL as \N, and \ | newline escaped
  kTableau,  // NULL as <NULL>, strings bare, [a, b], {k=v}, (a, b)
};

enum class RealForm : uint8_t {
  kPlain,       // "1.5", "1e+20", "NaN"
  kScientific,  // "1.5e+00": the shortest digits in scientific form
};

struct PrintOptions {
  PrintForm form = PrintForm::kJson;
  RealForm reals = RealForm::kPlain;  // of kJson and kBare
  const TimeZone* zone = nullptr;     // of TIMESTAMP_LTZ in kTableau; nullptr is UTC
};

// Appends one value of a column. TIMESTAMP_LTZ is in UTC with a Z for kJson and kBare.
void appendPrinted(const Column& column, size_t row, const PrintOptions& options, std::string& out);
std::string printValue(const Column& column, size_t row, const PrintOptions& options);
std::string printValue(const Value& value, const Type& type, const PrintOptions& options);

// A JSON string with its quotes. Invalid UTF-8 becomes U+FFFD.
void appendJsonString(std::string_view text, std::string& out);

}  // namespace millrace
