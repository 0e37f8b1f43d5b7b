// The time of the initial position AT_TIMESTAMP, as Flink reads it: by a pattern of Java's
// SimpleDateFormat, and where that fails as seconds since 1970 with a fraction.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace millrace {

// Milliseconds since 1970. Times without a zone are UTC. kInvalidOption when neither reading works,
// or the pattern has letters other than y M d H m s S X Z.
Result<int64_t> parseInitialTimestamp(std::string_view text, std::string_view pattern);

}  // namespace millrace
