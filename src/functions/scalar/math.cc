// Mathematical functions of one and two numbers, and random numbers.
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>

#include "functions/decimal_argument.h"
#include "functions/function_catalog.h"
#include "functions/instant_rounding.h"
#include "functions/java_random.h"
#include "functions/kernels.h"
#include "functions/real_rounding.h"
#include "functions/signature.h"

namespace millrace {

namespace {

// --- Functions of DOUBLE ---

using RealFunction = double (*)(double);
using RealFunction2 = double (*)(double, double);

template <RealFunction function>
Status mapReal(const KernelCall& call, Column& out) {
  mapUnary<double, double>(call, out, [](double x) { return function(x); });
  return Status();
}

template <RealFunction2 function>
Status mapReal2(const KernelCall& call, Column& out) {
  mapBinary<double, double, double>(call, out, [](double x, double y) { return function(x, y); });
  return Status();
}

template <RealFunction function>
Result<ResolvedCall> resolveReal(Arguments args) {
  return resolveCall(args, {{"double", "double", mapReal<function>}});
}

template <RealFunction2 function>
Result<ResolvedCall> resolveReal2(Arguments args) {
  return resolveCall(args, {{"double, double", "double", mapReal2<function>}});
}

double squareRoot(double x) { return std::sqrt(x); }
double naturalLog(double x) { return std::log(x); }
double logTwo(double x) { return std::log(x) / std::log(2.0); }
double logTen(double x) { return std::log10(x); }
double logOfBase(double base, double x) { return std::log(x) / std::log(base); }
double exponential(double x) { return std::exp(x); }
double powerOf(double x, double y) {
  // Java: a base of absolute value 1 to an infinite power is not a number.
  if (std::fabs(x) == 1 && std::isinf(y)) return std::numeric_limits<double>::quiet_NaN();
  if (std::isnan(y)) return y;
  return std::pow(x, y);
}
double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }
double tangent(double x) { return std::tan(x); }
double cotangent(double x) { return 1.0 / std::tan(x); }
double arcSine(double x) { return std::asin(x); }
double arcCosine(double x) { return std::acos(x); }
double arcTangent(double x) { return std::atan(x); }
double arcTangent2(double y, double x) { return std::atan2(y, x); }
double sineHyperbolic(double x) { return std::sinh(x); }
double cosineHyperbolic(double x) { return std::cosh(x); }
double tangentHyperbolic(double x) { return std::tanh(x); }
double degreesOf(double x) { return x * (180.0 / std::numbers::pi); }
double radiansOf(double x) { return x * (std::numbers::pi / 180.0); }

Result<ResolvedCall> resolveLog(Arguments args) {
  if (args.size() == 1) return resolveReal<naturalLog>(args);
  return resolveReal2<logOfBase>(args);
}

template <int kWhich>
Status fillReal(const KernelCall& call, Column& out) {
  double value = kWhich == 0 ? std::numbers::pi : std::numbers::e;
  double* to = out.mutableValues<double>();
  forEachRow(call.rows, [&](uint32_t row) { to[row] = value; });
  return Status();
}

template <int kWhich>
Result<ResolvedCall> resolveConstantReal(Arguments args) {
  return resolveCall(args, {{"[double", "double", fillReal<kWhich>}});
}

// --- Functions that keep the type of their argument ---

template <typename T>
T absolute(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fabs(x);
  else if constexpr (sizeof(T) > 8)
    return x < 0 ? -x : x;
  else
    return x < 0 ? static_cast<T>(uint64_t{0} - static_cast<uint64_t>(x)) : x;
}

template <typename T>
Status absoluteValues(const KernelCall& call, Column& out) {
  mapUnary<T, T>(call, out, [](T x) { return absolute(x); });
  return Status();
}

template <typename T>
Status signOf(const KernelCall& call, Column& out) {
  mapUnary<T, T>(call, out, [](T x) {
    if constexpr (std::is_floating_point_v<T>) {
      return x > 0 ? T(1) : (x < 0 ? T(-1) : x);
    } else {
      return static_cast<T>((x > 0) - (x < 0));
    }
  });
  return Status();
}

Status signOfDecimal(const KernelCall& call, Column& out) {
  DecimalArgument a(*call.args[0]);
  int128 one = powerOfTen(a.scale());
  forEachRow(call.rows, [&](uint32_t row) {
    int128 x = a[row];
    storeDecimal(x > 0 ? one : (x < 0 ? -one : 0), row, out);
  });
  return Status();
}

#define MILLRACE_KERNEL_BY_LAYOUT(kernel) \
  [](const Type& type) -> Kernel {        \
    switch (type.physical()) {            \
      case Physical::kInt8:               \
        return kernel<int8_t>;            \
      case Physical::kInt16:              \
        return kernel<int16_t>;           \
      case Physical::kInt32:              \
        return kernel<int32_t>;           \
      case Physical::kInt64:              \
        return kernel<int64_t>;           \
      case Physical::kInt128:             \
        return kernel<int128>;            \
      case Physical::kFloat:              \
        return kernel<float>;             \
      default:                            \
        return kernel<double>;            \
    }                                     \
  }

Result<ResolvedCall> oneNumber(Arguments args) {
  if (args.size() != 1 || !args[0].type.isNumeric()) return argumentError("one number", args);
  return keepTypes(args, args[0].type.withNullable(false), nullptr);
}

Result<ResolvedCall> resolveAbs(Arguments args) {
  ResolvedCall call = TRY(oneNumber(args));
  call.kernel = MILLRACE_KERNEL_BY_LAYOUT(absoluteValues)(args[0].type);
  return call;
}

Result<ResolvedCall> resolveSign(Arguments args) {
  ResolvedCall call = TRY(oneNumber(args));
  bool decimal = args[0].type.kind() == TypeKind::kDecimal;
  call.kernel = decimal ? signOfDecimal : MILLRACE_KERNEL_BY_LAYOUT(signOf)(args[0].type);
  return call;
}

// --- Rounding ---

template <typename T>
Status keepValues(const KernelCall& call, Column& out) {
  mapUnary<T, T>(call, out, [](T x) { return x; });
  return Status();
}

template <bool kUp>
Status wholeDecimals(const KernelCall& call, Column& out) {
  DecimalArgument a(*call.args[0]);
  int128 unit = powerOfTen(a.scale());
  int precision = out.type().precision();
  forEachRow(call.rows, [&](uint32_t row) {
    int128 x = a[row];
    int128 whole = x / unit;
    if (kUp && x > 0 && x % unit != 0) ++whole;
    if (!kUp && x < 0 && x % unit != 0) --whole;
    storeDecimal(fitsPrecision(whole, precision) ? OptionalDecimal(whole) : std::nullopt, row, out);
  });
  return Status();
}

template <bool kUp>
Status wholeDoubles(const KernelCall& call, Column& out) {
  mapUnary<double, double>(call, out, [](double x) { return kUp ? std::ceil(x) : std::floor(x); });
  return Status();
}

template <bool kUp>
Status wholeFloats(const KernelCall& call, Column& out) {
  mapUnary<float, float>(call, out, [](float x) { return kUp ? std::ceil(x) : std::floor(x); });
  return Status();
}

int128 roundUnscaled(int128 value, int drop, bool cut) {
  if (drop > kMaxDecimalPrecision) return 0;
  return cut ? value / powerOfTen(drop) : divideByPowerOfTen(value, drop);
}

int digitsAt(const KernelCall& call, uint32_t row) {
  if (call.args.size() < 2) return 0;
  const Column& digits = *call.args[1];
  return digits.values<int32_t>()[digits.position(row)];
}

// The value keeps its type; integers are rounded in front of the point only.
template <typename T, bool kCut>
Status roundIntegers(const KernelCall& call, Column& out) {
  ColumnValues<T> a(*call.args[0]);
  T* to = out.mutableValues<T>();
  forEachRow(call.rows, [&](uint32_t row) {
    int drop = -digitsAt(call, row);
    int128 x = a[row];
    if (drop > 38)
      x = 0;
    else if (drop > 0)
      x = roundUnscaled(x, drop, kCut) * powerOfTen(drop);
    to[row] = static_cast<T>(x);
  });
  return Status();
}

template <typename T, bool kCut>
Status roundReals(const KernelCall& call, Column& out) {
  ColumnValues<T> a(*call.args[0]);
  T* to = out.mutableValues<T>();
  forEachRow(call.rows,
             [&](uint32_t row) { to[row] = roundReal(a[row], digitsAt(call, row), kCut); });
  return Status();
}

template <bool kCut>
Status roundDecimals(const KernelCall& call, Column& out) {
  DecimalArgument a(*call.args[0]);
  int scale = out.type().scale();
  int precision = out.type().precision();
  forEachRow(call.rows, [&](uint32_t row) {
    int digits = digitsAt(call, row);
    int128 x = a[row];
    int drop = a.scale() - digits;
    int held = a.scale();
    if (drop > 0) {
      x = roundUnscaled(x, drop, kCut);
      held = digits;
    }
    if (held < 0) {
      x = held < -38 ? 0 : x * powerOfTen(-held);
      held = 0;
    }
    storeDecimal(rescaleDecimal(x, held, scale, precision), row, out);
  });
  return Status();
}

// The digits behind the point are known only when they are a literal; otherwise the type stays.
Type roundedDecimal(const Type& type, Arguments args) {
  bool known = args.size() < 2 || (args[1].literal != nullptr && !args[1].literal->isNull());
  if (!known) return type;
  int64_t digits = args.size() < 2 ? 0 : args[1].literal->integer();
  return decimalRoundType(type, static_cast<int>(digits));
}

template <bool kCut>
Result<ResolvedCall> resolveRound(Arguments args) {
  bool fits = (args.size() == 1 || (args.size() == 2 && args[1].type.isInteger() &&
                                    args[1].type.kind() <= TypeKind::kInteger)) &&
              args[0].type.isNumeric();
  if (!fits) return argumentError("a number and, if wanted, an INT", args);
  const Type& type = args[0].type;
  ResolvedCall call = keepTypes(args, type.withNullable(false), nullptr);
  if (args.size() == 2) {
    call.arguments[1] = Type::integer().withNullable(args[1].type.nullable());
  }
  switch (type.kind()) {
    case TypeKind::kTinyint:
      call.kernel = roundIntegers<int8_t, kCut>;
      break;
    case TypeKind::kSmallint:
      call.kernel = roundIntegers<int16_t, kCut>;
      break;
    case TypeKind::kInteger:
      call.kernel = roundIntegers<int32_t, kCut>;
      break;
    case TypeKind::kBigint:
      call.kernel = roundIntegers<int64_t, kCut>;
      break;
    case TypeKind::kFloat:
      call.kernel = roundReals<float, kCut>;
      break;
    case TypeKind::kDouble:
      call.kernel = roundReals<double, kCut>;
      break;
    default:
      call.result = roundedDecimal(type, args).withNullable(false);
      call.kernel = roundDecimals<kCut>;
  }
  return call;
}

// --- Random numbers ---

class RandomState final : public FunctionState {
 public:
  JavaRandom random{0};
  bool seeded = false;
};

Result<std::unique_ptr<FunctionState>> prepareRandom(Arguments, const Type&) {
  return std::unique_ptr<FunctionState>(std::make_unique<RandomState>());
}

JavaRandom& randomOf(const KernelCall& call, bool withSeed) {
  auto& state = static_cast<RandomState&>(*call.state);
  if (!state.seeded) {
    uint32_t first = call.rows[0];
    uint64_t clock = static_cast<uint64_t>(call.context.nowMicros);
    int64_t seed = withSeed ? IntegerArgument(call, 0)[first]
                            : static_cast<int64_t>(clock ^ reinterpret_cast<uintptr_t>(&state) ^
                                                   (call.context.subtask << 40));
    state.random = JavaRandom(seed);
    state.seeded = true;
  }
  return state.random;
}

Status randomReals(const KernelCall& call, Column& out) {
  JavaRandom& random = randomOf(call, !call.args.empty());
  double* to = out.mutableValues<double>();
  forEachRow(call.rows, [&](uint32_t row) { to[row] = random.nextDouble(); });
  return Status();
}

Status randomIntegers(const KernelCall& call, Column& out) {
  JavaRandom& random = randomOf(call, call.args.size() > 1);
  IntegerArgument bound(call, call.args.size() - 1);
  int32_t* to = out.mutableValues<int32_t>();
  bool bad = false;
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t limit = bound[row];
    bad = bad || limit <= 0;
    to[row] = limit <= 0 ? 0 : random.nextInt(static_cast<int32_t>(limit));
  });
  if (bad) {
    return Error(ErrorKind::kInvalidArgument, "the bound of RAND_INTEGER must be positive");
  }
  return Status();
}

