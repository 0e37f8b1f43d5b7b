#include "runner/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "runner/result_lines.h"
#include "types/print.h"

namespace millrace {

namespace {

void eraseAll(std::string& text, std::string_view part) {
  for (size_t at; (at = text.find(part)) != std::string::npos;) text.erase(at, part.size());
}

// A type as DESCRIBE shows it, without NOT NULL at any level and without marks of time attributes.
std::string plainType(const Type& type) {
  std::string text = type.toString();
  eraseAll(text, " NOT NULL");
  eraseAll(text, " *ROWTIME*");
  eraseAll(text, " *PROCTIME*");
  return text;
}

std::string columnsLine(const Schema& schema) {
  std::string line = "# ";
  for (size_t i = 0; i < schema.size(); ++i) {
    if (i > 0) line += ", ";
    line += schema[i].name + " " + plainType(schema[i].type);
  }
  return line;
}

std::string jsonLine(const Schema& schema, const TestRow& row) {
  std::string line = "{";
  for (size_t i = 0; i < schema.size(); ++i) {
    if (i > 0) line += ',';
    appendJsonString(schema[i].name, line);
    line += ':' + row.json[i];
  }
  return line + "}";
}

std::string bareLine(const TestRow& row) {
  std::string line;
  for (size_t i = 0; i < row.bare.size(); ++i) {
    if (i > 0) line += '|';
    line += row.bare[i];
  }
  return line;
}

// Takes the line with the types from the expected lines and compares it.
std::string compareTypes(const TestBlock& block, const Schema& schema,
                         std::vector<std::string>& expected) {
  if (!block.withTypes()) return {};
  std::string wanted = expected.empty() ? "" : expected[0];
  if (!expected.empty()) expected.erase(expected.begin());
  std::string found = columnsLine(schema);
  if (wanted == found) return {};
  return fmt::format("- {}\n+ {}\n", wanted, found);
}

std::string checkInsertOnly(const QueryOutcome& outcome) {
  if (!outcome.insertOnly) return {};
  for (const TestRow& row : outcome.rows) {
    if (row.kind == RowKind::kInsert) continue;
    return fmt::format("the plan says that the query only inserts, but there is {}|{}\n",
                       rowKindName(row.kind), bareLine(row));
  }
  return {};
}

// Leaves only the columns in which ties must agree.
void keepTiedJson(const TestBlock& block, std::vector<std::string>& lines) {
  if (block.ties.empty()) return;
  for (std::string& line : lines) {
    std::string kept;
    for (const auto& [name, value] : jsonFields(line)) {
      bool isNamed = std::find(block.ties.begin(), block.ties.end(), name) != block.ties.end();
      if (isNamed) kept += name + ":" + value + ",";
    }
    line = kept;
  }
}

void keepTiedBare(const TestBlock& block, const Schema& schema, std::vector<std::string>& lines) {
  if (block.ties.empty()) return;
  for (std::string& line : lines) {
    std::vector<std::string> fields = barFields(line);
    std::string kept;
    for (size_t i = 0; i < schema.size() && i < fields.size(); ++i) {
      bool isNamed =
          std::find(block.ties.begin(), block.ties.end(), schema[i].name) != block.ties.end();
      if (isNamed) kept += fields[i] + "|";
    }
    line = kept;
  }
}

// Changes without their values' kinds folded, from lines such as "-U|1|a".
std::vector<std::string> foldChanges(const std::vector<std::string>& changes) {
  FoldedRows folded;
  for (const std::string& change : changes) {
    size_t bar = std::min(change.find('|'), change.size());
    folded.add(change.substr(std::min(bar + 1, change.size())), change[0] == '+');
  }
  return folded.lines();
}

bool isUnicodeSpace(std::string_view character) {
  // No-break space, next line, the spaces of U+2000 to U+3000.
  if (character == "\xC2\xA0" || character == "\xC2\x85" || character == "\xE3\x80\x80")
    return true;
  if (!character.starts_with("\xE2\x80") || character.size() != 3) return false;
  auto last = static_cast<unsigned char>(character[2]);
  return last <= 0x8A || last == 0xA8 || last == 0xA9 || last == 0xAF;
}

// Whether a string must be written in its JSON form to be seen in a line of `expressions`.
bool needsQuotes(std::string_view bare) {
  auto isSpace = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c > 0 && c < ' '); };
  if (bare.empty() || bare[0] == '"' || isSpace(bare.front()) || isSpace(bare.back())) return true;
  for (char c : bare) {
    if (static_cast<unsigned char>(c) < ' ') return true;
  }
  for (size_t length : {2, 3}) {
    if (bare.size() < length) break;
    if (isUnicodeSpace(bare.substr(0, length))) return true;
    if (isUnicodeSpace(bare.substr(bare.size() - length))) return true;
  }
  return false;
}

