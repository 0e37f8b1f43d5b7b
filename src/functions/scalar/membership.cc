// IN over a list of values. The binder passes a list whose types differ only in nullability; lists
// with values that are not constant work too, only slower.
#include <string>
#include <unordered_set>
#include <vector>

#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"
#include "functions/value_compare.h"

namespace millrace {

namespace {

// Up to this many values are compared one by one.
constexpr size_t kLinearValues = 12;

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

class SetState final : public FunctionState {
 public:
  bool isConstant = true;
  bool hasNull = false;
  std::vector<int64_t> integers;
  std::unordered_set<int64_t> integerSet;
  std::vector<std::string> texts;
  std::vector<StringView> views;  // of texts
  std::unordered_set<std::string, TextHash, std::equal_to<>> textSet;

  bool contains(int64_t value) const {
    if (!integerSet.empty()) return integerSet.contains(value);
    bool found = false;
    for (int64_t candidate : integers) found |= candidate == value;
    return found;
  }
  bool contains(const StringView& value) const {
    if (!textSet.empty()) return textSet.find(value.view()) != textSet.end();
    for (const StringView& candidate : views) {
      if (candidate == value) return true;
    }
    return false;
  }
};

bool isIntegerLayout(Physical physical) {
  return physical == Physical::kInt8 || physical == Physical::kInt16 ||
         physical == Physical::kInt32 || physical == Physical::kInt64;
}

Result<std::unique_ptr<FunctionState>> prepareSet(Arguments args, const Type&) {
  auto state = std::make_unique<SetState>();
  Physical physical = args[0].type.physical();
  for (const ArgumentInfo& arg : args.subspan(1)) {
    if (arg.literal == nullptr) {
      state->isConstant = false;
    } else if (arg.literal->isNull()) {
      state->hasNull = true;
    } else if (isIntegerLayout(physical)) {
      state->integers.push_back(arg.literal->integer());
    } else if (physical == Physical::kString) {
      state->texts.push_back(arg.literal->text());
    }
  }
  for (const std::string& text : state->texts) state->views.emplace_back(text);
  if (state->integers.size() > kLinearValues) {
    state->integerSet.insert(state->integers.begin(), state->integers.end());
  }
  if (state->texts.size() > kLinearValues) {
    state->textSet.insert(state->texts.begin(), state->texts.end());
  }
  return std::unique_ptr<FunctionState>(std::move(state));
}

template <typename T>
void testConstantSet(const KernelCall& call, const SetState& state, Column& out) {
  ColumnValues<T> values(*call.args[0]);
  uint8_t* to = out.mutableValues<uint8_t>();
  const Column& value = *call.args[0];
  forEachRow(call.rows, [&](uint32_t row) {
    bool found;
    if constexpr (std::is_same_v<T, StringView>) {
      found = state.contains(values[row]);
    } else {
      found = state.contains(static_cast<int64_t>(values[row]));
    }
    to[row] = found ? 1 : 0;
    if (value.isNull(row) || (!found && state.hasNull)) out.setNull(row);
  });
}

// Compares with each value of the list; a NULL among them makes "not found" unknown.
void testColumns(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  const Column& value = *call.args[0];
  forEachRow(call.rows, [&](uint32_t row) {
    bool found = false, unknown = value.isNull(row);
    for (size_t i = 1; i < call.args.size() && !found && !value.isNull(row); ++i) {
      const Column& candidate = *call.args[i];
      if (candidate.isNull(row))
        unknown = true;
      else
        found = compareRows(value, row, candidate, row) == 0;
    }
    to[row] = found ? 1 : 0;
    if (unknown && !found) out.setNull(row);
  });
}

Status isMember(const KernelCall& call, Column& out) {
  const auto& state = static_cast<const SetState&>(*call.state);
  Physical physical = call.args[0]->physical();
  if (!state.isConstant) {
    testColumns(call, out);
  } else if (physical == Physical::kInt64) {
    testConstantSet<int64_t>(call, state, out);
  } else if (physical == Physical::kInt32) {
    testConstantSet<int32_t>(call, state, out);
  } else if (physical == Physical::kInt16) {
    testConstantSet<int16_t>(call, state, out);
  } else if (physical == Physical::kInt8) {
    testConstantSet<int8_t>(call, state, out);
  } else if (physical == Physical::kString) {
    testConstantSet<StringView>(call, state, out);
  } else {
    testColumns(call, out);
  }
  return Status();
}

Result<ResolvedCall> resolveIn(Arguments args) {
  if (args.size() < 2) return argumentError("a value and a list", args);
  // Texts of any length compare as they are; beside a date or a time a text is read as one.
  Type type = args[0].type;
  bool allTexts = true;
  for (const ArgumentInfo& arg : args) {
    allTexts = allTexts && (arg.type.isCharacter() || arg.type.kind() == TypeKind::kNull);
    bool readText = type.isDatetime() && arg.type.isCharacter();
    if (!readText) type = TRY(commonType(type, arg.type));
  }
  if (allTexts) type = Type::string();
  ResolvedCall call =
      convertTo(args, type, Type::boolean().withNullable(anyNullable(args)), isMember, prepareSet);
  for (size_t i = 0; i < args.size() && allTexts; ++i) {
    if (args[i].type.isCharacter()) call.arguments[i] = args[i].type;
  }
  return call;
}

}  // namespace

void addMembershipFunctions(FunctionCatalog& catalog) {
  catalog.add(ScalarFunction{
      .name = "IN",
      .family = "comparison",
      .signature = "value IN (value1, value2, ...)",
      .doc = "TRUE when the value equals one of the list; NULL when it equals none and the list "
             "holds a NULL, or when the value is NULL. As a call: \"IN\"(value, value1, ...).",
      .example = "2 IN (1, 2, 3)",
      .exampleResult = "true",
      .resolve = resolveIn,
      .nulls = NullRule::kHandles});
}

}  // namespace millrace
