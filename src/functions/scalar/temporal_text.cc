// Dates and times as text and back: DATE_FORMAT, TO_DATE, TO_TIMESTAMP and their relatives.
#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "functions/date_pattern.h"
#include "functions/function_catalog.h"
#include "functions/instant.h"
#include "functions/kernels.h"
#include "functions/signature.h"
#include "functions/sql_timestamp_text.h"

namespace millrace {

namespace {

constexpr std::string_view kDefaultPattern = "yyyy-MM-dd HH:mm:ss";
constexpr size_t kMaxShownBytes = 100;

using Style = DatePattern::Style;

// The compiled pattern of one call: the last one is kept.
class PatternState final : public FunctionState {
 public:
  explicit PatternState(Style style)
      : style_(style), default_(DatePattern::compile(kDefaultPattern, Style::kSimple).value()) {}
  Result<const DatePattern*> get(std::string_view pattern) {
    if (compiled_ && pattern == text_) return &*compiled_;
    compiled_ = TRY(DatePattern::compile(pattern, style_));
    text_ = pattern;
    return &*compiled_;
  }
  // "yyyy-MM-dd HH:mm:ss" in the simple style.
  const DatePattern& defaultPattern() const { return default_; }

 private:
  Style style_;
  DatePattern default_;
  std::optional<DatePattern> compiled_;
  std::string text_;
};

template <Style kStyle>
Result<std::unique_ptr<FunctionState>> preparePattern(Arguments, const Type&) {
  return std::unique_ptr<FunctionState>(std::make_unique<PatternState>(kStyle));
}

PatternState& stateOf(const KernelCall& call) { return static_cast<PatternState&>(*call.state); }

// The pattern of argument `index`, or the default; its text is constant in nearly every query.
std::string_view patternAt(const KernelCall& call, size_t index, uint32_t row) {
  return call.args.size() > index ? TextArgument(call, index)[row] : kDefaultPattern;
}

// --- DATE_FORMAT ---

// Neighbouring rows mostly show the same day or minute, so the last text is used again.
template <typename Micros>
void formatRows(const KernelCall& call, const DatePattern& pattern, Micros micros, Column& out) {
  int64_t unit = pattern.granularityMicros();
  int64_t key = INT64_MIN;
  StringView last;
  std::string text;
  StringView* to = out.mutableValues<StringView>();
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t at = micros[row];
    // Inside the unit formatted last: no division either.
    bool same = key != INT64_MIN && at >= key && at - key < unit;
    if (!same) {
      key = floorDivide(at, unit) * unit;
      text.clear();
      pattern.format(at, micros.nanosOfMicro(row), text);
      out.setString(row, text);
      last = to[row];
    } else {
      to[row] = last;
    }
  });
}

// Plain microseconds in a flat column.
struct FlatMicros {
  const int64_t* values;
  int64_t operator[](size_t row) const { return values[row]; }
  int32_t nanosOfMicro(size_t) const { return 0; }
};

Status formatInstants(const KernelCall& call, Column& out) {
  const Column& in = *call.args[0];
  LocalMicros micros(in, call.context);
  PatternState& state = stateOf(call);
  if (call.args[1]->isConstant()) {
    const DatePattern* pattern = TRY(state.get(patternAt(call, 1, 0)));
    bool local = in.type().kind() == TypeKind::kTimestamp || zoneOf(call.context).isUtc();
    bool flat = in.physical() == Physical::kInt64 && !in.isConstant() && local;
    bool exact = in.physical() != Physical::kNanoTimestamp || pattern->granularityMicros() > 1;
    if (flat)
      formatRows(call, *pattern, FlatMicros{in.values<int64_t>()}, out);
    else if (exact)
      formatRows(call, *pattern, micros, out);
    if (flat || exact) return Status();
  }
  std::string text;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    const DatePattern* pattern = TRY(state.get(patternAt(call, 1, row)));
    text.clear();
    pattern->format(micros[row], micros.nanosOfMicro(row), text);
    out.setString(row, text);
  }
  return Status();
}

Status formatTexts(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  std::string text;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    const DatePattern* pattern = TRY(stateOf(call).get(patternAt(call, 1, row)));
    std::optional<NanoTimestamp> value = stateOf(call).defaultPattern().parse(input[row]);
    if (!value) {
      out.setNull(row);
      continue;
    }
    text.clear();
    pattern->format(microsOf(*value), value->nanos % 1000, text);
    out.setString(row, text);
  }
  return Status();
}

Result<ResolvedCall> resolveDateFormat(Arguments args) {
  return resolveCall(
      args, {{"timestamp, string", "string?", formatInstants, preparePattern<Style::kFormatter>},
             {"ltz, string", "string?", formatInstants, preparePattern<Style::kFormatter>},
             {"string, string", "string?", formatTexts, preparePattern<Style::kSimple>}});
}

