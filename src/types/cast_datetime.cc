// Casts among DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ, and between equal intervals.
#include "types/cast_kernels.h"
#include "types/datetime.h"
#include "types/time_zone.h"

namespace millrace {

namespace {

// Reads and writes timestamps of either layout as NanoTimestamp.
NanoTimestamp nanosOf(int64_t micros) { return nanosOfMicros(micros); }
NanoTimestamp nanosOf(NanoTimestamp value) { return value; }
// Wraps, because the value of a NULL row may be anything.
void storeNanos(NanoTimestamp value, int64_t& target) {
  target = static_cast<int64_t>(static_cast<uint64_t>(value.millis) * 1000 +
                                static_cast<uint64_t>(int64_t{value.nanos / 1000}));
}
void storeNanos(NanoTimestamp value, NanoTimestamp& target) { target = value; }

// Flink cuts whole milliseconds towards zero, and the digits behind them towards the past.
NanoTimestamp cutAsFlink(NanoTimestamp value, int precision) {
  if (precision >= 3) return truncateNanos(value, precision);
  int64_t unit = precision == 2 ? 10 : (precision == 1 ? 100 : 1000);
  return {value.millis / unit * unit, 0, 0};
}

// Flink's rule for TIMESTAMP: towards 1970.
int32_t dateOfTimestamp(int64_t millis) { return static_cast<int32_t>(millis / kMillisPerDay); }

// Cut towards 1970 as well. (Flink then has negative times of day; here they count from midnight.)
int32_t timeOfTimestamp(int64_t millis, int precision) {
  int64_t unit = precision >= 3 ? 1 : (precision == 2 ? 10 : (precision == 1 ? 100 : 1000));
  return static_cast<int32_t>(floorModulo(millis / unit * unit, kMillisPerDay));
}

template <typename Work>
CastPtr withTimestampLayout(const Type& type, Work&& work) {
  if (type.physical() == Physical::kInt64) return work(int64_t{});
  return work(NanoTimestamp{});
}

CastPtr timestampToTimestamp(const Type& from, const Type& to) {
  bool zonedFrom = from.kind() == TypeKind::kTimestampLtz;
  bool zonedTo = to.kind() == TypeKind::kTimestampLtz;
  bool shortens = to.precision() < from.precision();
  int precision = to.precision();
  return withTimestampLayout(from, [=, &to](auto source) {
    using From = decltype(source);
    return withTimestampLayout(to, [=](auto target) {
      using To = decltype(target);
      return castOf(
          [=](const Column& in, Rows rows, const CastContext& context, bool, Column& out) {
            const TimeZone* zone = zonedFrom != zonedTo ? context.zone : nullptr;
            return castAll<From, To>(in, rows, out, [=](From value) {
              NanoTimestamp nanos = nanosOf(value);
              if (zone != nullptr) {
                nanos.millis =
                    zonedTo ? zone->millisToUtc(nanos.millis) : zone->millisToLocal(nanos.millis);
              }
              if (shortens) nanos = cutAsFlink(nanos, precision);
              To result{};
              storeNanos(nanos, result);
              return result;
            });
          });
    });
  });
}

CastPtr timestampToField(const Type& from, const Type& to) {
  bool zoned = from.kind() == TypeKind::kTimestampLtz;
  bool toDate = to.kind() == TypeKind::kDate;
  int precision = to.precision();
  return withTimestampLayout(from, [=](auto source) {
    using From = decltype(source);
    return castOf([=](const Column& in, Rows rows, const CastContext& context, bool, Column& out) {
      const TimeZone* zone = zoned ? context.zone : nullptr;
      return castAll<From, int32_t>(in, rows, out, [=](From value) {
        int64_t millis = nanosOf(value).millis;
        if (zone != nullptr) millis = zone->millisToLocal(millis);
        if (!toDate) return timeOfTimestamp(millis, precision);
        if (zoned) return static_cast<int32_t>(floorDivide(millis, kMillisPerDay));
        return dateOfTimestamp(millis);
      });
    });
  });
}

// DATE is midnight of that day, TIME is that time on 1970-01-01.
CastPtr fieldToTimestamp(const Type& from, const Type& to) {
  bool fromDate = from.kind() == TypeKind::kDate;
  bool zoned = to.kind() == TypeKind::kTimestampLtz;
  int precision = to.precision();
  return withTimestampLayout(to, [=](auto target) {
    using To = decltype(target);
    return castOf([=](const Column& in, Rows rows, const CastContext& context, bool, Column& out) {
      const TimeZone* zone = zoned ? context.zone : nullptr;
      return castAll<int32_t, To>(in, rows, out, [=](int32_t value) {
        int64_t millis = fromDate ? value * kMillisPerDay : value;
        if (zone != nullptr) millis = zone->millisToUtc(millis);
        To result{};
        storeNanos(truncateNanos({millis, 0, 0}, precision), result);
        return result;
      });
    });
  });
}

CastPtr timeToTime(const Type& to) {
  int precision = to.precision();
  return castOf([=](const Column& in, Rows rows, const CastContext&, bool, Column& out) {
    return castAll<int32_t, int32_t>(
        in, rows, out, [=](int32_t millis) { return timeOfTimestamp(millis, precision); });
  });
}

template <typename T>
CastPtr sameValue() {
  return castOf([](const Column& in, Rows rows, const CastContext&, bool, Column& out) {
    return castAll<T, T>(in, rows, out, [](T value) { return value; });
  });
}

}  // namespace

CastPtr makeDatetimeCast(const Type& from, const Type& to) {
  if (from.isTimestamp() && to.isTimestamp()) return timestampToTimestamp(from, to);
  if (from.isTimestamp() && to.isDatetime()) return timestampToField(from, to);
  if (from.isDatetime() && to.isTimestamp()) return fieldToTimestamp(from, to);
  if (from.kind() != to.kind()) return nullptr;
  switch (to.kind()) {
    case TypeKind::kTime:
      return timeToTime(to);
    case TypeKind::kDate:
    case TypeKind::kIntervalYearMonth:
      return sameValue<int32_t>();
    case TypeKind::kIntervalDayTime:
      return sameValue<int64_t>();
    default:
      return nullptr;
  }
}

}  // namespace millrace