Result<ResolvedCall> resolveRand(Arguments args) {
  return resolveCall(args, {{"[int", "double", randomReals, prepareRandom}});
}
Result<ResolvedCall> resolveRandInteger(Arguments args) {
  return resolveCall(args, {{"int, [int", "int", randomIntegers, prepareRandom}});
}

// --- Number texts ---

Status binaryText(const KernelCall& call, Column& out) {
  IntegerArgument a(call, 0);
  forEachRow(call.rows, [&](uint32_t row) {
    auto x = static_cast<uint64_t>(a[row]);
    char text[64];
    int size = std::max(1, 64 - std::countl_zero(x));
    for (int i = 0; i < size; ++i) text[i] = static_cast<char>('0' + (x >> (size - 1 - i) & 1));
    out.setString(row, {text, static_cast<size_t>(size)});
  });
  return Status();
}

Status hexText(const KernelCall& call, Column& out) {
  IntegerArgument a(call, 0);
  forEachRow(call.rows, [&](uint32_t row) {
    auto x = static_cast<uint64_t>(a[row]);
    char text[16];
    int size = std::max(1, (64 - std::countl_zero(x) + 3) / 4);
    for (int i = 0; i < size; ++i) text[i] = "0123456789ABCDEF"[x >> (4 * (size - 1 - i)) & 15];
    out.setString(row, {text, static_cast<size_t>(size)});
  });
  return Status();
}