// FROM_UNIXTIME: seconds since 1970 in the session zone.
Status fromUnixTime(const KernelCall& call, Column& out) {
  IntegerArgument seconds(call, 0);
  const TimeZone& zone = zoneOf(call.context);
  std::string text;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    const DatePattern* pattern = TRY(stateOf(call).get(patternAt(call, 1, row)));
    text.clear();
    auto micros = static_cast<int64_t>(static_cast<uint64_t>(seconds[row]) * 1'000'000);
    pattern->format(zone.microsToLocal(micros), 0, text);
    out.setString(row, text);
  }
  return Status();
}

Result<ResolvedCall> resolveFromUnixTime(Arguments args) {
  return resolveCall(
      args, {{"bigint, [string", "string?", fromUnixTime, preparePattern<Style::kSimple>}});
}

// --- Parsing ---

// A text that does not fit its pattern is tried as "yyyy-[m]m-[d]d[ hh:mm:ss[.f]]".
std::optional<NanoTimestamp> parseBy(const KernelCall& call, const DatePattern* pattern,
                                     std::string_view text) {
  bool given = call.args.size() > 1;
  if (!given) return parseTimestamp(text);
  std::optional<NanoTimestamp> value = pattern->parse(text);
  return value || !pattern->isStrict() ? value : parseSqlTimestamp(text);
}

// Calls store(row, timestamp) for what parses; other rows become NULL.
template <typename Store>
Status parseRows(const KernelCall& call, Column& out, Store store) {
  TextArgument input(call, 0);
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    const DatePattern* pattern = TRY(stateOf(call).get(patternAt(call, 1, row)));
    std::optional<NanoTimestamp> value = parseBy(call, pattern, input[row]);
    if (value)
      store(row, *value);
    else
      out.setNull(row);
  }
  return Status();
}

Status toDate(const KernelCall& call, Column& out) {
  int32_t* to = out.mutableValues<int32_t>();
  if (call.args.size() == 1) {
    TextArgument input(call, 0);
    forEachRow(call.rows, [&](uint32_t row) {
      std::optional<int32_t> days = parseDate(input[row]);
      if (days)
        to[row] = *days;
      else
        out.setNull(row);
    });
    return Status();
  }
  return parseRows(call, out, [&](uint32_t row, NanoTimestamp value) {
    to[row] = static_cast<int32_t>(floorDivide(value.millis, kMillisPerDay));
  });
}

Status toTimestamp(const KernelCall& call, Column& out) {
  return parseRows(call, out,
                   [&](uint32_t row, NanoTimestamp value) { storeInstant(value, row, out); });
}

// Without a pattern Flink fails for texts that are no timestamps.
Status textToInstantOrFail(const KernelCall& call, const TimeZone& zone, Column& out) {
  TextArgument input(call, 0);
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    std::optional<NanoTimestamp> value = parseTimestamp(input[row]);
    if (!value) {
      return Error(ErrorKind::kInvalidCast, fmt::format("cannot read '{}' as TIMESTAMP_LTZ(3)",
                                                        input[row].substr(0, kMaxShownBytes)))
          .withHint("With a pattern as second argument such values become NULL.");
    }
    value->millis = zone.millisToUtc(value->millis);
    storeInstant(*value, row, out);
  }
  return Status();
}

// The text is a local time of the zone in argument 2, or of UTC, whatever the session's zone is.
Status textToInstant(const KernelCall& call, Column& out) {
  const TimeZone* zone = TimeZone::utc();
  bool zoned = call.args.size() > 2;
  if (zoned && call.args[2]->isConstant()) zone = TRY(TimeZone::find(TextArgument(call, 2)[0]));
  if (call.args.size() == 1) return textToInstantOrFail(call, *zone, out);
  if (!zoned || call.args[2]->isConstant()) {
    return parseRows(call, out, [&](uint32_t row, NanoTimestamp value) {
      value.millis = zone->millisToUtc(value.millis);
      storeInstant(value, row, out);
    });
  }
  TextArgument zones(call, 2);
  return parseRows(call, out, [&](uint32_t row, NanoTimestamp value) {
    Result<const TimeZone*> named = TimeZone::find(zones[row]);
    if (!named.ok()) return out.setNull(row);
    value.millis = named.value()->millisToUtc(value.millis);
    storeInstant(value, row, out);
  });
}

// Years 0001 to 9999.
constexpr int64_t kFirstMillis = -62'135'596'800'000, kLastMillis = 253'402'300'799'999;

Error badPrecision() {
  return Error(ErrorKind::kInvalidArgument, "the precision of TO_TIMESTAMP_LTZ must be 0 to 9");
}

