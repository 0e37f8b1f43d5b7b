// Boxes of text columns for terminals, laid out as the Flink SQL Client does: every cell right
// aligned, wide characters counted as two. Pure functions.
//
//   +----+-------+
//   | op | price |
//   +----+-------+
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// Columns that a text takes on a terminal.
size_t displayWidth(std::string_view text);

// The text without control characters: those and malformed UTF-8 are replaced, so that data cannot
// steer the terminal.
std::string printableText(std::string_view text);

// "+----+-----+\n"
void appendRule(const std::vector<size_t>& widths, std::string& out);
// "| +I |  12 |\n". A cell wider than its column is cut and ends in "...".
void appendCells(const std::vector<std::string>& cells, const std::vector<size_t>& widths,
                 std::string& out);

// A whole box whose columns are as wide as their widest cell.
std::string wholeBox(const std::vector<std::string>& header,
                     const std::vector<std::vector<std::string>>& rows);

}  // namespace millrace
