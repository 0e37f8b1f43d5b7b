// SQL values as text, the way Flink's CAST to STRING writes them.
#pragma once

#include <string>

#include "types/column.h"

namespace millrace {

class TimeZone;

struct TextOptions {
  const TimeZone* zone = nullptr;  // of TIMESTAMP_LTZ; nullptr is UTC
  bool hexBytes = false;           // bytes as x'6162' (the SQL Client) instead of UTF-8
};

// Appends a value: arrays as [a, b], maps as {k=v}, rows as (a, b), NULL as "NULL".
void appendValueText(const Column& column, size_t row, const TextOptions& options,
                     std::string& out);

// As Java prints them: "1.5", "1.0E10", "NaN", "Infinity"; the shortest digits that read back.
void appendJavaDouble(double value, std::string& out);
void appendJavaFloat(float value, std::string& out);

// Lower-case hexadecimal digits.
void appendHex(std::string_view bytes, std::string& out);

}  // namespace millrace