// 10^(9 - precision): the nanoseconds of one unit.
int64_t nanosPerUnit(int64_t precision) {
  int64_t nanos = 1;
  for (int64_t i = precision; i < 9; ++i) nanos *= 10;
  return nanos;
}

void storeNanos(int128 nanos, uint32_t row, Column& out) {
  constexpr int64_t kNanosPerMilli = 1'000'000;
  int128 millis = nanos / kNanosPerMilli - (nanos % kNanosPerMilli < 0 ? 1 : 0);
  if (millis < kFirstMillis || millis > kLastMillis) return out.setNull(row);
  auto rest = static_cast<int32_t>(nanos - millis * kNanosPerMilli);
  storeInstant({static_cast<int64_t>(millis), rest, 0}, row, out);
}

// store(row, precision) for every row.
template <typename Store>
Status storeInstants(const KernelCall& call, Store store) {
  bool bad = false;
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t precision = call.args.size() > 1 ? IntegerArgument(call, 1)[row] : 3;
    if (precision < 0 || precision > 9) {
      bad = true;
      return;
    }
    store(row, precision);
  });
  if (bad) return badPrecision();
  return Status();
}

// As numberToInstant, with fractions.
Status realToInstant(const KernelCall& call, Column& out) {
  ColumnValues<double> number(*call.args[0]);
  return storeInstants(call, [&](uint32_t row, int64_t precision) {
    double nanos = number[row] * static_cast<double>(nanosPerUnit(precision));
    bool inRange = nanos / 1e6 >= static_cast<double>(kFirstMillis) &&
                   nanos / 1e6 <= static_cast<double>(kLastMillis);
    if (!inRange) return out.setNull(row);
    // A long of Java holds the nanoseconds, to the year 2262.
    constexpr double kMost = 9.223372036854775807e18;
    if (nanos >= kMost) return storeNanos(INT64_MAX, row, out);
    storeNanos(nanos <= -kMost ? INT64_MIN : static_cast<int64_t>(nanos), row, out);
  });
}

// Seconds (precision 0), milliseconds (3) or other parts of a second since 1970.
Status numberToInstant(const KernelCall& call, Column& out) {
  IntegerArgument number(call, 0);
  return storeInstants(call, [&](uint32_t row, int64_t precision) {
    storeNanos(int128{number[row]} * nanosPerUnit(precision), row, out);
  });
}

Result<ResolvedCall> resolveToDate(Arguments args) {
  return resolveCall(args, {{"string, [string", "date?", toDate, preparePattern<Style::kSimple>}});
}
Result<ResolvedCall> resolveToTimestamp(Arguments args) {
  return resolveCall(
      args, {{"string, [string", "timestamp?", toTimestamp, preparePattern<Style::kFormatter>}});
}
// A DECIMAL counts without its fraction. The precision of the result is that of a literal, or 3.
Result<ResolvedCall> resolveToInstant(Arguments args) {
  bool counted = !args.empty() && args.size() <= 2 && args[0].type.isNumeric() &&
                 (args.size() == 1 || args[1].type.isInteger());
  if (counted) {
    const Value* literal = args.size() == 2 ? args[1].literal : nullptr;
    int64_t precision = literal != nullptr && !literal->isNull() ? literal->integer() : 3;
    if (precision < 0 || precision > 9) return badPrecision();
    bool real = args[0].type.isApproximate();
    Type result = Type::timestampLtz(std::max(3, static_cast<int>(precision)));
    ResolvedCall call = keepTypes(args, result, real ? realToInstant : numberToInstant);
    Type number = real ? Type::doubling() : Type::bigint();
    call.arguments[0] = number.withNullable(args[0].type.nullable());
    if (args.size() == 2) call.arguments[1] = Type::integer().withNullable(args[1].type.nullable());
    return call;
  }
  return resolveCall(args, {{"bigint, [int", "ltz?", numberToInstant},
                            {"string, [string, string", "ltz?", textToInstant,
                             preparePattern<Style::kFormatter>}});
}

// A local time that occurs twice is the second one here, as in java.text; casts take the first.
int64_t laterMillisToUtc(const TimeZone& zone, int64_t local) {
  constexpr int64_t kSecondsPerDay = 86'400;
  int64_t first = zone.millisToUtc(local);
  int64_t offset = zone.offsetAt(floorDivide(first, 1000) + kSecondsPerDay);
  int64_t second = local - offset * 1000;
  return second > first && zone.millisToLocal(second) == local ? second : first;
}

// UNIX_TIMESTAMP(text): the smallest BIGINT for what does not parse, as in Flink.
Status unixTimestamp(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  const TimeZone& zone = zoneOf(call.context);
  int64_t* to = out.mutableValues<int64_t>();
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    const DatePattern* pattern = TRY(stateOf(call).get(patternAt(call, 1, row)));
    std::optional<NanoTimestamp> value = pattern->parse(input[row]);
    to[row] = value ? floorDivide(laterMillisToUtc(zone, value->millis), 1000) : INT64_MIN;
  }
  return Status();
}

