// ${group.key} in SQL code: runtime properties without editing the code. A value can only stand
// inside a string literal or a quoted identifier and is escaped for it, so that no value changes
// what the statement does. $${ is a literal ${.
//
//   WITH ('connector' = 'kinesis', 'stream' = '${ConsumerConfig.stream.name}')
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "control/engine/engine.h"

namespace millrace {

struct SubstitutedSql {
  // In bytes, in the order of the text.
  struct Replacement {
    size_t at = 0;      // in the code as it was written
    size_t length = 0;  // there
    size_t newLength = 0;
    bool operator==(const Replacement&) const = default;
  };
  std::string text;
  std::vector<Replacement> replacements;
};

// Errors carry line and column: kUnknownOption for a group or key that is not there (with close
// matches), kSyntax for a place where none may stand or that is not closed.
Result<SubstitutedSql> substituteProperties(std::string_view sql,
                                            const RuntimeProperties& properties);

// Where in the code as it was written a place of the text lies; inside of a value, where the
// property stands that it came from.
SourcePosition writtenPosition(const SubstitutedSql& sql, std::string_view written,
                               SourcePosition position);

}  // namespace millrace
