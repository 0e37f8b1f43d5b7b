// Pieces of JSON output.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

// Appends the text in quotes, escaped as Jackson prints trees: quotes, backslashes and control
// characters only.
void appendTreeString(std::string_view text, std::string& out);
// The same as Jackson writes bytes: characters beyond the Basic Multilingual Plane become two
// escapes, "\uD83D\uDE00".
void appendWrittenString(std::string_view text, std::string& out);

}  // namespace millrace
