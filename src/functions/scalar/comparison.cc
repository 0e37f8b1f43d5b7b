// = <> < <= > >= and the tests for NULL and truth.
#include <type_traits>

#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"
#include "functions/value_compare.h"
#include "types/least_restrictive.h"

namespace millrace {

namespace {

struct Equal {
  static constexpr bool kOrders = false;
  template <typename T>
  static bool test(const T& a, const T& b) {
    return a == b;
  }
  static bool ofOrder(int order) { return order == 0; }
};
struct NotEqual {
  static constexpr bool kOrders = false;
  template <typename T>
  static bool test(const T& a, const T& b) {
    return !(a == b);
  }
  static bool ofOrder(int order) { return order != 0; }
};
struct Less {
  static constexpr bool kOrders = true;
  template <typename T>
  static bool test(const T& a, const T& b) {
    return a < b;
  }
  static bool ofOrder(int order) { return order < 0; }
};
struct LessOrEqual {
  static constexpr bool kOrders = true;
  template <typename T>
  static bool test(const T& a, const T& b) {
    return a <= b;
  }
  static bool ofOrder(int order) { return order <= 0; }
};
struct Greater {
  static constexpr bool kOrders = true;
  template <typename T>
  static bool test(const T& a, const T& b) {
    return a > b;
  }
  static bool ofOrder(int order) { return order > 0; }
};
struct GreaterOrEqual {
  static constexpr bool kOrders = true;
  template <typename T>
  static bool test(const T& a, const T& b) {
    return a >= b;
  }
  static bool ofOrder(int order) { return order >= 0; }
};

template <typename Op, typename T>
Status compareValues(const KernelCall& call, Column& out) {
  mapBinary<T, T, uint8_t>(call, out, [](const T& a, const T& b) -> uint8_t {
    if constexpr (std::is_same_v<T, StringView> && Op::kOrders) {
      return Op::ofOrder(compare(a, b)) ? 1 : 0;
    } else {
      return Op::test(a, b) ? 1 : 0;
    }
  });
  return Status();
}

// Values of any layout, row by row.
template <typename Op>
Status compareAny(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  const Column& a = *call.args[0];
  const Column& b = *call.args[1];
  forEachRow(call.rows,
             [&](uint32_t row) { to[row] = Op::ofOrder(compareRows(a, row, b, row)) ? 1 : 0; });
  return Status();
}

template <typename Op>
Kernel comparisonKernel(const Type& type) {
  switch (type.physical()) {
    case Physical::kBool:
      return compareValues<Op, uint8_t>;
    case Physical::kInt8:
      return compareValues<Op, int8_t>;
    case Physical::kInt16:
      return compareValues<Op, int16_t>;
    case Physical::kInt32:
      return compareValues<Op, int32_t>;
    case Physical::kInt64:
      return compareValues<Op, int64_t>;
    case Physical::kInt128:
      return compareValues<Op, int128>;
    case Physical::kFloat:
      return compareValues<Op, float>;
    case Physical::kDouble:
      return compareValues<Op, double>;
    case Physical::kNanoTimestamp:
      return compareValues<Op, NanoTimestamp>;
    case Physical::kString:
      return compareValues<Op, StringView>;
    default:
      return compareAny<Op>;
  }
}

// Text beside a number or a BOOLEAN is converted when it is ordered, but not when it is tested for
// equality, as in Flink.
bool readsText(const Type& text, const Type& other, bool orders) {
  if (!text.isCharacter()) return false;
  if (other.isDatetime() || other.isInterval()) return true;
  return orders && (other.isNumeric() || other.kind() == TypeKind::kBoolean);
}

// The type both sides are converted to.
Result<Type> comparisonType(const Type& a, const Type& b, bool orders) {
  if (readsText(a, b, orders)) return b;
  if (readsText(b, a, orders)) return a;
  bool dateAndTimestamp = (a.kind() == TypeKind::kDate && b.isTimestamp()) ||
                          (b.kind() == TypeKind::kDate && a.isTimestamp());
  if (dateAndTimestamp) {
    return Error(ErrorKind::kTypeMismatch, "a DATE does not compare with a TIMESTAMP")
        .withHint("Convert one of them with CAST.");
  }
  // A TIMESTAMP and a TIMESTAMP_LTZ are compared as local times or as instants, in the kind of the
  // more precise one or else of the right one. In the gap of a zone that makes a difference.
  if (a.isTimestamp() && b.isTimestamp() && a.kind() != b.kind()) {
    return (a.precision() > b.precision() ? a : b).withTimeAttribute(TimeAttribute::kNone);
  }
  bool decimalAndReal = (a.kind() == TypeKind::kDecimal && b.isApproximate()) ||
                        (b.kind() == TypeKind::kDecimal && a.isApproximate());
  if (decimalAndReal) return Type::doubling();
  // CHAR and VARCHAR have one layout and compare as they are.
  if (a.isCharacter() && b.isCharacter()) return Type::string();
  if (a.isBinaryString() && b.isBinaryString()) return Type::bytes();
  return commonType(a, b);
}

Result<ResolvedCall> resolveComparisonTypes(Arguments args, bool orders) {
  if (args.size() != 2) return argumentError("two values", args);
  Result<Type> type = comparisonType(args[0].type, args[1].type, orders);
  if (!type.ok()) return std::move(type).error();
  if (type.value().isCharacter() || type.value().isBinaryString()) {
    ResolvedCall call = keepTypes(args, Type::boolean(), nullptr);
    for (Type& argument : call.arguments) {
      if (argument.kind() == TypeKind::kNull) argument = Type::string();
    }
    return call;
  }
  return convertTo(args, type.value(), Type::boolean(), nullptr);
}

template <uint8_t kAnswer>
Status answerAlways(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  forEachRow(call.rows, [&](uint32_t row) { to[row] = kAnswer; });
  return Status();
}

bool isTextAndBoolean(Arguments args) {
  if (args.size() != 2) return false;
  const Type &a = args[0].type, &b = args[1].type;
  return (a.isCharacter() && b.kind() == TypeKind::kBoolean) ||
         (b.isCharacter() && a.kind() == TypeKind::kBoolean);
}

template <typename Op>
Result<ResolvedCall> resolveComparison(Arguments args) {
  bool orders = Op::kOrders;
  if (!orders && isTextAndBoolean(args)) {
    // A text never equals a BOOLEAN in Flink, not even 'true' TRUE.
    Kernel kernel = Op::ofOrder(1) ? answerAlways<1> : answerAlways<0>;
    return keepTypes(args, Type::boolean().withNullable(false), kernel);
  }
  ResolvedCall call = TRY(resolveComparisonTypes(args, orders));
  const Type &left = args[0].type, &right = args[1].type;
  bool leftWins =
      (left.isTimestamp() && right.isTimestamp()) || (left.isNumeric() && right.isNumeric());
  if (!orders && leftWins) {  // "=" prefers the kind of the left one
    Type types[] = {left, right};
    call = convertTo(args, TRY(leastRestrictive(types)), Type::boolean(), nullptr);
  }
  if (orders && call.arguments[0].isNested()) {
    return argumentError("values that have an order", args);
  }
  call.kernel = comparisonKernel<Op>(call.arguments[0]);
  call.result = Type::boolean().withNullable(false);
  return call;
}

template <bool kDistinct>
Status distinctness(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  const Column& a = *call.args[0];
  const Column& b = *call.args[1];
  forEachRow(call.rows, [&](uint32_t row) {
    bool nullA = a.isNull(row), nullB = b.isNull(row);
    bool same = nullA || nullB ? nullA == nullB : compareRows(a, row, b, row) == 0;
    to[row] = same == kDistinct ? 0 : 1;
  });
  return Status();
}

template <bool kDistinct>
Result<ResolvedCall> resolveDistinctness(Arguments args) {
  ResolvedCall call = TRY(resolveComparisonTypes(args, false));
  call.kernel = distinctness<kDistinct>;
  call.result = Type::boolean().withNullable(false);
  return call;
}

template <bool kWantNull>
Status nullTest(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  const Column& a = *call.args[0];
  if (!a.mayHaveNulls()) {
    forEachRow(call.rows, [&](uint32_t row) { to[row] = kWantNull ? 0 : 1; });
    return Status();
  }
  forEachRow(call.rows, [&](uint32_t row) { to[row] = a.isNull(row) == kWantNull ? 1 : 0; });
  return Status();
}

// IS TRUE (1), IS FALSE (0), and with kNegate their opposites; UNKNOWN is neither.
template <uint8_t kTruth, bool kNegate>
Status truthTest(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  const Column& a = *call.args[0];
  ColumnValues<uint8_t> values(a);
  forEachRow(call.rows, [&](uint32_t row) {
    bool matches = !a.isNull(row) && values[row] == kTruth;
    to[row] = matches != kNegate ? 1 : 0;
  });
  return Status();
}

template <Kernel kernel>
Result<ResolvedCall> resolveNullTest(Arguments args) {
  if (args.size() != 1) return argumentError("one value", args);
  return keepTypes(args, Type::boolean().withNullable(false), kernel);
}

template <Kernel kernel>
Result<ResolvedCall> resolveTruthTest(Arguments args) {
  return resolveCall(args, {{"boolean", "boolean", kernel}});
}

template <typename Op>
void addComparison(FunctionCatalog& catalog, std::string name, std::string doc, std::string example,
                   std::string exampleResult) {
  ScalarFunction function{.name = name,
                          .family = "comparison",
                          .signature = "value1 " + name + " value2",
                          .doc = std::move(doc),
                          .example = std::move(example),
                          .exampleResult = std::move(exampleResult),
                          .resolve = resolveComparison<Op>};
  catalog.add(std::move(function));
}

void addTest(FunctionCatalog& catalog, std::string name, std::string operand, std::string doc,
             std::string example, std::string exampleResult, Resolve resolve) {
  catalog.add(ScalarFunction{.name = name,
                             .family = "comparison",
                             .signature = operand + " " + name,
                             .doc = std::move(doc),
                             .example = std::move(example),
                             .exampleResult = std::move(exampleResult),
                             .resolve = resolve,
                             .nulls = NullRule::kHandles});
}

}  // namespace

void addComparisonFunctions(FunctionCatalog& catalog) {
  addComparison<Equal>(catalog, "=", "TRUE when the values are equal.", "2 = 2.0", "true");
  addComparison<NotEqual>(catalog, "<>", "TRUE when the values differ.", "'a' <> 'b'", "true");
  addComparison<Less>(catalog, "<", "TRUE when the first value is the smaller one.", "1 < 2",
                      "true");
  addComparison<LessOrEqual>(catalog, "<=", "TRUE when the first value is not the larger one.",
                             "3 <= 2", "false");
  addComparison<Greater>(catalog, ">", "TRUE when the first value is the larger one.",
                         "DATE '2024-02-01' > DATE '2024-01-31'", "true");
  addComparison<GreaterOrEqual>(catalog, ">=", "TRUE when the first value is not the smaller one.",
                                "2 >= 2", "true");
  addTest(catalog, "IS DISTINCT FROM", "value1",
          "Like <>, but two NULLs are equal and one NULL "
          "differs from everything else. Never NULL.",
          "1 IS DISTINCT FROM NULL", "true", resolveDistinctness<true>);
  addTest(catalog, "IS NOT DISTINCT FROM", "value1", "Like =, but two NULLs are equal. Never NULL.",
          "1 IS NOT DISTINCT FROM 1", "true", resolveDistinctness<false>);
  addTest(catalog, "IS NULL", "value", "TRUE when the value is NULL.", "1 IS NULL", "false",
          resolveNullTest<nullTest<true>>);
  addTest(catalog, "IS NOT NULL", "value", "TRUE when the value is not NULL.", "1 IS NOT NULL",
          "true", resolveNullTest<nullTest<false>>);
  addTest(catalog, "IS TRUE", "boolean", "TRUE when the value is TRUE.", "(1 = 1) IS TRUE", "true",
          resolveTruthTest<truthTest<1, false>>);
  addTest(catalog, "IS NOT TRUE", "boolean", "TRUE when the value is FALSE or NULL.",
          "(1 = 1) IS NOT TRUE", "false", resolveTruthTest<truthTest<1, true>>);
  addTest(catalog, "IS FALSE", "boolean", "TRUE when the value is FALSE.", "(1 = 2) IS FALSE",
          "true", resolveTruthTest<truthTest<0, false>>);
  addTest(catalog, "IS NOT FALSE", "boolean", "TRUE when the value is TRUE or NULL.",
          "(1 = 2) IS NOT FALSE", "false", resolveTruthTest<truthTest<0, true>>);
  addTest(catalog, "IS UNKNOWN", "boolean", "TRUE when the value is NULL.", "(1 = 1) IS UNKNOWN",
          "false", resolveTruthTest<nullTest<true>>);
  addTest(catalog, "IS NOT UNKNOWN", "boolean", "TRUE when the value is not NULL.",
          "(1 = 1) IS NOT UNKNOWN", "true", resolveTruthTest<nullTest<false>>);
}

}  // namespace millrace
