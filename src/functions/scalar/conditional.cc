// COALESCE, IF and their relatives.
//
// These kernels see all arguments evaluated. Where an argument may fail, the binder should lower
// the call to CASE, which evaluates an argument only for the rows that need it:
//   IF(c, a, b)       CASE WHEN c THEN a ELSE b END
//   COALESCE(a, b, c) CASE WHEN a IS NOT NULL THEN a WHEN b IS NOT NULL THEN b ELSE c END
//   IFNULL(a, b)      CASE WHEN a IS NOT NULL THEN a ELSE b END
//   NULLIF(a, b)      CASE WHEN a = b THEN NULL ELSE a END
// with the branches cast to the type that resolve() gives. The evaluator shares `a`.
#include <unicode/uchar.h>

#include <charconv>
#include <cmath>

#include "expr/row_merge.h"
#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"
#include "functions/utf8.h"
#include "functions/value_compare.h"

namespace millrace {

namespace {

// out[row] = the argument choose(row) at that row; a choice of kNone is NULL.
constexpr size_t kNone = SIZE_MAX;

template <typename Choose>
void chooseRows(const KernelCall& call, Column& out, Choose choose) {
  std::vector<Selection> chosen(call.args.size());
  forEachRow(call.rows, [&](uint32_t row) {
    size_t index = choose(row);
    if (index != kNone) chosen[index].push_back(row);
  });
  std::vector<RowPart> parts;
  std::vector<uint8_t> covered(out.size(), 0);
  for (size_t i = 0; i < chosen.size(); ++i) {
    for (uint32_t row : chosen[i]) covered[row] = 1;
    parts.push_back({call.args[i], Rows::of(chosen[i])});
  }
  out = *mergeRows(out.type(), out.size(), parts);
  forEachRow(call.rows, [&](uint32_t row) {
    if (covered[row] == 0) out.setNull(row);
  });
}

Status coalesce(const KernelCall& call, Column& out) {
  chooseRows(call, out, [&](uint32_t row) {
    for (size_t i = 0; i < call.args.size(); ++i) {
      if (!call.args[i]->isNull(row)) return i;
    }
    return kNone;
  });
  return Status();
}

Status chooseIf(const KernelCall& call, Column& out) {
  const Column& condition = *call.args[0];
  ColumnValues<uint8_t> truth(condition);
  chooseRows(call, out, [&](uint32_t row) -> size_t {
    return !condition.isNull(row) && truth[row] != 0 ? 1 : 2;
  });
  return Status();
}

Status nullIf(const KernelCall& call, Column& out) {
  const Column& a = *call.args[0];
  const Column& b = *call.args[1];
  chooseRows(call, out, [&](uint32_t row) -> size_t {
    bool equal = !a.isNull(row) && !b.isNull(row) && compareRows(a, row, b, row) == 0;
    return equal || a.isNull(row) ? kNone : 0;
  });
  return Status();
}

template <int kSign>
Status extreme(const KernelCall& call, Column& out) {
  chooseRows(call, out, [&](uint32_t row) -> size_t {
    size_t best = 0;
    if (call.args[0]->isNull(row)) return kNone;
    for (size_t i = 1; i < call.args.size(); ++i) {
      if (call.args[i]->isNull(row)) return kNone;
      int order = compareRows(*call.args[i], row, *call.args[best], row);
      if (order * kSign > 0) best = i;
    }
    return best;
  });
  return Status();
}

Result<ResolvedCall> resolveCoalesce(Arguments args) {
  if (args.empty()) return argumentError("at least one value", args);
  Type type = TRY(commonType(args));
  bool nullable = true;
  for (const ArgumentInfo& arg : args) nullable = nullable && arg.type.nullable();
  return convertTo(args, type, type.withNullable(nullable), coalesce);
}

Result<ResolvedCall> resolveIfNull(Arguments args) {
  if (args.size() != 2) return argumentError("two values", args);
  return resolveCoalesce(args);
}

Result<ResolvedCall> resolveIf(Arguments args) {
  if (args.size() != 3 || args[0].type.kind() != TypeKind::kBoolean) {
    return argumentError("(boolean, value, value)", args);
  }
  Type type = TRY(commonType(args.subspan(1)));
  ResolvedCall call = convertTo(args.subspan(1), type, type, chooseIf);
  call.arguments.insert(call.arguments.begin(), args[0].type);
  return call;
}

Result<ResolvedCall> resolveNullIf(Arguments args) {
  if (args.size() != 2) return argumentError("two values", args);
  Type type = TRY(commonType(args));
  return convertTo(args, type, type.withNullable(true), nullIf);
}

template <int kSign>
Result<ResolvedCall> resolveExtreme(Arguments args) {
  if (args.empty()) return argumentError("at least one value", args);
  Type type = TRY(commonType(args));
  if (type.isNested()) return argumentError("values that have an order", args);
  return convertTo(args, type, type, extreme<kSign>);
}

// --- Tests of texts ---

bool isAlphaText(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (!u_isalpha(static_cast<UChar32>(nextCodePoint(text, at)))) return false;
  }
  return !text.empty();
}

bool isDigitText(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (!u_isdigit(static_cast<UChar32>(nextCodePoint(text, at)))) return false;
  }
  return !text.empty();
}

