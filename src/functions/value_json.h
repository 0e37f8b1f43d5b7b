// SQL values as JSON text, as Flink's JSON_STRING writes them.
#pragma once

#include <string>

#include "types/column.h"

namespace millrace {

// Appends a value; NULL is null. Texts are escaped, bytes are Base64, instants are ISO 8601.
void appendValueJson(const Column& column, size_t row, std::string& out);
// Whether values of the type have a JSON form.
bool hasJsonForm(const Type& type);

void appendBase64(std::string_view bytes, std::string& out);

}  // namespace millrace
