// The clock, fields of dates and times, FLOOR and CEIL to a unit, TIMESTAMPADD and TIMESTAMPDIFF.
// Units are passed as texts: EXTRACT(YEAR FROM d) is EXTRACT('YEAR', d).
#include <fmt/format.h>

#include "functions/function_catalog.h"
#include "functions/instant.h"
#include "functions/instant_rounding.h"
#include "functions/kernels.h"
#include "functions/signature.h"

namespace millrace {

namespace {

constexpr int64_t kMillisPerHour = 3'600'000;

// --- The clock ---

int64_t localNow(const KernelCall& call) {
  return zoneOf(call.context).microsToLocal(call.context.nowMicros);
}

template <typename T>
Status fill(const KernelCall& call, Column& out, T value) {
  T* to = out.mutableValues<T>();
  forEachRow(call.rows, [&](uint32_t row) { to[row] = value; });
  return Status();
}

Status currentDate(const KernelCall& call, Column& out) {
  return fill(call, out, static_cast<int32_t>(floorDivide(localNow(call), kMicrosPerDay)));
}
Status currentTime(const KernelCall& call, Column& out) {
  return fill(call, out, static_cast<int32_t>(floorModulo(localNow(call), kMicrosPerDay) / 1000));
}
Status currentInstant(const KernelCall& call, Column& out) {
  return fill(call, out, truncateMicros(call.context.nowMicros, 3));
}
Status localInstant(const KernelCall& call, Column& out) {
  return fill(call, out, truncateMicros(localNow(call), 3));
}
template <Kernel kernel, TypeKind kKind>
Result<ResolvedCall> resolveClock(Arguments args) {
  if (!args.empty()) return argumentError("no arguments", args);
  Type type = Type::timestampLtz(3);
  if (kKind == TypeKind::kDate) type = Type::date();
  if (kKind == TypeKind::kTime) type = Type::time(0);
  if (kKind == TypeKind::kTimestamp) type = Type::timestamp(3);
  return keepTypes(args, type.withNullable(false), kernel);
}

Result<ResolvedCall> resolveProctime(Arguments args) {
  ResolvedCall call = TRY((resolveClock<currentInstant, TypeKind::kTimestampLtz>(args)));
  call.result = call.result.withTimeAttribute(TimeAttribute::kProctime);
  return call;
}

Status currentWatermark(const KernelCall& call, Column& out) {
  int64_t watermark = call.context.currentWatermark;
  forEachRow(call.rows, [&](uint32_t row) {
    if (watermark == INT64_MIN)
      out.setNull(row);
    else
      storeInstant({watermark, 0, 0}, row, out);
  });
  return Status();
}

Result<ResolvedCall> resolveCurrentWatermark(Arguments args) {
  if (args.size() != 1 || !args[0].type.isTimestamp()) return argumentError("a rowtime", args);
  Type type =
      args[0].type.kind() == TypeKind::kTimestamp ? Type::timestamp(3) : Type::timestampLtz(3);
  return keepTypes(args, type, currentWatermark);
}

// --- Units ---

class UnitState final : public FunctionState {
 public:
  TimeUnit unit = TimeUnit::kDay;
};

template <size_t kIndex>
Result<std::unique_ptr<FunctionState>> prepareUnit(Arguments args, const Type&) {
  auto state = std::make_unique<UnitState>();
  const Value* name = args[kIndex].literal;
  std::optional<TimeUnit> unit;
  if (name != nullptr && !name->isNull()) unit = timeUnitOf(name->text());
  if (!unit) {
    return Error(ErrorKind::kValidation, "unknown time unit")
        .withHint("Use YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND or MILLISECOND.");
  }
  state->unit = *unit;
  return std::unique_ptr<FunctionState>(std::move(state));
}

template <TimeUnit kUnit>
Result<std::unique_ptr<FunctionState>> fixedUnit(Arguments, const Type&) {
  auto state = std::make_unique<UnitState>();
  state->unit = kUnit;
  return std::unique_ptr<FunctionState>(std::move(state));
}

TimeUnit unitOf(const KernelCall& call) { return static_cast<const UnitState&>(*call.state).unit; }

Result<TimeUnit> literalUnit(const ArgumentInfo& arg, Arguments args) {
  if (arg.literal != nullptr && arg.type.isCharacter()) {
    std::optional<TimeUnit> unit = timeUnitOf(arg.literal->text());
    if (unit) return *unit;
  }
  return argumentError("a time unit", args);
}

// --- EXTRACT ---

// Hours, minutes and seconds of microseconds that are not negative.
template <int64_t kMicrosPerUnit, int64_t kUnits>
void extractTimeField(const LocalMicros& micros, const KernelCall& call, int64_t* to) {
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t units = micros[row] / kMicrosPerUnit;
    to[row] = units % kUnits;
  });
}

