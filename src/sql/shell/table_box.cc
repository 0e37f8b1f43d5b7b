#include "sql/shell/table_box.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace millrace {

namespace {

constexpr std::string_view kCut = "...";

size_t widthOf(UChar32 character) {
  if (character < 0x300) return 1;
  int8_t category = u_charType(character);
  if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK) return 0;
  int width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

// The next character from `at` on, which moves behind it; negative when malformed.
UChar32 nextCharacter(std::string_view text, size_t& at) {
  UChar32 character = 0;
  auto size = static_cast<int64_t>(text.size());
  auto position = static_cast<int64_t>(at);
  U8_NEXT(text.data(), position, size, character);
  at = static_cast<size_t>(position);
  return character;
}

// The longest start of a text that takes at most `width` columns.
std::string_view startOfWidth(std::string_view text, size_t width) {
  size_t used = 0;
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    used += widthOf(nextCharacter(text, at));
    if (used > width) return text.substr(0, begin);
  }
  return text;
}

void appendCell(std::string_view cell, size_t width, std::string& out) {
  size_t used = displayWidth(cell);
  std::string_view cut;
  if (used > width) {
    cut = kCut.substr(0, width);
    cell = startOfWidth(cell, width - cut.size());
    used = displayWidth(cell) + cut.size();
  }
  out += "| ";
  out.append(width - used, ' ');
  out += cell;
  out += cut;
  out += ' ';
}

}  // namespace

size_t displayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) width += widthOf(nextCharacter(text, at));
  return width;
}

std::string printableText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    UChar32 character = nextCharacter(text, at);
    if (character < 0) {
      out += "\xEF\xBF\xBD";
    } else if (character == '\n') {
      out += "\\n";
    } else if (character == '\r') {
      out += "\\r";
    } else if (character == '\t') {
      out += "\\t";
    } else if (character < 0x20 || (character >= 0x7F && character < 0xA0)) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(character));
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  return out;
}

void appendRule(const std::vector<size_t>& widths, std::string& out) {
  for (size_t width : widths) {
    out += '+';
    out.append(width + 2, '-');
  }
  out += "+\n";
}

void appendCells(const std::vector<std::string>& cells, const std::vector<size_t>& widths,
                 std::string& out) {
  for (size_t i = 0; i < cells.size(); ++i) appendCell(cells[i], widths[i], out);
  out += "|\n";
}

std::string wholeBox(const std::vector<std::string>& header,
                     const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const std::string& name : header) widths.push_back(displayWidth(name));
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], displayWidth(row[i]));
  }
  std::string out;
  appendRule(widths, out);
  appendCells(header, widths, out);
  appendRule(widths, out);
  for (const std::vector<std::string>& row : rows) appendCells(row, widths, out);
  appendRule(widths, out);
  return out;
}

}  // namespace millrace
