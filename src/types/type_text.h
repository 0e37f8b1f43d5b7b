// Reads types back from the text of Type::toString().
#pragma once

#include <string_view>

#include "base/result.h"
#include "types/type.h"

namespace millrace {

// kCorruptData when the text is not what toString() writes. Time attributes are not accepted.
Result<Type> parseTypeText(std::string_view text);

// Whether every value of `from` is a value of `to` with the same key hash (types/key_hash.h), so
// that what is kept of one can be read as the other: wider integers, DOUBLE for FLOAT, longer
// strings, more digits in front of the point, finer timestamps. Nullability does not matter.
bool widens(const Type& from, const Type& to);

}  // namespace millrace