// Flink takes the day from the milliseconds towards 1970, so 1969-12-31 23:00 is in 1970.
void extractByDay(const LocalMicros& micros, const KernelCall& call, TimeUnit unit, int64_t* to) {
  int64_t day = INT64_MIN, field = 0;
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t days = floorDivide(micros[row], 1000) / kMillisPerDay;
    if (days != day) {
      day = days;
      field = extractFromDate(unit, static_cast<int32_t>(days));
    }
    to[row] = field;
  });
}

void extractFields(const KernelCall& call, const Column& instant, TimeUnit unit, int64_t* to) {
  LocalMicros micros(instant, call.context);
  switch (unit) {
    case TimeUnit::kHour:
      return extractTimeField<3'600'000'000, 24>(micros, call, to);
    case TimeUnit::kMinute:
      return extractTimeField<60'000'000, 60>(micros, call, to);
    case TimeUnit::kSecond:
      return extractTimeField<1'000'000, 60>(micros, call, to);
    default:
      break;
  }
  bool isSubDay = unit == TimeUnit::kMillisecond || unit == TimeUnit::kMicrosecond ||
                  unit == TimeUnit::kNanosecond || unit == TimeUnit::kEpoch;
  if (!isSubDay) return extractByDay(micros, call, unit, to);
  // EPOCH counts from the instant itself, not from the local time.
  LocalMicros exact(instant, call.context, unit != TimeUnit::kEpoch);
  forEachRow(call.rows, [&](uint32_t row) {
    NanoTimestamp value = nanosOfMicros(exact[row]);
    value.nanos += exact.nanosOfMicro(row);
    to[row] = extractFromTimestamp(unit, value);
  });
}

Status extract(const KernelCall& call, Column& out) {
  const Column& instant = *call.args.back();
  int64_t* to = out.mutableValues<int64_t>();
  TimeUnit unit = unitOf(call);
  if (instant.type().kind() == TypeKind::kDate) {
    ColumnValues<int32_t> days(instant);
    forEachRow(call.rows, [&](uint32_t row) { to[row] = extractFromDate(unit, days[row]); });
  } else if (instant.type().kind() == TypeKind::kTime) {
    ColumnValues<int32_t> millis(instant);
    forEachRow(call.rows, [&](uint32_t row) { to[row] = extractFromTime(unit, millis[row]); });
  } else {
    extractFields(call, instant, unit, to);
  }
  return Status();
}

int64_t intervalField(TimeUnit unit, int64_t value) {
  switch (unit) {
    case TimeUnit::kYear:
      return value / 12;
    case TimeUnit::kQuarter:
      return value % 12 / 3 + 1;
    case TimeUnit::kMonth:
      return value % 12;
    case TimeUnit::kDay:
      return value / kMillisPerDay;
    case TimeUnit::kHour:
      return value % kMillisPerDay / kMillisPerHour;
    case TimeUnit::kMinute:
      return value % kMillisPerHour / 60'000;
    case TimeUnit::kSecond:
      return value % 60'000 / 1000;
    case TimeUnit::kMillisecond:
      return value % 1000;
    case TimeUnit::kEpoch:
      return value / 1000;
    default:
      return 0;
  }
}

