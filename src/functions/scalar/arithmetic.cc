// + - * / % and unary minus on numbers and intervals; dates and times plus or minus intervals.
#include <cmath>
#include <limits>
#include <type_traits>

#include "functions/constant_divisor.h"
#include "functions/decimal_argument.h"
#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"
#include "types/datetime.h"

namespace millrace {

namespace {

Error divisionByZero(std::string message) {
  return Error(ErrorKind::kArithmetic, std::move(message))
      .withHint("Guard the division: CASE WHEN divisor <> 0 THEN ... END.");
}

// Integer results wrap, as Java's do.
template <typename T>
using Wrapping = std::conditional_t<(sizeof(T) < 8), uint32_t, uint64_t>;

struct Plus {
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a + b;
    else
      return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  }
  static OptionalDecimal decimal(int128 a, int sa, int128 b, int sb, const Type& out) {
    return addDecimals(a, sa, b, sb, out.precision(), out.scale());
  }
};
struct Minus {
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a - b;
    else
      return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
  }
  static OptionalDecimal decimal(int128 a, int sa, int128 b, int sb, const Type& out) {
    return subtractDecimals(a, sa, b, sb, out.precision(), out.scale());
  }
};
struct Times {
  template <typename T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a * b;
    else
      return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  }
  static OptionalDecimal decimal(int128 a, int sa, int128 b, int sb, const Type& out) {
    return multiplyDecimals(a, sa, b, sb, out.precision(), out.scale());
  }
};
struct Divide {
  static OptionalDecimal decimal(int128 a, int sa, int128 b, int sb, const Type& out) {
    return divideDecimals(a, sa, b, sb, out.precision(), out.scale());
  }
};
struct Modulo {
  static OptionalDecimal decimal(int128 a, int sa, int128 b, int sb, const Type& out) {
    return moduloDecimals(a, sa, b, sb, out.precision(), out.scale());
  }
};

template <typename Op, typename T>
Status combine(const KernelCall& call, Column& out) {
  mapBinary<T, T, T>(call, out, [](T a, T b) { return Op::apply(a, b); });
  return Status();
}

// --- DECIMAL ---

template <typename Op>
constexpr bool kDivides = std::is_same_v<Op, Divide> || std::is_same_v<Op, Modulo>;

template <typename Op>
Status combineDecimals(const KernelCall& call, Column& out) {
  DecimalArgument a(*call.args[0]), b(*call.args[1]);
  bool zero = false;
  const Type& type = out.type();
  forEachRow(call.rows, [&](uint32_t row) {
    int128 divisor = b[row];
    if (kDivides<Op> && divisor == 0) {
      zero = true;
      return;
    }
    storeDecimal(Op::decimal(a[row], a.scale(), divisor, b.scale(), type), row, out);
  });
  if (zero) return divisionByZero("Division by zero");
  return Status();
}

// Short decimals times short decimals whose product needs no rescaling and cannot overflow the
// result: the scales just add up.
template <typename Out>
Status multiplyShort(const KernelCall& call, Column& out) {
  mapBinary<int64_t, int64_t, Out>(
      call, out, [](int64_t a, int64_t b) { return static_cast<Out>(static_cast<int128>(a) * b); });
  return Status();
}

Type decimalResult(char op, const Type& a, const Type& b) {
  switch (op) {
    case '*':
      return decimalProductType(a, b);
    case '/':
      return decimalQuotientType(a, b);
    case '%':
      return decimalModuloType(a, b);
    default:
      return decimalSumType(a, b);
  }
}

// Both factors are 64-bit numbers and the result holds every product without rounding.
bool isShortProduct(Arguments args, const Type& a, const Type& b, const Type& result) {
  auto isShort = [](const Type& type) {
    return type.isInteger() || type.physical() == Physical::kInt64;
  };
  return isShort(args[0].type) && isShort(args[1].type) &&
         result.scale() == a.scale() + b.scale() &&
         result.precision() >= a.precision() + b.precision();
}

