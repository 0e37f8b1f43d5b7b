// PRINTF.
#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/printf_format.h"
#include "functions/signature.h"
#include "types/value_text.h"

namespace millrace {

namespace {

// What one row may become, so that a typo does not exhaust the memory.
constexpr size_t kMaxFormattedBytes = size_t{256} << 20;

class PrintfState final : public FunctionState {
 public:
  std::vector<PrintfArgument> arguments{};
  std::vector<std::string> texts{};  // of the arguments, by position

  Result<const PrintfFormat*> get(std::string_view format) {
    if (compiled_ && format == text_) return &*compiled_;
    compiled_ = TRY(PrintfFormat::compile(format));
    text_ = format;
    return &*compiled_;
  }

 private:
  std::optional<PrintfFormat> compiled_{};
  std::string text_{};
};

Result<std::unique_ptr<FunctionState>> preparePrintf(Arguments, const Type&) {
  return std::unique_ptr<FunctionState>(std::make_unique<PrintfState>());
}

int bitsOf(Physical physical) {
  switch (physical) {
    case Physical::kInt8:
      return 8;
    case Physical::kInt16:
      return 16;
    case Physical::kInt32:
      return 32;
    default:
      return 64;
  }
}

// DATE and TIME are the numbers Flink holds for them.
PrintfArgument argumentOf(const KernelCall& call, size_t index, uint32_t row, std::string& text) {
  using Kind = PrintfArgument::Kind;
  const Column& column = *call.args[index];
  PrintfArgument argument;
  if (column.isNull(row)) return argument;
  const Type& type = column.type();
  size_t i = column.position(row);
  text.clear();
  if (type.isCharacter()) {
    argument.kind = Kind::kText;
    argument.text = column.values<StringView>()[i].view();
    return argument;
  }
  if (type.kind() == TypeKind::kBoolean) {
    argument.kind = Kind::kBoolean;
    argument.integer = column.values<uint8_t>()[i];
    text = argument.integer != 0 ? "true" : "false";
  } else if (type.isApproximate()) {
    argument.kind = Kind::kReal;
    bool isFloat = type.kind() == TypeKind::kFloat;
    argument.real = isFloat ? column.values<float>()[i] : column.values<double>()[i];
    if (isFloat)
      appendJavaFloat(column.values<float>()[i], text);
    else
      appendJavaDouble(argument.real, text);
  } else if (type.kind() == TypeKind::kDecimal) {
    argument.kind = Kind::kText;
    appendValueText(column, row, TextOptions(), text);
  } else {
    argument.kind = Kind::kInteger;
    argument.integer = IntegerArgument(call, index)[row];
    argument.bits = bitsOf(column.physical());
    text = std::to_string(argument.integer);
  }
  argument.text = text;
  return argument;
}

Status printRows(const KernelCall& call, Column& out) {
  auto& state = static_cast<PrintfState&>(*call.state);
  state.texts.resize(call.args.size());
  state.arguments.resize(call.args.size() - 1);
  std::string text;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    if (call.args[0]->isNull(row)) {
      out.setNull(row);
      continue;
    }
    const PrintfFormat* format = TRY(state.get(TextArgument(call, 0)[row]));
    for (size_t i = 1; i < call.args.size(); ++i) {
      state.arguments[i - 1] = argumentOf(call, i, row, state.texts[i]);
    }
    text.clear();
    if (!format->format(state.arguments, text))
      out.setNull(row);
    else if (text.size() > kMaxFormattedBytes)
      return Error(ErrorKind::kInvalidArgument, "the result of PRINTF is longer than 256 MiB");
    else
      out.setString(row, text);
  }
  return Status();
}

Result<ResolvedCall> resolvePrintf(Arguments args) {
  if (args.empty() || !args[0].type.isCharacter()) {
    return argumentError("a format and its values", args);
  }
  ResolvedCall call = keepTypes(args, Type::string(), printRows, preparePrintf);
  for (size_t i = 1; i < args.size(); ++i) {
    const Type& type = args[i].type;
    if (type.kind() == TypeKind::kNull) {
      call.arguments[i] = Type::string();
      continue;
    }
    bool fits = type.isCharacter() || type.isNumeric() || type.kind() == TypeKind::kBoolean ||
                type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime;
    if (!fits) {
      return Error(ErrorKind::kUnsupported, "PRINTF of a value of type " + type.toString())
          .withHint("Use CAST to turn it into a STRING.");
    }
  }
  return call;
}

}  // namespace

void addPrintfFunctions(FunctionCatalog& catalog) {
  catalog.add(ScalarFunction{
      .name = "PRINTF",
      .family = "string",
      .signature = "PRINTF(format, value1, ...)",
      .doc = "The values in the form that a Java format asks for; NULL when the format or a value "
             "does not fit.",
      .example = "PRINTF('%05.1f|%-4s|%x', CAST(3.14159 AS DOUBLE), 'ab', 255)",
      .exampleResult = "003.1|ab  |ff",
      .resolve = resolvePrintf,
      .nulls = NullRule::kHandles});
}

}  // namespace millrace