Status extractFromInterval(const KernelCall& call, Column& out) {
  IntegerArgument value(call, call.args.size() - 1);
  int64_t* to = out.mutableValues<int64_t>();
  TimeUnit unit = unitOf(call);
  forEachRow(call.rows, [&](uint32_t row) { to[row] = intervalField(unit, value[row]); });
  return Status();
}

Result<ResolvedCall> extractCall(Arguments args, Prepare prepare) {
  const Type& type = args.back().type;
  Type result = Type::bigint().withNullable(false);
  if (type.isDatetime()) return keepTypes(args, result, extract, prepare);
  if (type.isInterval()) return keepTypes(args, result, extractFromInterval, prepare);
  return argumentError("a date, a time or an interval", args);
}

Result<ResolvedCall> resolveExtract(Arguments args) {
  if (args.size() != 2) return argumentError("a time unit and a date or time", args);
  TRY(literalUnit(args[0], args));
  return extractCall(args, prepareUnit<0>);
}

template <TimeUnit kUnit>
Result<ResolvedCall> resolveField(Arguments args) {
  if (args.size() != 1) return argumentError("a date or time", args);
  return extractCall(args, fixedUnit<kUnit>);
}

// --- FLOOR and CEIL ---

template <bool kUp>
Status roundInstants(const KernelCall& call, Column& out) {
  const Column& in = *call.args[0];
  TimeUnit unit = unitOf(call);
  if (in.type().kind() == TypeKind::kDate) {
    mapUnary<int32_t, int32_t>(call, out, [=](int32_t days) {
      return kUp ? ceilDate(unit, days) : floorDate(unit, days);
    });
    return Status();
  }
  if (in.type().kind() == TypeKind::kTime) {
    mapUnary<int32_t, int32_t>(call, out, [=](int32_t millis) {
      return static_cast<int32_t>(kUp ? ceilTimestamp(unit, millis) : floorTimestamp(unit, millis));
    });
    return Status();
  }
  // Flink takes the zone's offset at the instant itself, on both ways.
  LocalMicros local(in, call.context), instant(in, call.context, false);
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t millis = floorDivide(local[row], 1000);
    int64_t offset = millis - floorDivide(instant[row], 1000);
    int64_t rounded = kUp ? ceilTimestamp(unit, millis) : floorTimestamp(unit, millis);
    storeInstant({rounded - offset, 0, 0}, row, out);
  });
  return Status();
}

template <bool kUp>
Result<ResolvedCall> resolveRounding(Arguments args) {
  if (args.size() != 2 || !args[0].type.isDatetime()) {
    return argumentError("a date or time and a time unit", args);
  }
  TRY(literalUnit(args[1], args));
  Type type = args[0].type.withNullable(false).withTimeAttribute(TimeAttribute::kNone);
  return keepTypes(args, type, roundInstants<kUp>, prepareUnit<1>);
}

// --- TIMESTAMPADD and TIMESTAMPDIFF ---

int64_t monthsOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMonth:
      return 1;
    case TimeUnit::kQuarter:
      return 3;
    case TimeUnit::kYear:
      return 12;
    case TimeUnit::kDecade:
      return 120;
    case TimeUnit::kCentury:
      return 1200;
    case TimeUnit::kMillennium:
      return 12000;
    default:
      return 0;
  }
}

// Microseconds of a unit of fixed length; 0 for others.
int64_t microsOfUnit(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kWeek:
      return 7 * kMicrosPerDay;
    case TimeUnit::kDay:
      return kMicrosPerDay;
    case TimeUnit::kHour:
      return kMillisPerHour * 1000;
    case TimeUnit::kMinute:
      return 60'000'000;
    case TimeUnit::kSecond:
      return 1'000'000;
    case TimeUnit::kMillisecond:
      return 1000;
    case TimeUnit::kMicrosecond:
      return 1;
    default:
      return 0;
  }
}