Status hexOfBytes(const KernelCall& call, Column& out) {
  TextArgument a(call, 0);
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view bytes = a[row];
    char* room = out.allocateString(bytes.size() * 2);
    for (size_t i = 0; i < bytes.size(); ++i) {
      auto byte = static_cast<uint8_t>(bytes[i]);
      room[2 * i] = "0123456789ABCDEF"[byte >> 4];
      room[2 * i + 1] = "0123456789ABCDEF"[byte & 15];
    }
    shareText(out, row, {room, bytes.size() * 2});
  });
  return Status();
}

Result<ResolvedCall> resolveBin(Arguments args) {
  return resolveCall(args, {{"integer", "string", binaryText}});
}
Result<ResolvedCall> resolveHex(Arguments args) {
  return resolveCall(args, {{"integer", "string", hexText}, {"string", "string", hexOfBytes}});
}

template <bool kUp>
Result<ResolvedCall> resolveWhole(Arguments args) {
  if (args.size() == 2) return kUp ? resolveInstantCeil(args) : resolveInstantFloor(args);
  ResolvedCall call = TRY(oneNumber(args));
  const Type& type = args[0].type;
  if (type.kind() == TypeKind::kDecimal) {
    call.result = Type::decimal(type.precision(), 0).withNullable(false);
    call.kernel = wholeDecimals<kUp>;
  } else if (type.kind() == TypeKind::kDouble) {
    call.kernel = wholeDoubles<kUp>;
  } else if (type.kind() == TypeKind::kFloat) {
    call.kernel = wholeFloats<kUp>;
  } else {
    call.kernel = MILLRACE_KERNEL_BY_LAYOUT(keepValues)(type);
  }
  return call;
}

