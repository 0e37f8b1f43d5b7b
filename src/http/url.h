// Percent-encoding and query strings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

// Encodes everything but A-Z a-z 0-9 - . _ ~ and the bytes of `alsoSafe`, as SigV4 wants it.
std::string percentEncode(std::string_view text, std::string_view alsoSafe = {});

// Decodes %XX; '+' is a blank when `plusIsBlank` (forms). What is no valid escape stays as it is.
std::string percentDecode(std::string_view text, bool plusIsBlank = false);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

// Names and values decoded, in order; "a" without '=' has the value "".
QueryParameters parseQuery(std::string_view query, bool plusIsBlank = true);

// The first value of that name (case matters), or nullptr.
const std::string* findParameter(const QueryParameters& parameters, std::string_view name);

}  // namespace millrace
