// TYPEOF and CURRENT_DATABASE: answers known when the query is planned.
#include <fmt/format.h>

#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"

namespace millrace {

namespace {

class TextState final : public FunctionState {
 public:
  std::string text{};
};

Status answerText(const KernelCall& call, Column& out) {
  const std::string& text = static_cast<const TextState&>(*call.state).text;
  forEachRow(call.rows, [&](uint32_t row) { out.setString(row, text); });
  return Status();
}

// The form without abbreviations: VARCHAR(2147483647) for STRING.
std::string longForm(const Type& type) {
  std::string text;
  switch (type.kind()) {
    case TypeKind::kVarchar:
      text = fmt::format("VARCHAR({})", type.length());
      break;
    case TypeKind::kVarbinary:
      text = fmt::format("VARBINARY({})", type.length());
      break;
    case TypeKind::kTimestampLtz:
      text = fmt::format("TIMESTAMP({}) WITH LOCAL TIME ZONE", type.precision());
      break;
    case TypeKind::kArray:
      text = fmt::format("ARRAY<{}>", longForm(type.child(0)));
      break;
    case TypeKind::kMap:
      text = fmt::format("MAP<{}, {}>", longForm(type.child(0)), longForm(type.child(1)));
      break;
    default:
      return type.toString();
  }
  return type.nullable() ? text : text + " NOT NULL";
}

bool wantsLongForm(Arguments args) {
  const Value* flag = args.size() == 2 ? args[1].literal : nullptr;
  return flag != nullptr && !flag->isNull() && flag->boolean();
}

Result<std::unique_ptr<FunctionState>> prepareTypeOf(Arguments args, const Type&) {
  auto state = std::make_unique<TextState>();
  Type type = args[0].type.withTimeAttribute(TimeAttribute::kNone);
  state->text = wantsLongForm(args) ? longForm(type) : type.toString();
  return std::unique_ptr<FunctionState>(std::move(state));
}

Result<ResolvedCall> resolveTypeOf(Arguments args) {
  bool fits = args.size() == 1 || (args.size() == 2 && args[1].type.kind() == TypeKind::kBoolean &&
                                   args[1].literal != nullptr);
  if (!fits) return argumentError("a value and perhaps a boolean literal", args);
  return keepTypes(args, Type::string(), answerText, prepareTypeOf);
}

Result<std::unique_ptr<FunctionState>> prepareDatabase(Arguments, const Type&) {
  auto state = std::make_unique<TextState>();
  state->text = "default_database";  // the only one there is
  return std::unique_ptr<FunctionState>(std::move(state));
}

Result<ResolvedCall> resolveDatabase(Arguments args) {
  if (!args.empty()) return argumentError("no arguments", args);
  return keepTypes(args, Type::string().withNullable(false), answerText, prepareDatabase);
}

}  // namespace

void addTypeInformationFunctions(FunctionCatalog& catalog) {
  catalog.add(ScalarFunction{
      .name = "TYPEOF",
      .family = "conversion",
      .signature = "TYPEOF(value [, longForm])",
      .doc = "The type of a value as a text; TRUE as second argument avoids abbreviations.",
      .example = "TYPEOF(1.5)",
      .exampleResult = "DECIMAL(2, 1) NOT NULL",
      .resolve = resolveTypeOf,
      .nulls = NullRule::kHandles});
  catalog.add(ScalarFunction{.name = "CURRENT_DATABASE",
                             .family = "conversion",
                             .signature = "CURRENT_DATABASE()",
                             .doc = "The name of the current database.",
                             .example = "CURRENT_DATABASE()",
                             .exampleResult = "default_database",
                             .resolve = resolveDatabase});
}

}  // namespace millrace
