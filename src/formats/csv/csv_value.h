// From the text of a CSV field to a value, with the rules of Flink's converters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/csv_options.h"
#include "formats/record_column.h"
#include "types/column_builder.h"

namespace millrace {

// False when the text is not a value of the (scalar) type. `scratch` holds decoded bytes.
bool convertCsvScalar(std::string_view text, const Type& type, std::string& scratch,
                      ScalarValue& out);

// Appends one row of an ARRAY or ROW whose elements stand in one field. False when an element is
// wrong and errors are not ignored; the builder is then as before.
bool convertCsvNested(std::string_view text, const CsvOptions& options, ColumnBuilder& builder);

// The elements of a field; `out` is replaced.
void splitCsvElements(std::string_view text, const CsvOptions& options,
                      std::vector<std::string_view>& out);

}  // namespace millrace
