// Lines of results: their parts, and when two of them are equal.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

// The fields of a JSON object in one line: names and the text of the values.
std::vector<std::pair<std::string, std::string>> jsonFields(std::string_view line);
// The parts between bars that are not escaped.
std::vector<std::string> barFields(std::string_view line);
// The values of an outcome of `expressions`: parts between " | ", where JSON strings may hold bars.
std::vector<std::string> outcomeValues(std::string_view text);

// Exactly, but numbers with an exponent by value; approximate: those to a relative 1e-12.
bool equalLines(const std::string& a, const std::string& b, bool approximate);

// The difference of two lists: "- line" and "+ line" for what is missing and what is too much, at
// most 20 lines, empty when they are equal. In order, or as multisets.
std::string differenceInOrder(const std::vector<std::string>& expected,
                              const std::vector<std::string>& actual, bool approximate);
std::string differenceOfMultisets(std::vector<std::string> expected,
                                  std::vector<std::string> actual, bool approximate);

// Counts of rows, retractions taken away, as sorted lines.
class FoldedRows {
 public:
  void add(const std::string& row, bool isAdd) { counts_[row] += isAdd ? 1 : -1; }
  // Rows retracted more often than inserted appear as "retracted but never inserted: row".
  std::vector<std::string> lines() const;

 private:
  std::map<std::string, int64_t> counts_;
};

}  // namespace millrace