Error unsupportedUnit() {
  return Error(ErrorKind::kUnsupported, "this time unit here")
      .withHint("Use YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND.");
}

Status addUnits(const KernelCall& call, Column& out) {
  TimeUnit unit = unitOf(call);
  IntegerArgument count(call, 1);
  const Column& in = *call.args[2];
  LocalMicros micros(in, call.context, false);
  int64_t months = monthsOf(unit), step = microsOfUnit(unit);
  TypeKind kind = out.type().kind();
  forEachRow(call.rows, [&](uint32_t row) {
    auto from = static_cast<uint64_t>(micros[row]);
    int64_t to = months > 0 ? addMonthsToMicros(micros[row], months * count[row])
                            : static_cast<int64_t>(from + static_cast<uint64_t>(step) *
                                                              static_cast<uint64_t>(count[row]));
    if (kind == TypeKind::kDate) {
      out.mutableValues<int32_t>()[row] = static_cast<int32_t>(floorDivide(to, kMicrosPerDay));
    } else if (kind == TypeKind::kTime) {
      out.mutableValues<int32_t>()[row] =
          static_cast<int32_t>(floorModulo(to, kMicrosPerDay) / 1000);
    } else {
      NanoTimestamp value = nanosOfMicros(to);
      value.nanos += micros.nanosOfMicro(row);
      storeInstant(value, row, out);
    }
  });
  return Status();
}

Result<ResolvedCall> resolveAdd(Arguments args) {
  bool fits = args.size() == 3 && args[1].type.isInteger() && args[2].type.isDatetime();
  if (!fits) return argumentError("a time unit, an integer and a date or time", args);
  TimeUnit unit = TRY(literalUnit(args[0], args));
  if (monthsOf(unit) == 0 && microsOfUnit(unit) < 1000) return unsupportedUnit();
  Type type = args[2].type.withNullable(false).withTimeAttribute(TimeAttribute::kNone);
  int64_t step = microsOfUnit(unit);
  bool withinDay = step > 0 && step < kMicrosPerDay;
  if (type.kind() == TypeKind::kDate && withinDay) type = Type::timestamp(6).withNullable(false);
  return keepTypes(args, type, addUnits, prepareUnit<0>);
}

Status differenceInUnits(const KernelCall& call, Column& out) {
  TimeUnit unit = unitOf(call);
  int64_t months = monthsOf(unit), step = microsOfUnit(unit);
  bool bothInstants = call.args[1]->type().kind() == TypeKind::kTimestampLtz &&
                      call.args[2]->type().kind() == TypeKind::kTimestampLtz;
  // Two instants differ by real time; anything with a calendar in it by local time.
  bool local = months > 0 || !bothInstants;
  LocalMicros from(*call.args[1], call.context, local), to(*call.args[2], call.context, local);
  int32_t* result = out.mutableValues<int32_t>();
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t begin = floorDivide(from[row], 1000), end = floorDivide(to[row], 1000);
    if (months > 0) {
      result[row] = static_cast<int32_t>(monthsBetweenMillis(end, begin) / months);
    } else if (unit == TimeUnit::kMillisecond) {
      // Flink counts whole seconds here, too.
      result[row] = static_cast<int32_t>((end - begin) / 1000 * 1000);
    } else {
      result[row] = static_cast<int32_t>((end - begin) / std::max<int64_t>(step / 1000, 1));
    }
  });
  return Status();
}

Result<ResolvedCall> resolveDifference(Arguments args) {
  bool fits = args.size() == 3 && args[1].type.isDatetime() && args[2].type.isDatetime();
  if (!fits) return argumentError("a time unit and two dates or times", args);
  TimeUnit unit = TRY(literalUnit(args[0], args));
  if (monthsOf(unit) == 0 && microsOfUnit(unit) < 1000) return unsupportedUnit();
  return keepTypes(args, Type::integer().withNullable(false), differenceInUnits, prepareUnit<0>);
}

// --- OVERLAPS ---

