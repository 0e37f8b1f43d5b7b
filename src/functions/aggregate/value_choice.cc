// MIN, MAX, FIRST_VALUE and LAST_VALUE: one of the values, NULLs ignored.
#include "functions/aggregate/policy_aggregator.h"
#include "functions/aggregate/wide_state.h"
#include "functions/function_catalog.h"
#include "functions/signature.h"

namespace millrace {

namespace {

enum class Choice { kMin, kMax, kFirst, kLast };

// True when `value` takes the place of `kept`. NaN never does: every comparison with it is false.
template <Choice kChoice, typename T>
bool replaces(const T& value, const T& kept) {
  if constexpr (kChoice == Choice::kMin) return value < kept;
  if constexpr (kChoice == Choice::kMax) return kept < value;
  return kChoice == Choice::kLast;
}

template <typename T>
struct ChoiceState {
  typename Stored<T>::Type value{};
  uint64_t present = 0;
};

template <typename T, Choice kChoice>
struct FixedChoicePolicy : PlainPolicy<ChoiceState<T>, T> {
  using State = ChoiceState<T>;

  void add(State& state, const T& value, StringHeap*) const {
    if (state.present != 0 && !replaces<kChoice>(value, Stored<T>::load(state.value))) return;
    Stored<T>::store(state.value, value);
    state.present = 1;
  }
  // The operator keeps the values and folds them anew when rows are taken back.
  void retract(State&, const T&, StringHeap*) const {}
  void merge(State& target, const State& source, StringHeap* heap, const StringHeap*) const {
    if (source.present != 0) add(target, Stored<T>::load(source.value), heap);
  }
  void write(const State& state, const StringHeap*, Column& out, size_t position) const {
    if (state.present == 0) return out.setNull(position);
    out.mutableValues<T>()[position] = Stored<T>::load(state.value);
  }
  std::string schema() const {
    return "value " + std::to_string(sizeof(T)) + " bytes, present BIGINT";
  }
};

struct TextState {
  StateString value;
  uint64_t present = 0;
};

template <Choice kChoice>
struct TextChoicePolicy {
  using State = TextState;
  using Input = StringView;
  static constexpr bool kHasString = true;

  void choose(State& state, std::string_view value, StringHeap* heap) const {
    if (state.present != 0 &&
        (kChoice == Choice::kFirst ||
         (kChoice != Choice::kLast && !replaces<kChoice>(value, heap->view(state.value))))) {
      return;
    }
    heap->assign(state.value, value);
    state.present = 1;
  }
  void add(State& state, const StringView& value, StringHeap* heap) const {
    choose(state, value.view(), heap);
  }
  void retract(State&, const StringView&, StringHeap*) const {}
  void merge(State& target, const State& source, StringHeap* heap, const StringHeap* from) const {
    if (source.present != 0) choose(target, from->view(source.value), heap);
  }
  void write(const State& state, const StringHeap* heap, Column& out, size_t position) const {
    if (state.present == 0) return out.setNull(position);
    out.setString(position, heap->view(state.value));
  }
  void reset(State& state, StringHeap* heap) const {
    heap->free(state.value);
    state.present = 0;
  }
  std::string schema() const { return "value STRING, present BIGINT"; }
};

bool comparable(const Type& type) { return !type.isNested() && type.kind() != TypeKind::kNull; }

template <Choice kChoice>
Result<ResolvedAggregate> resolveChoice(std::span<const ArgumentInfo> args) {
  constexpr bool kOrdered = kChoice == Choice::kMin || kChoice == Choice::kMax;
  if (args.size() != 1 || (kOrdered && !comparable(args[0].type))) {
    return argumentError(kOrdered ? "(comparable)" : "(any)", args);
  }
  if (!comparable(args[0].type)) {
    return Error(ErrorKind::kUnsupported,
                 "FIRST_VALUE and LAST_VALUE of " + args[0].type.toString());
  }
  // The value of a time attribute is an ordinary timestamp.
  Type type = args[0].type.withTimeAttribute(TimeAttribute::kNone);
  return ResolvedAggregate{{args[0].type}, type.withNullable(true)};
}

template <Choice kChoice>
Result<std::unique_ptr<Aggregator>> makeChoice(const ResolvedAggregate& call, bool) {
  auto fixed = [](auto tag) {
    return makePolicyAggregator(FixedChoicePolicy<decltype(tag), kChoice>());
  };
  switch (call.arguments[0].physical()) {
    case Physical::kBool:
      return fixed(uint8_t{});
    case Physical::kInt8:
      return fixed(int8_t{});
    case Physical::kInt16:
      return fixed(int16_t{});
    case Physical::kInt32:
      return fixed(int32_t{});
    case Physical::kInt64:
      return fixed(int64_t{});
    case Physical::kInt128:
      return fixed(int128{});
    case Physical::kFloat:
      return fixed(float{});
    case Physical::kDouble:
      return fixed(double{});
    case Physical::kNanoTimestamp:
      return fixed(NanoTimestamp{});
    case Physical::kString:
      return makePolicyAggregator(TextChoicePolicy<kChoice>());
    default:
      break;
  }
  return Error(ErrorKind::kUnsupported, "aggregate of " + call.arguments[0].toString());
}

template <Choice kChoice>
AggregateFunction describe(std::string name, std::string doc) {
  constexpr bool kOrdered = kChoice == Choice::kMin || kChoice == Choice::kMax;
  AggregateFunction function;
  function.signature = name + "([DISTINCT] value)";
  function.name = std::move(name);
  function.doc = std::move(doc);
  function.resolve = resolveChoice<kChoice>;
  function.make = makeChoice<kChoice>;
  function.retract = kOrdered ? RetractSupport::kSortedView : RetractSupport::kOrderedView;
  function.viewFromEnd = kChoice == Choice::kMax || kChoice == Choice::kLast;
  function.ignoresDistinct = kOrdered;
  return function;
}

}  // namespace

void addValueChoiceFunctions(FunctionCatalog& catalog) {
  catalog.add(describe<Choice::kMin>("MIN", "The smallest value that is not NULL."));
  catalog.add(describe<Choice::kMax>("MAX", "The largest value that is not NULL."));
  catalog.add(describe<Choice::kFirst>("FIRST_VALUE", "The first value that is not NULL."));
  catalog.add(describe<Choice::kLast>("LAST_VALUE", "The last value that is not NULL."));
}

}  // namespace millrace
