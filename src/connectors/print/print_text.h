// How Flink's print sink shows a value: the text of the Java object it is converted to.
#pragma once

#include <string>

#include "types/column.h"

namespace millrace {

// TIMESTAMP as 2024-01-01T10:00, TIMESTAMP_LTZ as 2024-01-01T10:00:00Z, bytes as [1, -2], arrays as
// [a, b], maps as {k=v}, rows as +I[a, b], NULL as null.
void appendPrintText(const Column& column, size_t row, std::string& out);

}  // namespace millrace