Status currentSeconds(const KernelCall& call, Column& out) {
  int64_t seconds = floorDivide(call.context.nowMicros, 1'000'000);
  forEachRow(call.rows, [&](uint32_t row) { out.mutableValues<int64_t>()[row] = seconds; });
  return Status();
}

Result<ResolvedCall> resolveUnixTimestamp(Arguments args) {
  if (args.empty()) return keepTypes(args, Type::bigint().withNullable(false), currentSeconds);
  return resolveCall(
      args, {{"string, [string", "bigint", unixTimestamp, preparePattern<Style::kSimple>}});
}

// As Java: UTC when there is no zone of that name.
const TimeZone& zoneNamed(std::string_view name) {
  Result<const TimeZone*> zone = TimeZone::find(name);
  return zone.ok() ? *zone.value() : *TimeZone::utc();
}

Status convertZone(const KernelCall& call, Column& out) {
  TextArgument input(call, 0), from(call, 1), to(call, 2);
  std::string text;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    std::optional<NanoTimestamp> value = stateOf(call).defaultPattern().parse(input[row]);
    if (!value) {
      out.setNull(row);
      continue;
    }
    const TimeZone& target = zoneNamed(to[row]);
    value->millis = target.millisToLocal(laterMillisToUtc(zoneNamed(from[row]), value->millis));
    value->nanos = 0;
    text.clear();
    appendTimestamp(*value, 0, text);
    out.setString(row, text);
  }
  return Status();
}

Result<ResolvedCall> resolveConvertZone(Arguments args) {
  return resolveCall(
      args, {{"string, string, string", "string?", convertZone, preparePattern<Style::kSimple>}});
}

ScalarFunction temporalText(std::string name, std::string parameters, std::string doc,
                            std::string example, std::string exampleResult, Resolve resolve) {
  return ScalarFunction{.name = name,
                        .family = "temporal",
                        .signature = name + "(" + parameters + ")",
                        .doc = std::move(doc),
                        .example = std::move(example),
                        .exampleResult = std::move(exampleResult),
                        .resolve = resolve};
}

}  // namespace

void addTemporalTextFunctions(FunctionCatalog& catalog) {
  catalog.add(temporalText("DATE_FORMAT", "instant, pattern",
                           "A timestamp, or a text that reads as one, in the form of a Java date "
                           "pattern.",
                           "DATE_FORMAT(TIMESTAMP '2024-05-06 10:11:12', 'yyyy/MM/dd HH:mm')",
                           "2024/05/06 10:11", resolveDateFormat));
  catalog.add(temporalText("FROM_UNIXTIME", "seconds [, pattern]",
                           "Seconds since 1970-01-01 UTC as a text in the session time zone.",
                           "FROM_UNIXTIME(44, 'yyyy')", "1970", resolveFromUnixTime));
  catalog.add(temporalText("TO_DATE", "string [, pattern]",
                           "The date a text names, NULL when none.",
                           "TO_DATE('06/05/2024', 'dd/MM/yyyy')", "2024-05-06", resolveToDate));
  catalog.add(temporalText(
      "TO_TIMESTAMP", "string [, pattern]", "The TIMESTAMP(3) a text names, NULL when none.",
      "TO_TIMESTAMP('2024-05-06 10:11:12')", "2024-05-06 10:11:12.000", resolveToTimestamp));
  catalog.add(temporalText(
      "TO_TIMESTAMP_LTZ", "number [, precision] or string [, pattern [, zone]]",
      "The instant of so many seconds (precision 0), milliseconds (3) or other parts of "
      "a second (to 9) since 1970, or of a local time of the zone (UTC when not given).",
      "TO_TIMESTAMP_LTZ(1000, 3) = TO_TIMESTAMP_LTZ(1, 0)", "true", resolveToInstant));
  ScalarFunction unixTime =
      temporalText("UNIX_TIMESTAMP", "[string [, pattern]]",
                   "Seconds since 1970-01-01 UTC, now or of the time that a text in "
                   "the session time zone names.",
                   "UNIX_TIMESTAMP('1970-01-02 00:00:00') - "
                   "UNIX_TIMESTAMP('1970-01-01 00:00:00')",
                   "86400", resolveUnixTimestamp);
  unixTime.dynamic = true;
  catalog.add(std::move(unixTime));
  catalog.add(temporalText("CONVERT_TZ", "string, fromZone, toZone",
                           "A local time of one zone as a local time of another.",
                           "CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles')",
                           "1969-12-31 16:00:00", resolveConvertZone));
}

}  // namespace millrace