int64_t periodEnd(const KernelCall& call, size_t index, uint32_t row, int64_t begin) {
  const Column& end = *call.args[index];
  if (!end.type().isInterval()) return LocalMicros(end, call.context)[row];
  int64_t length = IntegerArgument(call, index)[row];
  if (end.type().kind() == TypeKind::kIntervalYearMonth) return addMonthsToMicros(begin, length);
  return begin + length * 1000;
}

Status overlaps(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  LocalMicros left(*call.args[0], call.context), right(*call.args[2], call.context);
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t leftBegin = left[row], rightBegin = right[row];
    int64_t leftEnd = periodEnd(call, 1, row, leftBegin);
    int64_t rightEnd = periodEnd(call, 3, row, rightBegin);
    if (leftEnd < leftBegin) std::swap(leftBegin, leftEnd);
    if (rightEnd < rightBegin) std::swap(rightBegin, rightEnd);
    to[row] = leftEnd >= rightBegin && rightEnd >= leftBegin ? 1 : 0;
    for (const ColumnPtr& arg : call.args) {
      if (arg->isNull(row)) out.setNull(row);
    }
  });
  return Status();
}

// The periods are two ROWs of begin and end.
Status overlapsRows(const KernelCall& call, Column& out) {
  std::vector<ColumnPtr> ends;
  for (const ColumnPtr& row : call.args) {
    for (size_t i = 0; i < 2; ++i) {
      const ColumnPtr& field = row->child(i);
      bool constant = row->isConstant();
      ends.push_back(constant ? Value::of(*field, 0).toColumn(field->type(), out.size()) : field);
    }
  }
  return overlaps({call.rows, ends, call.context, call.state}, out);
}

Result<ResolvedCall> resolveOverlaps(Arguments args) {
  auto isPeriod = [](const Type& begin, const Type& end) {
    return begin.isDatetime() && (end.isDatetime() || end.isInterval());
  };
  auto isPeriodRow = [&](const Type& type) {
    return type.kind() == TypeKind::kRow && type.numChildren() == 2 &&
           isPeriod(type.child(0), type.child(1));
  };
  if (args.size() == 2 && isPeriodRow(args[0].type) && isPeriodRow(args[1].type)) {
    return keepTypes(args, Type::boolean(), overlapsRows);
  }
  return argumentError("two periods (begin, end)", args);
}

ScalarFunction temporal(std::string name, std::string signature, std::string doc,
                        std::string example, std::string exampleResult, Resolve resolve) {
  return ScalarFunction{.name = std::move(name),
                        .family = "temporal",
                        .signature = std::move(signature),
                        .doc = std::move(doc),
                        .example = std::move(example),
                        .exampleResult = std::move(exampleResult),
                        .resolve = resolve};
}

ScalarFunction clock(std::string name, std::string doc, std::string example, Resolve resolve) {
  ScalarFunction function =
      temporal(name, name, std::move(doc), std::move(example), "true", resolve);
  function.dynamic = true;
  return function;
}

void addClockFunctions(FunctionCatalog& catalog) {
  catalog.add(clock("CURRENT_DATE", "Today in the session time zone.",
                    "CURRENT_DATE > DATE '2020-01-01'",
                    resolveClock<currentDate, TypeKind::kDate>));
  catalog.add(clock("CURRENT_TIME", "The time of day in the session time zone.",
                    "CURRENT_TIME IS NOT NULL", resolveClock<currentTime, TypeKind::kTime>));
  catalog.add(clock("LOCALTIME", "The time of day in the session time zone.",
                    "LOCALTIME IS NOT NULL", resolveClock<currentTime, TypeKind::kTime>));
  ScalarFunction now = clock("CURRENT_TIMESTAMP", "This instant.", "CURRENT_TIMESTAMP IS NOT NULL",
                             resolveClock<currentInstant, TypeKind::kTimestampLtz>);
  now.aliases = {"NOW", "CURRENT_ROW_TIMESTAMP"};
  catalog.add(std::move(now));
  catalog.add(clock("LOCALTIMESTAMP", "Date and time in the session time zone.",
                    "LOCALTIMESTAMP IS NOT NULL",
                    resolveClock<localInstant, TypeKind::kTimestamp>));
  catalog.add(clock("PROCTIME", "The processing time, as a time attribute.",
                    "PROCTIME() IS NOT NULL", resolveProctime));
  ScalarFunction watermark =
      clock("CURRENT_WATERMARK",
            "The watermark at this operator for the given rowtime; NULL "
            "before the first.",
            "CURRENT_WATERMARK(LOCALTIMESTAMP) IS NULL", resolveCurrentWatermark);
  watermark.signature = "CURRENT_WATERMARK(rowtime)";
  watermark.nulls = NullRule::kHandles;
  watermark.deterministic = false;
  catalog.add(std::move(watermark));
}

