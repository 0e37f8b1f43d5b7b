// SUM, $SUM0 and AVG.
//
// Sums of integers wrap in their type. A DECIMAL sum has 38 digits; when it overflows, the sum
// becomes NULL: SUM then starts again with the next value, $SUM0 and AVG stay NULL, as in Flink.
#include <type_traits>

#include "functions/aggregate/policy_aggregator.h"
#include "functions/aggregate/wide_state.h"
#include "functions/function_catalog.h"
#include "functions/signature.h"
#include "types/decimal.h"

namespace millrace {

namespace {

// What the sum is for: it decides when it is NULL.
enum class SumKind { kSum, kSumZero, kAverage };

template <typename T>
struct NumberState {
  T sum{};
  int64_t count = 0;
};
template <>
struct NumberState<float> {
  float sum = 0;
  uint32_t unused = 0;
  int64_t count = 0;
};

// Integers and intervals are summed in 64 bits, which wraps like their own type; FLOAT sums are
// FLOAT, its averages are taken from a DOUBLE sum.
template <typename T, SumKind kKind>
using SumOf = std::conditional_t<
    std::is_integral_v<T>, uint64_t,
    std::conditional_t<std::is_same_v<T, float> && kKind == SumKind::kAverage, double, T>>;

template <typename T, SumKind kKind>
struct NumberSumPolicy : PlainPolicy<NumberState<SumOf<T, kKind>>, T> {
  using Sum = SumOf<T, kKind>;
  using State = NumberState<Sum>;

  void add(State& state, T value, StringHeap*) const {
    state.sum += static_cast<Sum>(value);
    ++state.count;
  }
  void retract(State& state, T value, StringHeap*) const {
    state.sum -= static_cast<Sum>(value);
    --state.count;
  }
  void merge(State& target, const State& source, StringHeap*, const StringHeap*) const {
    target.sum += source.sum;
    target.count += source.count;
  }
  void write(const State& state, const StringHeap*, Column& out, size_t position) const {
    if (state.count == 0 && kKind != SumKind::kSumZero) return out.setNull(position);
    out.mutableValues<T>()[position] = valueOf(state);
  }
  std::string schema() const {
    if constexpr (std::is_integral_v<T>) return "sum BIGINT, count BIGINT";
    return sizeof(Sum) == 4 ? "sum FLOAT, count BIGINT" : "sum DOUBLE, count BIGINT";
  }

 private:
  static T valueOf(const State& state) {
    if constexpr (kKind != SumKind::kAverage) {
      return static_cast<T>(state.sum);
    } else if constexpr (std::is_integral_v<T>) {
      int64_t sum = static_cast<int64_t>(state.sum);
      // The one quotient that overflows wraps.
      if (state.count == -1) return static_cast<T>(-state.sum);
      return static_cast<T>(sum / state.count);
    } else {
      return static_cast<T>(state.sum / static_cast<double>(state.count));
    }
  }
};

struct DecimalState {
  WideState sum;
  int64_t count = 0;
  // 0: nothing was added yet, 1: there is a sum, 2: it has overflowed.
  uint64_t phase = 0;
};
constexpr uint64_t kSummed = 1;
constexpr uint64_t kOverflowed = 2;

template <typename T, SumKind kKind>
struct DecimalSumPolicy : PlainPolicy<DecimalState, T> {
  int scale;
  int resultPrecision;
  int resultScale;