template <typename Op>
ResolvedCall decimalCall(char op, Arguments args) {
  Type a = decimalForInteger(args[0].type).withNullable(args[0].type.nullable());
  Type b = decimalForInteger(args[1].type).withNullable(args[1].type.nullable());
  ResolvedCall call;
  call.arguments = {a, b};
  call.result = decimalResult(op, a, b).withNullable(false);
  call.kernel = combineDecimals<Op>;
  if (op == '*' && isShortProduct(args, a, b, call.result)) {
    // Integers need no conversion to DECIMAL: they are their own unscaled values.
    for (size_t i = 0; i < 2; ++i) {
      bool nullable = args[i].type.nullable();
      if (args[i].type.isInteger()) call.arguments[i] = Type::bigint().withNullable(nullable);
    }
    bool shortResult = call.result.physical() == Physical::kInt64;
    call.kernel = shortResult ? multiplyShort<int64_t> : multiplyShort<int128>;
    return call;
  }
  // A result that cannot be held is NULL.
  bool mayOverflow = call.result.precision() == kMaxDecimalPrecision;
  if (mayOverflow) call.result = call.result.withNullable(true);
  return call;
}

// --- Division ---

template <typename T, bool kRemainder>
Status divideIntegers(const KernelCall& call, Column& out) {
  if (call.args[1]->isConstant() && !call.args[0]->isConstant()) {
    T divisor = call.args[1]->values<T>()[0];
    if (divisor == 0) return divisionByZero("/ by zero");
    divideByConstant(call.args[0]->values<T>(), divisor, kRemainder, call.rows,
                     out.mutableValues<T>());
    return Status();
  }
  bool zero = false;
  ColumnValues<T> a(*call.args[0]), b(*call.args[1]);
  T* to = out.mutableValues<T>();
  forEachRow(call.rows, [&](uint32_t row) {
    T divisor = b[row];
    zero = zero || divisor == 0;
    // The smallest number divided by -1 wraps to itself; the machine would trap.
    if (divisor == 0 || divisor == T(-1)) {
      to[row] = kRemainder ? T(0) : Minus::apply<T>(T(0), a[row]);
    } else {
      to[row] = static_cast<T>(kRemainder ? a[row] % divisor : a[row] / divisor);
    }
  });
  if (zero) return divisionByZero("/ by zero");
  return Status();
}

template <typename T>
Status divideReals(const KernelCall& call, Column& out) {
  mapBinary<T, T, T>(call, out, [](T a, T b) { return a / b; });
  return Status();
}

template <bool kRemainder>
Kernel integerDivision(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kTinyint:
      return divideIntegers<int8_t, kRemainder>;
    case TypeKind::kSmallint:
      return divideIntegers<int16_t, kRemainder>;
    case TypeKind::kInteger:
      return divideIntegers<int32_t, kRemainder>;
    default:
      return divideIntegers<int64_t, kRemainder>;
  }
}

// --- Types ---

template <typename Op>
Kernel plainKernel(const Type& type) {
  switch (type.physical()) {
    case Physical::kInt8:
      return combine<Op, int8_t>;
    case Physical::kInt16:
      return combine<Op, int16_t>;
    case Physical::kInt32:
      return combine<Op, int32_t>;
    case Physical::kInt64:
      return combine<Op, int64_t>;
    case Physical::kFloat:
      return combine<Op, float>;
    default:
      return combine<Op, double>;
  }
}

// Where both are FLOAT or DOUBLE the first one wins; beside a DECIMAL it is always DOUBLE.
Type approximateType(const Type& a, const Type& b) {
  if (a.isApproximate() && b.isApproximate()) return a;
  const Type& real = a.isApproximate() ? a : b;
  const Type& other = a.isApproximate() ? b : a;
  return other.kind() == TypeKind::kDecimal ? Type::doubling() : real;
}

Type widerInteger(const Type& a, const Type& b) { return a.kind() >= b.kind() ? a : b; }

ResolvedCall uniformCall(Arguments args, const Type& type, Kernel kernel) {
  return convertTo(args, type, type.withNullable(false), kernel);
}

bool bothNumeric(Arguments args) {
  return args.size() == 2 && args[0].type.isNumeric() && args[1].type.isNumeric();
}

template <typename Op>
Result<ResolvedCall> resolveNumeric(char op, Arguments args) {
  const Type& a = args[0].type;
  const Type& b = args[1].type;
  if (a.isApproximate() || b.isApproximate()) {
    Type type = approximateType(a, b);
    return uniformCall(args, type, plainKernel<Op>(type));
  }
  if (a.isInteger() && b.isInteger()) {
    Type type = widerInteger(a, b);
    return uniformCall(args, type, plainKernel<Op>(type));
  }
  return decimalCall<Op>(op, args);
}

