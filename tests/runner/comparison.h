// What a query returned against what a test expects. Every function returns an empty text when they
// are equal, otherwise the difference: lines that start with '-' are missing, with '+' too many.
#pragma once

#include <string>
#include <vector>

#include "runner/test_file.h"
#include "runner/test_session.h"

namespace millrace {

// `expected` are the lines below ----, variables replaced.
std::string compareTable(const TestBlock& block, const std::vector<std::string>& expected,
                         const QueryOutcome& outcome);
// `ordered`: change by change; otherwise what is left when the changes are folded.
std::string compareChangelog(const TestBlock& block, const std::vector<std::string>& expected,
                             const QueryOutcome& outcome, bool ordered);
// `expressions` and `outcomes`: one per column of the result, variables replaced.
std::string compareExpressions(const TestBlock& block, const std::vector<std::string>& expressions,
                               const std::vector<std::string>& outcomes,
                               const QueryOutcome& outcome, bool ordered);
// Every line of `expected` must occur in `text`, one behind the other.
std::string comparePlan(const std::vector<std::string>& expected, const std::string& text);

}  // namespace millrace