template <TimeUnit kUnit>
void addField(FunctionCatalog& catalog, const std::string& name, std::string doc,
              std::string result) {
  catalog.add(temporal(name, name + "(instant)", std::move(doc),
                       name + "(TIMESTAMP '2024-05-06 10:11:12')", std::move(result),
                       resolveField<kUnit>));
}

}  // namespace

Result<ResolvedCall> resolveInstantFloor(Arguments args) { return resolveRounding<false>(args); }
Result<ResolvedCall> resolveInstantCeil(Arguments args) { return resolveRounding<true>(args); }

void addTemporalFunctions(FunctionCatalog& catalog) {
  addClockFunctions(catalog);
  catalog.add(temporal("EXTRACT", "EXTRACT(unit FROM instant)",
                       "A field of a date, time or interval as BIGINT. As a call: "
                       "EXTRACT('unit', instant).",
                       "EXTRACT(DAY FROM DATE '2006-06-05')", "5", resolveExtract));
  addField<TimeUnit::kYear>(catalog, "YEAR", "The year.", "2024");
  addField<TimeUnit::kQuarter>(catalog, "QUARTER", "The quarter, 1 to 4.", "2");
  addField<TimeUnit::kMonth>(catalog, "MONTH", "The month, 1 to 12.", "5");
  addField<TimeUnit::kWeek>(catalog, "WEEK", "The ISO week, 1 to 53.", "19");
  addField<TimeUnit::kDayOfYear>(catalog, "DAYOFYEAR", "The day of the year, 1 to 366.", "127");
  addField<TimeUnit::kDay>(catalog, "DAYOFMONTH", "The day of the month, 1 to 31.", "6");
  addField<TimeUnit::kDayOfWeek>(catalog, "DAYOFWEEK", "The day of the week; Sunday is 1.", "2");
  addField<TimeUnit::kHour>(catalog, "HOUR", "The hour, 0 to 23.", "10");
  addField<TimeUnit::kMinute>(catalog, "MINUTE", "The minute, 0 to 59.", "11");
  addField<TimeUnit::kSecond>(catalog, "SECOND", "The second, 0 to 59.", "12");
  catalog.add(temporal("TIMESTAMPADD", "TIMESTAMPADD(unit, count, instant)",
                       "The instant moved by so many units. As a call the unit is a text.",
                       "TIMESTAMPADD(WEEK, 1, DATE '2003-01-02')", "2003-01-09", resolveAdd));
  catalog.add(temporal("TIMESTAMPDIFF", "TIMESTAMPDIFF(unit, from, to)",
                       "Whole units from one instant to the other. As a call the unit is a text.",
                       "TIMESTAMPDIFF(DAY, DATE '2024-01-01', DATE '2024-01-03')", "2",
                       resolveDifference));
  catalog.add(temporal("OVERLAPS", "(begin1, end1) OVERLAPS (begin2, end2)",
                       "TRUE when the periods have an instant in common; an end may be an "
                       "interval.",
                       "(TIME '2:55:00', INTERVAL '1' HOUR) OVERLAPS "
                       "(TIME '3:30:00', INTERVAL '2' HOUR)",
                       "true", resolveOverlaps));
}

}  // namespace millrace
