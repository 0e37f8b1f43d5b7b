// Finds the names a user may have meant, for error hints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// The candidates closest to `name` (edit distance without regard to case, at most a third of the
// name's length or 2), best first, at most `limit`.
std::vector<std::string> closeMatches(std::string_view name,
                                      const std::vector<std::string>& candidates, size_t limit = 3);

// "Did you mean 'a' or 'b'?", or empty when nothing is close.
std::string didYouMean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace millrace