Result<ResolvedCall> resolveDivide(Arguments args) {
  if (args.size() == 2 && args[0].type.isInterval() && args[1].type.isInteger()) {
    Type type = args[0].type.withNullable(false);
    ResolvedCall call = keepTypes(args, type, nullptr);
    bool months = type.kind() == TypeKind::kIntervalYearMonth;
    Type number = months ? Type::integer() : Type::bigint();
    call.arguments[1] = number.withNullable(args[1].type.nullable());
    call.kernel = integerDivision<false>(number);
    return call;
  }
  if (!bothNumeric(args)) return argumentError("two numbers", args);
  const Type& a = args[0].type;
  const Type& b = args[1].type;
  if (a.isApproximate() || b.isApproximate()) {
    Type type = approximateType(a, b);
    bool isFloat = type.kind() == TypeKind::kFloat;
    return uniformCall(args, type, isFloat ? divideReals<float> : divideReals<double>);
  }
  if (a.isInteger() && b.isInteger()) {
    Type type = widerInteger(a, b);
    return uniformCall(args, type, integerDivision<false>(type));
  }
  return decimalCall<Divide>('/', args);
}

// Writes the remainder of the wider type into the type of the divisor.
template <typename Wide, typename Narrow>
Status narrowRemainder(const KernelCall& call, Column& out) {
  bool zero = false;
  ColumnValues<Wide> a(*call.args[0]);
  ColumnValues<Narrow> b(*call.args[1]);
  Narrow* to = out.mutableValues<Narrow>();
  if (call.args[1]->isConstant() && call.args[1]->values<Narrow>()[0] == 0) {
    return divisionByZero("/ by zero");
  }
  if (call.args[1]->isConstant() && !call.args[0]->isConstant()) {
    remainderByConstant(call.args[0]->values<Wide>(), call.args[1]->values<Narrow>()[0], call.rows,
                        to);
    return Status();
  }
  forEachRow(call.rows, [&](uint32_t row) {
    Narrow divisor = b[row];
    zero = zero || divisor == 0;
    bool trivial = divisor == 0 || divisor == Narrow(-1);
    to[row] = trivial ? Narrow(0) : static_cast<Narrow>(a[row] % divisor);
  });
  if (zero) return divisionByZero("/ by zero");
  return Status();
}

template <typename Wide>
Kernel narrowRemainderKernel(const Type& divisor) {
  switch (divisor.kind()) {
    case TypeKind::kTinyint:
      return narrowRemainder<Wide, int8_t>;
    case TypeKind::kSmallint:
      return narrowRemainder<Wide, int16_t>;
    default:
      return narrowRemainder<Wide, int32_t>;
  }
}

// The remainder of integers has the type of the divisor, whose range it never leaves.
Result<ResolvedCall> resolveModulo(Arguments args) {
  if (!bothNumeric(args) || args[0].type.isApproximate() || args[1].type.isApproximate()) {
    return argumentError("two exact numbers", args);
  }
  const Type& a = args[0].type;
  const Type& b = args[1].type;
  if (!a.isInteger() || !b.isInteger()) return decimalCall<Modulo>('%', args);
  if (a.kind() <= b.kind()) return uniformCall(args, b, integerDivision<true>(b));
  ResolvedCall call = keepTypes(args, b.withNullable(false), nullptr);
  switch (a.kind()) {
    case TypeKind::kSmallint:
      call.kernel = narrowRemainderKernel<int16_t>(b);
      break;
    case TypeKind::kInteger:
      call.kernel = narrowRemainderKernel<int32_t>(b);
      break;
    default:
      call.kernel = narrowRemainderKernel<int64_t>(b);
  }
  return call;
}

// --- Intervals ---

template <int kSign>
Status addDaysToDate(const KernelCall& call, Column& out) {
  mapBinary<int32_t, int64_t, int32_t>(call, out, [](int32_t date, int64_t millis) {
    return static_cast<int32_t>(date + kSign * (millis / kMillisPerDay));
  });
  return Status();
}

template <int kSign>
Status addMonthsToDate(const KernelCall& call, Column& out) {
  mapBinary<int32_t, int32_t, int32_t>(call, out, [](int32_t date, int32_t months) {
    return addMonths(date, int64_t{kSign} * months);
  });
  return Status();
}

