// ${group.key} in SQL code: runtime properties without editing the code. A value can only stand
// inside a string literal or a quoted identifier and is escaped for it, so that no value changes
// what the statement does. $${ is a literal ${.
//
//   WITH ('connector' = 'kinesis', 'stream' = '${ConsumerConfig.stream.name}')
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "control/engine/engine.h"

namespace millrace {

// Errors carry line and column: kUnknownOption for a group or key that is not there (with close
// matches), kSyntax for a place where none may stand or that is not closed.
Result<std::string> substituteProperties(std::string_view sql, const RuntimeProperties& properties);

}  // namespace millrace