  void change(DecimalState& state, int128 value, int64_t count) const {
    state.count += count;
    if (kKind != SumKind::kSum && state.phase == kOverflowed) return;
    int128 sum = state.phase == kSummed ? state.sum.get() : 0;
    if (__builtin_add_overflow(sum, value, &sum) || !fitsPrecision(sum, kMaxDecimalPrecision)) {
      state.phase = kOverflowed;
      return;
    }
    state.sum.set(sum);
    state.phase = kSummed;
  }
  void add(DecimalState& state, T value, StringHeap*) const { change(state, value, 1); }
  void retract(DecimalState& state, T value, StringHeap*) const {
    change(state, -static_cast<int128>(value), -1);
  }
  void merge(DecimalState& target, const DecimalState& source, StringHeap*,
             const StringHeap*) const {
    if (source.phase == kSummed) return change(target, source.sum.get(), source.count);
    target.count += source.count;
    // A SUM that another phase has begun goes on without what has overflowed here.
    bool begun = kKind == SumKind::kSum && target.phase == kSummed;
    if (source.phase == kOverflowed && !begun) target.phase = kOverflowed;
  }
  void write(const DecimalState& state, const StringHeap*, Column& out, size_t position) const {
    bool empty = state.count == 0 && kKind != SumKind::kSumZero;
    if (empty || state.phase == kOverflowed) return out.setNull(position);
    int128 sum = state.phase == kSummed ? state.sum.get() : 0;
    if constexpr (kKind == SumKind::kAverage) {
      OptionalDecimal quotient =
          divideDecimals(sum, scale, state.count, 0, resultPrecision, resultScale);
      if (!quotient) return out.setNull(position);
      sum = *quotient;
    }
    out.mutableValues<int128>()[position] = sum;
  }
  std::string schema() const {
    return "sum DECIMAL(38, " + std::to_string(scale) + "), count BIGINT, phase BIGINT";
  }
};

bool summable(const Type& type) { return type.isNumeric() || type.isInterval(); }

// findSumAggType and findAvgAggType of Flink.
Type sumType(const Type& type) {
  if (type.kind() != TypeKind::kDecimal) return type;
  return Type::decimal(kMaxDecimalPrecision, type.scale());
}
Type averageType(const Type& type) {
  constexpr int kSmallestScale = 6;
  if (type.kind() != TypeKind::kDecimal) return type;
  return Type::decimal(kMaxDecimalPrecision, std::max(type.scale(), kSmallestScale));
}

template <SumKind kKind>
Result<ResolvedAggregate> resolveSum(std::span<const ArgumentInfo> args) {
  bool fits = args.size() == 1 && summable(args[0].type) &&
              (kKind != SumKind::kAverage || args[0].type.isNumeric());
  if (!fits) return argumentError("(numeric)", args);
  const Type& type = args[0].type;
  Type result = kKind == SumKind::kAverage ? averageType(type) : sumType(type);
  return ResolvedAggregate{{type}, result.withNullable(kKind != SumKind::kSumZero)};
}

template <typename T, SumKind kKind>
std::unique_ptr<Aggregator> makeDecimalSum(const ResolvedAggregate& call) {
  DecimalSumPolicy<T, kKind> policy;
  policy.scale = call.arguments[0].scale();
  policy.resultPrecision = call.result.precision();
  policy.resultScale = call.result.scale();
  return makePolicyAggregator(policy);
}

template <SumKind kKind>
Result<std::unique_ptr<Aggregator>> makeSum(const ResolvedAggregate& call, bool) {
  const Type& type = call.arguments[0];
  bool decimal = type.kind() == TypeKind::kDecimal;
  switch (type.physical()) {
    case Physical::kInt8:
      return makePolicyAggregator(NumberSumPolicy<int8_t, kKind>());
    case Physical::kInt16:
      return makePolicyAggregator(NumberSumPolicy<int16_t, kKind>());
    case Physical::kInt32:
      return makePolicyAggregator(NumberSumPolicy<int32_t, kKind>());
    case Physical::kInt64:
      if (decimal) return makeDecimalSum<int64_t, kKind>(call);
      return makePolicyAggregator(NumberSumPolicy<int64_t, kKind>());
    case Physical::kInt128:
      return makeDecimalSum<int128, kKind>(call);
    case Physical::kFloat:
      return makePolicyAggregator(NumberSumPolicy<float, kKind>());
    case Physical::kDouble:
      return makePolicyAggregator(NumberSumPolicy<double, kKind>());
    default:
      break;
  }
  return Error(ErrorKind::kUnsupported, "sum of " + type.toString());
}

template <SumKind kKind>
AggregateFunction describe(std::string name, std::string doc) {
  AggregateFunction function;
  function.signature = name + "([DISTINCT] number)";
  function.name = std::move(name);
  function.doc = std::move(doc);
  function.resolve = resolveSum<kKind>;
  function.make = makeSum<kKind>;
  return function;
}

}  // namespace

void addSumFunctions(FunctionCatalog& catalog) {
  catalog.add(describe<SumKind::kSum>("SUM", "Sum of the values that are not NULL."));
  catalog.add(describe<SumKind::kSumZero>("$SUM0", "Sum of the values, 0 when there are none."));
  catalog.add(describe<SumKind::kAverage>(
      "AVG", "Average of the values that are not NULL, in the type of the values."));
}

}  // namespace millrace