template <int kSign>
Status addMillisToTime(const KernelCall& call, Column& out) {
  mapBinary<int32_t, int64_t, int32_t>(call, out, [](int32_t time, int64_t millis) {
    return static_cast<int32_t>(floorModulo(time + kSign * millis, kMillisPerDay));
  });
  return Status();
}

template <int kSign>
Status addMillisToMicros(const KernelCall& call, Column& out) {
  mapBinary<int64_t, int64_t, int64_t>(call, out, [](int64_t micros, int64_t millis) {
    return Plus::apply<int64_t>(micros, Times::apply<int64_t>(kSign * int64_t{1000}, millis));
  });
  return Status();
}

template <int kSign>
Status addMonthsToTimestamp(const KernelCall& call, Column& out) {
  mapBinary<int64_t, int32_t, int64_t>(call, out, [](int64_t micros, int32_t months) {
    return addMonthsToMicros(micros, int64_t{kSign} * months);
  });
  return Status();
}

template <int kSign>
Status addMillisToNanos(const KernelCall& call, Column& out) {
  mapBinary<NanoTimestamp, int64_t, NanoTimestamp>(call, out,
                                                   [](NanoTimestamp value, int64_t millis) {
                                                     value.millis += kSign * millis;
                                                     return value;
                                                   });
  return Status();
}

template <int kSign>
Status addMonthsToNanos(const KernelCall& call, Column& out) {
  mapBinary<NanoTimestamp, int32_t, NanoTimestamp>(
      call, out, [](NanoTimestamp value, int32_t months) {
        value.millis = addMonthsToMillis(value.millis, int64_t{kSign} * months);
        return value;
      });
  return Status();
}

// Months do not move a TIME.
Status addMonthsToTime(const KernelCall& call, Column& out) {
  mapBinary<int32_t, int32_t, int32_t>(call, out, [](int32_t time, int32_t) { return time; });
  return Status();
}

template <int kSign>
Kernel shiftKernel(const Type& instant, const Type& interval) {
  bool months = interval.kind() == TypeKind::kIntervalYearMonth;
  if (instant.kind() == TypeKind::kDate) {
    return months ? addMonthsToDate<kSign> : addDaysToDate<kSign>;
  }
  if (instant.kind() == TypeKind::kTime) {
    return months ? addMonthsToTime : addMillisToTime<kSign>;
  }
  if (instant.physical() == Physical::kNanoTimestamp) {
    return months ? addMonthsToNanos<kSign> : addMillisToNanos<kSign>;
  }
  return months ? addMonthsToTimestamp<kSign> : addMillisToMicros<kSign>;
}

// The interval stands first: "INTERVAL '1' DAY + ts".
template <Kernel kernel>
Status swapped(const KernelCall& call, Column& out) {
  ColumnPtr args[] = {call.args[1], call.args[0]};
  KernelCall other{call.rows, args, call.context, call.state};
  return kernel(other, out);
}

Kernel swappedShift(const Type& instant, const Type& interval) {
  Kernel kernel = shiftKernel<1>(instant, interval);
  if (kernel == addMonthsToDate<1>) return swapped<addMonthsToDate<1>>;
  if (kernel == addDaysToDate<1>) return swapped<addDaysToDate<1>>;
  if (kernel == addMonthsToTime) return swapped<addMonthsToTime>;
  if (kernel == addMillisToTime<1>) return swapped<addMillisToTime<1>>;
  if (kernel == addMonthsToNanos<1>) return swapped<addMonthsToNanos<1>>;
  if (kernel == addMillisToNanos<1>) return swapped<addMillisToNanos<1>>;
  if (kernel == addMonthsToTimestamp<1>) return swapped<addMonthsToTimestamp<1>>;
  if (kernel == addMillisToMicros<1>) return swapped<addMillisToMicros<1>>;
  return nullptr;
}

Type plainInstant(const Type& type) {
  return type.withNullable(false).withTimeAttribute(TimeAttribute::kNone);
}

// --- Unary minus ---

template <typename T>
Status negateValues(const KernelCall& call, Column& out) {
  mapUnary<T, T>(call, out, [](T a) {
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(-a);
    else if constexpr (sizeof(T) > 8)
      return static_cast<T>(-a);
    else
      return Minus::apply<T>(T(0), a);
  });
  return Status();
}