// A value as a line of `expressions` shows it.
std::string outcomeValue(const TestRow& row, size_t column, const Type& type) {
  bool isText = type.isCharacter() && row.json[column].starts_with('"');
  return isText && needsQuotes(row.bare[column]) ? row.json[column] : row.bare[column];
}

// The values of expected outcomes ("INT: 1 | 2", one per column) turned into rows.
std::vector<std::string> expectedRows(const std::vector<std::string>& outcomes,
                                      const std::vector<std::string>& types) {
  std::vector<std::string> rows;
  for (size_t column = 0; column < outcomes.size(); ++column) {
    std::string_view text = outcomes[column];
    text.remove_prefix(std::min(text.size(), types[column].size() + 1));
    std::vector<std::string> values = outcomeValues(trimmed(text));
    if (rows.size() < values.size()) rows.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i) rows[i] += (column > 0 ? " | " : "") + values[i];
  }
  return rows;
}

}  // namespace

std::string compareTable(const TestBlock& block, const std::vector<std::string>& expected,
                         const QueryOutcome& outcome) {
  std::vector<std::string> wanted = expected;
  std::string difference = compareTypes(block, outcome.schema, wanted);
  difference += checkInsertOnly(outcome);
  FoldedRows folded;
  for (const TestRow& row : outcome.rows) {
    folded.add(jsonLine(outcome.schema, row), isAdd(row.kind));
  }
  std::vector<std::string> found = folded.lines();
  keepTiedJson(block, wanted);
  keepTiedJson(block, found);
  return difference + differenceOfMultisets(std::move(wanted), std::move(found), block.approximate);
}

std::string compareChangelog(const TestBlock& block, const std::vector<std::string>& expected,
                             const QueryOutcome& outcome, bool ordered) {
  std::vector<std::string> wanted = expected;
  std::string difference = compareTypes(block, outcome.schema, wanted);
  difference += checkInsertOnly(outcome);
  std::vector<std::string> found;
  for (const TestRow& row : outcome.rows) {
    found.push_back(std::string(rowKindName(row.kind)) + "|" + bareLine(row));
  }
  if (ordered && block.ties.empty()) {
    return difference + differenceInOrder(wanted, found, block.approximate);
  }
  wanted = foldChanges(wanted);
  found = foldChanges(found);
  keepTiedBare(block, outcome.schema, wanted);
  keepTiedBare(block, outcome.schema, found);
  return difference + differenceOfMultisets(std::move(wanted), std::move(found), block.approximate);
}

std::string compareExpressions(const TestBlock& block, const std::vector<std::string>& expressions,
                               const std::vector<std::string>& outcomes,
                               const QueryOutcome& outcome, bool ordered) {
  std::string difference;
  for (const TestRow& row : outcome.rows) {
    if (row.kind == RowKind::kInsert) continue;
    return fmt::format("not an insert-only result: {}|{}\n", rowKindName(row.kind), bareLine(row));
  }
  std::vector<std::string> types;
  for (const Field& field : outcome.schema) types.push_back(plainType(field.type));
  for (size_t column = 0; column < outcomes.size(); ++column) {
    std::string found = types[column] + ":";
    const char* separator = " ";
    for (const TestRow& row : outcome.rows) {
      found += separator + outcomeValue(row, column, outcome.schema[column].type);
      separator = " | ";
    }
    const std::string& wanted = outcomes[column];
    bool equal = ordered ? equalLines(wanted, found, block.approximate)
                         : wanted.starts_with(types[column] + ":");
    if (!equal) {
      difference += fmt::format("{}\n- {}\n+ {}\n", expressions[column], wanted, found);
    }
  }
  if (ordered || !difference.empty()) return difference;
  std::vector<std::string> rows;
  for (const TestRow& row : outcome.rows) {
    std::string line;
    for (size_t column = 0; column < outcomes.size(); ++column) {
      if (column > 0) line += " | ";
      line += outcomeValue(row, column, outcome.schema[column].type);
    }
    rows.push_back(std::move(line));
  }
  return differenceOfMultisets(expectedRows(outcomes, types), std::move(rows), block.approximate);
}

std::string comparePlan(const std::vector<std::string>& expected, const std::string& text) {
  size_t at = 0;
  for (const std::string& line : expected) {
    std::string_view fragment = trimmed(line);
    size_t found = text.find(fragment, at);
    if (found == std::string::npos) {
      return fmt::format("- {}\nis not in (or not in this order)\n{}\n", fragment, text);
    }
    at = found + fragment.size();
  }
  return {};
}

}  // namespace millrace
