// Reading dates, times and timestamps of any precision as one kind of number.
#pragma once

#include "expr/function.h"
#include "types/datetime.h"
#include "types/time_zone.h"

namespace millrace {

inline const TimeZone& zoneOf(const EvalContext& context) {
  return context.zone == nullptr ? *TimeZone::utc() : *context.zone;
}

// A DATE, TIMESTAMP or TIMESTAMP_LTZ (or TIME: on 1970-01-01) column as microseconds since
// 1970-01-01 of the local time, LTZ in the session zone.
class LocalMicros {
 public:
  LocalMicros(const Column& column, const EvalContext& context, bool toLocal = true)
      : column_(column), zone_(zoneOf(context)), kind_(column.type().kind()) {
    shifts_ = toLocal && kind_ == TypeKind::kTimestampLtz && !zone_.isUtc();
    isMicros_ = column.physical() == Physical::kInt64;
  }

  int64_t operator[](size_t row) const {
    size_t i = column_.position(row);
    if (isMicros_) {
      int64_t micros = column_.values<int64_t>()[i];
      return shifts_ ? zone_.microsToLocal(micros) : micros;
    }
    if (kind_ == TypeKind::kDate) return column_.values<int32_t>()[i] * kMicrosPerDay;
    if (kind_ == TypeKind::kTime) return column_.values<int32_t>()[i] * int64_t{1000};
    int64_t micros = microsOf(column_.values<NanoTimestamp>()[i]);
    return shifts_ ? zone_.microsToLocal(micros) : micros;
  }
  // Nanoseconds behind the microseconds.
  int32_t nanosOfMicro(size_t row) const {
    if (column_.physical() != Physical::kNanoTimestamp) return 0;
    return column_.values<NanoTimestamp>()[column_.position(row)].nanos % 1000;
  }

 private:
  const Column& column_;
  const TimeZone& zone_;
  TypeKind kind_;
  bool shifts_ = false;
  bool isMicros_ = false;
};

// Stores a timestamp in a TIMESTAMP or TIMESTAMP_LTZ column, cut to its precision.
inline void storeInstant(NanoTimestamp value, uint32_t row, Column& out) {
  int precision = out.type().precision();
  if (out.physical() == Physical::kInt64) {
    out.mutableValues<int64_t>()[row] = truncateMicros(microsOf(value), precision);
  } else {
    out.mutableValues<NanoTimestamp>()[row] = truncateNanos(value, precision);
  }
}

}  // namespace millrace
