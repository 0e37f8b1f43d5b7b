#include "operators/window/window_clock.h"

#include "types/datetime.h"

namespace millrace {

namespace {
constexpr int64_t kMillisPerHour = 3'600'000;
}  // namespace

int64_t WindowClock::timerInstant(int64_t local) const {
  if (zone_ == nullptr || local == INT64_MAX) return local;
  int64_t instant = zone_->millisToUtc(local);
  int64_t anHourLater = zone_->millisToUtc(local + kMillisPerHour);
  if (anHourLater == instant) return instant - instant % kMillisPerHour;
  if (anHourLater - instant > kMillisPerHour) return instant + kMillisPerHour;
  return instant;
}

bool readTimes(const Column& column, const Rows& rows, std::vector<int64_t>& times) {
  uint32_t n = rows.count();
  times.resize(n);
  if (column.mayHaveNulls()) {
    for (uint32_t k = 0; k < n; ++k) {
      if (column.isNull(rows[k])) return false;
    }
  }
  if (column.physical() == Physical::kNanoTimestamp) {
    ColumnValues<NanoTimestamp> values(column);
    for (uint32_t k = 0; k < n; ++k) times[k] = values[rows[k]].millis;
    return true;
  }
  ColumnValues<int64_t> values(column);
  if (rows.isDense()) {
    for (uint32_t k = 0; k < n; ++k) times[k] = floorDivide(values[rows.begin + k], 1000);
  } else {
    for (uint32_t k = 0; k < n; ++k) times[k] = floorDivide(values[rows[k]], 1000);
  }
  return true;
}

}  // namespace millrace