Result<ResolvedCall> resolveNegate(Arguments args) {
  if (args.size() != 1 || !(args[0].type.isNumeric() || args[0].type.isInterval())) {
    return argumentError("a number", args);
  }
  Kernel kernel = nullptr;
  switch (args[0].type.physical()) {
    case Physical::kInt8:
      kernel = negateValues<int8_t>;
      break;
    case Physical::kInt16:
      kernel = negateValues<int16_t>;
      break;
    case Physical::kInt32:
      kernel = negateValues<int32_t>;
      break;
    case Physical::kInt64:
      kernel = negateValues<int64_t>;
      break;
    case Physical::kInt128:
      kernel = negateValues<int128>;
      break;
    case Physical::kFloat:
      kernel = negateValues<float>;
      break;
    default:
      kernel = negateValues<double>;
  }
  return keepTypes(args, args[0].type.withNullable(false), kernel);
}

// --- Binary operators ---

template <typename Op>
Result<ResolvedCall> resolveSum(Arguments args) {
  constexpr bool kIsPlus = std::is_same_v<Op, Plus>;
  if (!kIsPlus && args.size() == 1) return resolveNegate(args);
  if (bothNumeric(args)) return resolveNumeric<Op>(kIsPlus ? '+' : '-', args);
  if (args.size() != 2) return argumentError("two numbers", args);
  const Type& a = args[0].type;
  const Type& b = args[1].type;
  if (a.isInterval() && a.kind() == b.kind()) {
    return keepTypes(args, a.withNullable(false), plainKernel<Op>(a));
  }
  if (a.isDatetime() && b.isInterval()) {
    Kernel kernel = shiftKernel < kIsPlus ? 1 : -1 > (a, b);
    if (kernel != nullptr) return keepTypes(args, plainInstant(a), kernel);
  }
  if (kIsPlus && a.isInterval() && b.isDatetime()) {
    Kernel kernel = swappedShift(b, a);
    if (kernel != nullptr) return keepTypes(args, plainInstant(b), kernel);
  }
  return argumentError("two numbers, two intervals, or a date or time and an interval", args);
}

Result<ResolvedCall> resolveTimes(Arguments args) {
  if (bothNumeric(args)) return resolveNumeric<Times>('*', args);
  if (args.size() != 2) return argumentError("two numbers", args);
  for (size_t i = 0; i < 2; ++i) {
    const Type& interval = args[i].type;
    if (!interval.isInterval() || !args[1 - i].type.isInteger()) continue;
    bool months = interval.kind() == TypeKind::kIntervalYearMonth;
    Type number = months ? Type::integer() : Type::bigint();
    ResolvedCall call = keepTypes(args, interval.withNullable(false), plainKernel<Times>(number));
    call.arguments[1 - i] = number.withNullable(args[1 - i].type.nullable());
    return call;
  }
  return argumentError("two numbers, or an interval and an integer", args);
}

ScalarFunction arithmetic(std::string name, std::string signature, std::string doc,
                          std::string example, std::string exampleResult, Resolve resolve) {
  return ScalarFunction{.name = std::move(name),
                        .family = "arithmetic",
                        .signature = std::move(signature),
                        .doc = std::move(doc),
                        .example = std::move(example),
                        .exampleResult = std::move(exampleResult),
                        .resolve = resolve};
}

}  // namespace

void addArithmeticFunctions(FunctionCatalog& catalog) {
  catalog.add(arithmetic("+", "numeric1 + numeric2",
                         "The sum of two numbers or intervals, or a date or time moved by an "
                         "interval. Integers wrap around at the ends of their range.",
                         "1 + 1.5", "2.5", resolveSum<Plus>));
  catalog.add(arithmetic("-", "numeric1 - numeric2",
                         "The difference of two numbers or intervals, or a date or time moved "
                         "back by an interval. With one value the number with the other sign.",
                         "5 - 7", "-2", resolveSum<Minus>));
  catalog.add(arithmetic("*", "numeric1 * numeric2",
                         "The product of two numbers, or of an interval and an integer.", "3 * 2.5",
                         "7.5", resolveTimes));
  catalog.add(arithmetic("/", "numeric1 / numeric2",
                         "The quotient; of two integers it is cut to an integer. An exact "
                         "division by zero is an error.",
                         "7 / 2", "3", resolveDivide));
  ScalarFunction modulo =
      arithmetic("%", "integer1 % integer2", "The remainder; it has the sign of the first number.",
                 "-7 % 3", "-1", resolveModulo);
  modulo.aliases = {"MOD"};
  catalog.add(std::move(modulo));
}

}  // namespace millrace
