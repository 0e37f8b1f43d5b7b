// WindowSpec: which windows a row belongs to. Shared by the window table functions, window
// aggregation and the legacy group windows.
//
// Times are milliseconds. For a TIMESTAMP_LTZ time attribute windows are aligned in the session
// time zone (daylight saving included) and window_start / window_end are TIMESTAMP(3) of that zone,
// as in Flink; window_time has the type of the time attribute.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace millrace {

enum class WindowKind : uint8_t { kTumble, kHop, kCumulate, kSession };

struct WindowSpec {
  WindowKind kind = WindowKind::kTumble;
  int64_t sizeMillis = 0;   // window size; CUMULATE: maximum size; SESSION: gap
  int64_t slideMillis = 0;  // HOP: slide; CUMULATE: step
  int64_t offsetMillis = 0;
  bool isProctime = false;
  bool isLtz = false;  // the time attribute is TIMESTAMP_LTZ: align in the session zone

  // "TUMBLE(size=[10 s])", as in Flink's plans.
  std::string toString() const;
  bool operator==(const WindowSpec&) const = default;

  // kValidation when the sizes make no windows.
  Status check() const;
};

}  // namespace millrace