ScalarFunction math(std::string name, std::string parameters, std::string doc, std::string example,
                    std::string exampleResult, Resolve resolve) {
  return ScalarFunction{.name = name,
                        .family = "arithmetic",
                        .signature = name + "(" + parameters + ")",
                        .doc = std::move(doc),
                        .example = std::move(example),
                        .exampleResult = std::move(exampleResult),
                        .resolve = resolve};
}

void addRealFunctions(FunctionCatalog& catalog) {
  catalog.add(math("SQRT", "numeric", "The square root.", "SQRT(9)", "3", resolveReal<squareRoot>));
  catalog.add(
      math("LN", "numeric", "The natural logarithm.", "LN(1)", "0", resolveReal<naturalLog>));
  catalog.add(math("LOG", "[base, ] numeric",
                   "The logarithm to the base, or the natural one without a base.", "LOG(2, 8)",
                   "3", resolveLog));
  catalog.add(
      math("LOG2", "numeric", "The logarithm to base 2.", "LOG2(8)", "3", resolveReal<logTwo>));
  catalog.add(math("LOG10", "numeric", "The logarithm to base 10.", "LOG10(100)", "2",
                   resolveReal<logTen>));
  catalog.add(math("EXP", "numeric", "e to the power of the number.", "EXP(0)", "1",
                   resolveReal<exponential>));
  catalog.add(math("POWER", "numeric1, numeric2", "The first number to the power of the second.",
                   "POWER(2, 10)", "1024", resolveReal2<powerOf>));
  catalog.add(
      math("SIN", "numeric", "The sine of an angle in radians.", "SIN(0)", "0", resolveReal<sine>));
  catalog.add(math("COS", "numeric", "The cosine of an angle in radians.", "COS(0)", "1",
                   resolveReal<cosine>));
  catalog.add(math("TAN", "numeric", "The tangent of an angle in radians.", "TAN(0)", "0",
                   resolveReal<tangent>));
  catalog.add(math("COT", "numeric", "The cotangent of an angle in radians.", "ROUND(COT(1), 4)",
                   "0.6421", resolveReal<cotangent>));
  catalog.add(math("ASIN", "numeric", "The arc sine.", "ASIN(0)", "0", resolveReal<arcSine>));
  catalog.add(math("ACOS", "numeric", "The arc cosine.", "ACOS(1)", "0", resolveReal<arcCosine>));
  catalog.add(math("ATAN", "numeric", "The arc tangent.", "ATAN(0)", "0", resolveReal<arcTangent>));
  catalog.add(math("ATAN2", "y, x", "The angle of the point (x, y).", "ATAN2(0, 1)", "0",
                   resolveReal2<arcTangent2>));
  catalog.add(
      math("SINH", "numeric", "The hyperbolic sine.", "SINH(0)", "0", resolveReal<sineHyperbolic>));
  catalog.add(math("COSH", "numeric", "The hyperbolic cosine.", "COSH(0)", "1",
                   resolveReal<cosineHyperbolic>));
  catalog.add(math("TANH", "numeric", "The hyperbolic tangent.", "TANH(0)", "0",
                   resolveReal<tangentHyperbolic>));
  catalog.add(math("DEGREES", "numeric", "Radians as degrees.", "DEGREES(PI())", "180",
                   resolveReal<degreesOf>));
  catalog.add(math("RADIANS", "numeric", "Degrees as radians.", "ROUND(RADIANS(180), 4)", "3.1416",
                   resolveReal<radiansOf>));
  catalog.add(math("PI", "", "The number pi.", "ROUND(PI(), 4)", "3.1416", resolveConstantReal<0>));
  catalog.add(math("E", "", "The base of the natural logarithm.", "ROUND(E(), 4)", "2.7183",
                   resolveConstantReal<1>));
}

}  // namespace

