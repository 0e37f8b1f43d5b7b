// VAR_POP, VAR_SAMP, STDDEV_POP and STDDEV_SAMP.
//
// As in Flink all of them keep the number, the mean and the sum of the squared distances from the
// mean in DOUBLE (Welford's method, which rows can leave again) and give the type of the argument.
#include <cmath>

#include "functions/aggregate/policy_aggregator.h"
#include "functions/function_catalog.h"
#include "functions/signature.h"
#include "types/decimal.h"

namespace millrace {

namespace {

enum class Spread : uint8_t { kVariance, kDeviation };
enum class Basis : uint8_t { kPopulation, kSample };

struct SpreadState {
  double mean = 0;
  double squares = 0;  // the sum of the squared distances from the mean
  int64_t count = 0;
};

// T is the value of the argument column.
template <typename T, Spread kSpread, Basis kBasis>
struct SpreadPolicy : PlainPolicy<SpreadState, T> {
  using State = SpreadState;
  bool isDecimal = false;
  int scale = 0;
  int resultPrecision = 0;
  int resultScale = 0;

  void add(State& state, T value, StringHeap*) const {
    if (++state.count <= 0) return;
    double number = numberOf(value);
    double distance = number - state.mean;
    state.mean += distance / static_cast<double>(state.count);
    state.squares += distance * (number - state.mean);
  }
  void retract(State& state, T value, StringHeap*) const {
    if (--state.count <= 0) {
      if (state.count == 0) state.mean = state.squares = 0;
      return;
    }
    double number = numberOf(value);
    double distance = number - state.mean;
    state.mean -= distance / static_cast<double>(state.count);
    state.squares -= distance * (number - state.mean);
  }
  void merge(State& target, const State& source, StringHeap*, const StringHeap*) const {
    // Retractions that overtook their rows only lower the number.
    if (source.count <= 0) {
      target.count += source.count;
      if (target.count <= 0) target.mean = target.squares = 0;
      return;
    }
    if (target.count == 0) {
      target = source;
      return;
    }
    int64_t count = target.count + source.count;
    double distance = source.mean - target.mean;
    double share = static_cast<double>(source.count) / static_cast<double>(count);
    target.squares +=
        source.squares + static_cast<double>(target.count) * share * distance * distance;
    target.mean += share * distance;
    target.count = count;
  }
  void write(const State& state, const StringHeap*, Column& out, size_t position) const {
    int64_t divisor = kBasis == Basis::kSample ? state.count - 1 : state.count;
    if (divisor <= 0 || state.squares < 0) return out.setNull(position);
    double result = state.squares / static_cast<double>(divisor);
    if (kSpread == Spread::kDeviation) result = std::sqrt(result);
    if (!isDecimal) {
      out.mutableValues<T>()[position] = cut(result);
      return;
    }
    OptionalDecimal decimal = decimalFromDouble(result, resultPrecision, resultScale);
    if (!decimal) return out.setNull(position);
    out.mutableValues<int128>()[position] = *decimal;
  }
  std::string schema() const { return "mean DOUBLE, squares DOUBLE, count BIGINT"; }

 private:
  double numberOf(T value) const {
    return isDecimal ? decimalToDouble(static_cast<int128>(value), scale)
                     : static_cast<double>(value);
  }
  // Java's conversion: the small integers are what INT holds, cut to their bits.
  static T cut(double value) {
    if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(value);
    } else if constexpr (std::is_same_v<T, int64_t>) {
      if (std::isnan(value)) return 0;
      return value >= 0x1p63 ? INT64_MAX : static_cast<T>(value);
    } else {
      if (std::isnan(value)) return 0;
      return static_cast<T>(value >= 0x1p31 ? INT32_MAX : static_cast<int32_t>(value));
    }
  }
};

Type spreadType(const Type& type) {
  constexpr int kSmallestScale = 6;
  if (type.kind() != TypeKind::kDecimal) return type;
  return Type::decimal(kMaxDecimalPrecision, std::max(type.scale(), kSmallestScale));
}

Result<ResolvedAggregate> resolveSpread(std::span<const ArgumentInfo> args) {
  if (args.size() != 1 || !args[0].type.isNumeric()) return argumentError("(numeric)", args);
  return ResolvedAggregate{{args[0].type}, spreadType(args[0].type).withNullable(true)};
}

template <typename T, Spread kSpread, Basis kBasis>
std::unique_ptr<Aggregator> makeFor(const ResolvedAggregate& call) {
  SpreadPolicy<T, kSpread, kBasis> policy;
  policy.isDecimal = call.arguments[0].kind() == TypeKind::kDecimal;
  if (policy.isDecimal) {
    policy.scale = call.arguments[0].scale();
    policy.resultPrecision = call.result.precision();
    policy.resultScale = call.result.scale();
  }
  return makePolicyAggregator(policy);
}

template <Spread kSpread, Basis kBasis>
Result<std::unique_ptr<Aggregator>> makeSpread(const ResolvedAggregate& call, bool) {
  switch (call.arguments[0].physical()) {
    case Physical::kInt8:
      return makeFor<int8_t, kSpread, kBasis>(call);
    case Physical::kInt16:
      return makeFor<int16_t, kSpread, kBasis>(call);
    case Physical::kInt32:
      return makeFor<int32_t, kSpread, kBasis>(call);
    case Physical::kInt64:
      return makeFor<int64_t, kSpread, kBasis>(call);
    case Physical::kInt128:
      return makeFor<int128, kSpread, kBasis>(call);
    case Physical::kFloat:
      return makeFor<float, kSpread, kBasis>(call);
    case Physical::kDouble:
      return makeFor<double, kSpread, kBasis>(call);
    default:
      break;
  }
  return Error(ErrorKind::kUnsupported, "variance of " + call.arguments[0].toString());
}

template <Spread kSpread, Basis kBasis>
AggregateFunction describe(std::string name, std::vector<std::string> aliases, std::string doc) {
  AggregateFunction function;
  function.signature = name + "([DISTINCT] number)";
  function.name = std::move(name);
  function.aliases = std::move(aliases);
  function.doc = std::move(doc);
  function.resolve = resolveSpread;
  function.make = makeSpread<kSpread, kBasis>;
  return function;
}

}  // namespace

void addStatisticsFunctions(FunctionCatalog& catalog) {
  catalog.add(describe<Spread::kVariance, Basis::kPopulation>(
      "VAR_POP", {}, "Variance of the values that are not NULL, in their type."));
  catalog.add(describe<Spread::kVariance, Basis::kSample>(
      "VAR_SAMP", {"VARIANCE"},
      "Variance of the values as a sample, in their type; NULL for less than two."));
  catalog.add(describe<Spread::kDeviation, Basis::kPopulation>(
      "STDDEV_POP", {}, "Standard deviation of the values that are not NULL, in their type."));
  catalog.add(describe<Spread::kDeviation, Basis::kSample>(
      "STDDEV_SAMP", {"STDDEV"},
      "Standard deviation of the values as a sample, in their type; NULL for less than two."));
}

}  // namespace millrace
