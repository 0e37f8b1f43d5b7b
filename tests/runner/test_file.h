// The .test files: their grammar (tests/README.md) as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

struct TestBlock {
  enum class Kind : uint8_t {
    kFile,
    kSet,
    kReset,
    kSkipRuns,
    kInOrder,
    kForeach,
    kEnd,
    kStatement,
    kTable,
    kChangelog,
    kExpressions,
    kPlan,
    kEdit,
  };
  Kind kind = Kind::kStatement;
  std::string argument;  // the rest of the keyword's line
  uint32_t line = 0;     // of the keyword, from 1
  // SQL, the contents of a file, or expressions with their outcomes.
  std::vector<std::string> body;
  std::vector<std::string> expected;  // below ----
  bool approximate = false;
  std::vector<std::string> ties;
  // Of a foreach.
  std::string variable;
  std::vector<std::string> items;

  // Whether it is counted as passed or failed even when nothing goes wrong with it.
  bool isQuery() const { return kind >= Kind::kStatement; }
  bool withTypes() const { return argument == "types"; }
};

// One block as it is run: inside a foreach once per item.
struct TestStep {
  size_t block = 0;
  std::string variable;  // empty outside foreach
  std::string item;
};

struct TestFile {
  std::string path;
  std::vector<TestBlock> blocks;
  std::vector<TestStep> steps;  // in order, without foreach and end
  bool skipRuns = false;
  bool inOrder = false;  // the results depend on the order in which rows arrive
};

// Reads and checks a file; errors name the line.
Result<TestFile> readTestFile(const std::string& path);
Result<TestFile> parseTestFile(std::string path, std::string_view text);

// Text without white space at both ends; text parts between separators; lines joined with newlines.
std::string_view trimmed(std::string_view text);
std::vector<std::string> splitText(std::string_view text, char separator);
std::string joinLines(const std::vector<std::string>& lines);

}  // namespace millrace