void addMathFunctions(FunctionCatalog& catalog) {
  addRealFunctions(catalog);
  catalog.add(
      math("ABS", "numeric", "The number without its sign.", "ABS(-3.25)", "3.25", resolveAbs));
  catalog.add(math("SIGN", "numeric", "-1, 0 or 1, in the type of the number.", "SIGN(-3)", "-1",
                   resolveSign));
  catalog.add(math("ROUND", "numeric [, digits]",
                   "Rounds half away from zero to the digits behind the point (0; negative: in "
                   "front of it).",
                   "ROUND(123.456, 1)", "123.5", resolveRound<false>));
  catalog.add(math("TRUNCATE", "numeric [, digits]",
                   "Cuts to the digits behind the point (0; negative: in front of it).",
                   "TRUNCATE(123.456, 1)", "123.4", resolveRound<true>));
  catalog.add(math("FLOOR", "numeric",
                   "The largest whole number that is not larger; FLOOR(instant TO unit) rounds "
                   "a date or time down.",
                   "FLOOR(-2.7)", "-3", resolveWhole<false>));
  ScalarFunction ceil = math("CEIL", "numeric",
                             "The smallest whole number that is not smaller; CEIL(instant TO unit) "
                             "rounds a date or time up.",
                             "CEIL(2.1)", "3", resolveWhole<true>);
  ceil.aliases = {"CEILING"};
  catalog.add(std::move(ceil));
  catalog.add(
      math("BIN", "integer", "The integer in binary digits.", "BIN(10)", "1010", resolveBin));
  catalog.add(math("HEX", "integer or string",
                   "The integer, or the bytes of the string, in "
                   "hexadecimal digits.",
                   "HEX(255)", "FF", resolveHex));
  ScalarFunction rand =
      math("RAND", "[seed]", "A number from 0.0 to below 1.0.", "RAND() < 1", "true", resolveRand);
  rand.deterministic = false;
  catalog.add(std::move(rand));
  ScalarFunction randInteger =
      math("RAND_INTEGER", "[seed, ] bound", "An integer from 0 to below the bound.",
           "RAND_INTEGER(1)", "0", resolveRandInteger);
  randInteger.deterministic = false;
  catalog.add(std::move(randInteger));
}

}  // namespace millrace
