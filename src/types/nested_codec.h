// The bytes of one nested value (ARRAY, MAP, MULTISET, ROW) inside a row of operator state.
//
//   list: count (4 bytes) | null bits of child 0 | its values | null bits of child 1 | its values
//   row:  null bits of the fields | the values of the fields that are not NULL
//
// Fixed values have their layout's width, strings are 4 bytes of size and the bytes, nested values
// are 4 bytes of size and their bytes. NULLs take no bytes.
#pragma once

#include <cstdint>
#include <string>

#include "types/column.h"

namespace millrace {

class ColumnBuilder;

// Appends the bytes of a value that is not NULL. Requires: column.type().isNested(); `position` is
// a stored position.
void encodeNestedValue(const Column& column, size_t position, bool normaliseKeys, std::string& out);

// Appends the value to the builder; strings become views into `bytes`.
void decodeNestedValue(const char* bytes, ColumnBuilder& out);

// One NaN; with `normaliseKeys` also one zero. Other types pass unchanged.
template <typename T>
T canonicalReal(T value, bool normaliseKeys) {
  if (value != value) return __builtin_nan("");
  return normaliseKeys && value == T{0} ? T{0} : value;
}

}  // namespace millrace
