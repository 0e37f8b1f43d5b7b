// Pieces of JSON output.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

// Appends the text in quotes, escaped as Jackson does by default: quotes, backslashes and control
// characters only.
void appendQuotedJson(std::string_view text, std::string& out);

}  // namespace millrace
