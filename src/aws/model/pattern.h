// Patterns of the service models: Java regular expressions that must match a whole text.
#pragma once

#include <string>
#include <string_view>

#include "aws/model/model.h"

namespace millrace {

// Thread-safe; a pattern is compiled at its first use. A text that takes too long to match, or is
// no UTF-8, does not match.
bool matchesPattern(const ShapeModel& shape, std::string_view text);

// "" when the pattern can be compiled, else what is wrong with it.
std::string patternProblem(std::string_view pattern);

}  // namespace millrace