bool isNumberText(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    text.remove_prefix(1);
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) return false;
  }
  bool endsInType = text.size() > 1 && std::string_view("dDfF").find(text.back()) != text.npos;
  if (text == "NaN" || text == "Infinity") return true;
  if (endsInType) text.remove_suffix(1);
  if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '.')) return false;
  double value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec != std::errc::invalid_argument && read.ptr == text.data() + text.size();
}

using TextTest = bool (*)(std::string_view);

template <TextTest test>
Status testTexts(const KernelCall& call, Column& out) {
  TextArgument text(call, 0);
  uint8_t* to = out.mutableValues<uint8_t>();
  const Column& a = *call.args[0];
  forEachRow(call.rows, [&](uint32_t row) { to[row] = !a.isNull(row) && test(text[row]) ? 1 : 0; });
  return Status();
}

template <bool kAnswer>
Status answerByType(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  const Column& a = *call.args[0];
  forEachRow(call.rows, [&](uint32_t row) { to[row] = kAnswer && !a.isNull(row) ? 1 : 0; });
  return Status();
}

// Numbers answer by their type: kAny all, kInteger integers only.
enum class NumberAnswer { kNo, kInteger, kAny };

template <TextTest test, NumberAnswer numbers>
Result<ResolvedCall> resolveTextTest(Arguments args) {
  if (args.size() != 1) return argumentError("one value", args);
  const Type& type = args[0].type;
  Type result = Type::boolean().withNullable(false);
  if (type.isCharacter()) return keepTypes(args, result, testTexts<test>);
  bool yes = (numbers == NumberAnswer::kAny && type.isNumeric()) ||
             (numbers == NumberAnswer::kInteger && type.isInteger());
  return keepTypes(args, result, yes ? answerByType<true> : answerByType<false>);
}

ScalarFunction conditional(std::string name, std::string parameters, std::string doc,
                           std::string example, std::string exampleResult, Resolve resolve) {
  return ScalarFunction{.name = name,
                        .family = "conditional",
                        .signature = name + "(" + parameters + ")",
                        .doc = std::move(doc),
                        .example = std::move(example),
                        .exampleResult = std::move(exampleResult),
                        .resolve = resolve,
                        .nulls = NullRule::kHandles};
}

}  // namespace

void addConditionalFunctions(FunctionCatalog& catalog) {
  catalog.add(conditional("COALESCE", "value1, value2, ...", "The first value that is not NULL.",
                          "COALESCE(CAST(NULL AS INT), 5)", "5", resolveCoalesce));
  catalog.add(conditional("IFNULL", "value, default", "The value, or the default when it is NULL.",
                          "IFNULL(CAST(NULL AS INT), 5)", "5", resolveIfNull));
  catalog.add(conditional("NULLIF", "value1, value2",
                          "NULL when the values are equal, else the first.", "NULLIF(5, 0)", "5",
                          resolveNullIf));
  catalog.add(conditional("IF", "condition, value1, value2",
                          "The first value when the condition is TRUE, else the second.",
                          "IF(5 > 3, 5, 3)", "5", resolveIf));
  catalog.add(conditional("GREATEST", "value1, value2, ...",
                          "The largest value; NULL when one of them is NULL.", "GREATEST(1, 3, 2)",
                          "3", resolveExtreme<1>));
  catalog.add(conditional("LEAST", "value1, value2, ...",
                          "The smallest value; NULL when one of them is NULL.", "LEAST(3, 1, 2)",
                          "1", resolveExtreme<-1>));
  catalog.add(conditional(
      "IS_ALPHA", "value", "TRUE when the value is a text of letters only, and not empty.",
      "IS_ALPHA('abc')", "true", resolveTextTest<isAlphaText, NumberAnswer::kNo>));
  catalog.add(conditional(
      "IS_DECIMAL", "value", "TRUE when the value is a number or a text that reads as one.",
      "IS_DECIMAL('12.5')", "true", resolveTextTest<isNumberText, NumberAnswer::kAny>));
  catalog.add(conditional(
      "IS_DIGIT", "value", "TRUE when the value is an integer or a text of digits only.",
      "IS_DIGIT('123')", "true", resolveTextTest<isDigitText, NumberAnswer::kInteger>));
}

}  // namespace millrace
