// Times that clients send back to say which thing they mean.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "aws/model/timestamp.h"

namespace millrace::kinesisanalyticsv2 {

// Whether the client was shown this time; some clients keep whole seconds only.
inline bool isShownTime(int64_t millis, Timestamp given) {
  return std::abs(millis - given.millis) < 1000;
}

}  // namespace millrace::kinesisanalyticsv2
