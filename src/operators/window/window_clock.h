// WindowClock: between instants and the local times in which windows are aligned.
//
// Windows of a TIMESTAMP_LTZ time attribute live in the local time of the session zone; those of a
// TIMESTAMP need no conversion. Milliseconds everywhere. Immutable.
#pragma once

#include <cstdint>
#include <vector>

#include "types/column.h"
#include "types/rows.h"
#include "types/time_zone.h"

namespace millrace {

class WindowClock {
 public:
  WindowClock() = default;
  // zone: nullptr or UTC = no conversion.
  WindowClock(const TimeZone* zone, bool isLtz)
      : zone_(isLtz && zone != nullptr && !zone->isUtc() ? zone : nullptr) {}

  bool converts() const { return zone_ != nullptr; }
  int64_t toLocal(int64_t instant) const {
    return zone_ == nullptr || instant == INT64_MAX ? instant : zone_->millisToLocal(instant);
  }
  int64_t toInstant(int64_t local) const {
    return zone_ == nullptr || local == INT64_MAX ? local : zone_->millisToUtc(local);
  }
  // The instant at which a timer for a local time fires: the later one when the clock shows the
  // time twice, the start of the skipped hour when it never does.
  int64_t timerInstant(int64_t local) const;
  // True when the watermark (or the processing time) has passed the window.
  bool isFired(int64_t windowEnd, int64_t progress) const {
    return windowEnd != INT64_MAX && progress >= timerInstant(windowEnd - 1);
  }

 private:
  const TimeZone* zone_ = nullptr;
};

// times[k] = rows[k] of a TIMESTAMP or TIMESTAMP_LTZ column in milliseconds, rounded down; false
// when one of them is NULL.
bool readTimes(const Column& column, const Rows& rows, std::vector<int64_t>& times);

}  // namespace millrace
