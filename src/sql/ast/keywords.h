// The words of the SQL dialect: which may be names and which are names only in back-ticks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class WordClass : uint8_t {
  kName,              // no key word
  kKeyword,           // a key word that may be a name
  kReserved,          // a name only in back-ticks
  kReservedFunction,  // reserved, but the name of a function before a parenthesis
};

// Requires: `upper` is in upper case. Thread safe.
WordClass classifyWord(std::string_view upper);

// True if `name` can stand in SQL as a column or table name without back-ticks.
bool isPlainName(std::string_view name);

// ASCII letters in upper case, everything else as it is.
std::string upperCase(std::string_view text);

// Words that start clauses of a query, to suggest for a misspelled one.
const std::vector<std::string>& clauseWords();

}  // namespace millrace
