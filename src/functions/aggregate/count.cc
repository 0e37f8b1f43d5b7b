// COUNT(*) and COUNT(value).
#include "functions/aggregate/policy_aggregator.h"
#include "functions/function_catalog.h"
#include "functions/signature.h"

namespace millrace {

namespace {

struct CountState {
  int64_t count = 0;
};

// Input decides only how NULLs are seen; the value is not used.
template <typename InputType>
struct CountPolicy : PlainPolicy<CountState, InputType> {
  void add(CountState& state, const InputType&, StringHeap*) const { ++state.count; }
  void retract(CountState& state, const InputType&, StringHeap*) const { --state.count; }
  void merge(CountState& target, const CountState& source, StringHeap*, const StringHeap*) const {
    target.count += source.count;
  }
  void write(const CountState& state, const StringHeap*, Column& out, size_t position) const {
    out.mutableValues<int64_t>()[position] = state.count;
  }
  std::string schema() const { return "count BIGINT"; }
};

// COUNT of a column of any type looks at its validity only.
class CountValues final : public Aggregator {
 public:
  uint32_t stateBytes() const override { return stars_.stateBytes(); }
  std::string stateSchema() const override { return stars_.stateSchema(); }

  void update(const AggregateRows& rows, uint32_t offset) const override {
    const Column& column = *rows.args[0];
    if (!column.mayHaveNulls()) return stars_.update(rows, offset);
    uint32_t n = rows.rows.count();
    for (uint32_t k = 0; k < n; ++k) {
      *reinterpret_cast<int64_t*>(rows.states[k] + offset) += change(rows, rows.rows[k]);
    }
  }

  void updateTracked(const AggregateRows& rows, uint32_t offset, const uint8_t* restart,
                     Column& before, Column& after) const override {
    uint32_t n = rows.rows.count();
    for (uint32_t k = 0; k < n; ++k) {
      int64_t& count = *reinterpret_cast<int64_t*>(rows.states[k] + offset);
      if (restart && restart[k]) count = 0;
      before.mutableValues<int64_t>()[k] = count;
      count += change(rows, rows.rows[k]);
      after.mutableValues<int64_t>()[k] = count;
    }
  }

  void merge(std::byte* const* targets, uint32_t offset, const std::byte* const* sources,
             uint32_t sourceOffset, size_t n, StringHeap* heap,
             const StringHeap* sourceHeap) const override {
    stars_.merge(targets, offset, sources, sourceOffset, n, heap, sourceHeap);
  }
  void result(const std::byte* const* states, uint32_t offset, size_t n, const StringHeap* heap,
              Column& out) const override {
    stars_.result(states, offset, n, heap, out);
  }

 private:
  static int64_t change(const AggregateRows& rows, uint32_t row) {
    if ((rows.filter && !rows.filter[row]) || rows.args[0]->isNull(row)) return 0;
    return !rows.kinds || isAdd(rows.kinds[row]) ? 1 : -1;
  }

  PolicyAggregator<CountPolicy<NoInput>> stars_{CountPolicy<NoInput>()};
};

Result<ResolvedAggregate> resolveCount(std::span<const ArgumentInfo> args) {
  if (args.size() > 1) {
    return Error(ErrorKind::kUnsupported, "COUNT of several values")
        .withHint("Count one value, or use FILTER (WHERE ... IS NOT NULL AND ...).");
  }
  ResolvedAggregate call;
  for (const ArgumentInfo& arg : args) call.arguments.push_back(arg.type);
  call.result = Type::bigint().withNullable(false);
  return call;
}

Result<std::unique_ptr<Aggregator>> makeCount(const ResolvedAggregate& call, bool) {
  if (call.arguments.empty()) return makePolicyAggregator(CountPolicy<NoInput>());
  return std::unique_ptr<Aggregator>(std::make_unique<CountValues>());
}

}  // namespace

void addCountFunctions(FunctionCatalog& catalog) {
  catalog.add(AggregateFunction{.name = "COUNT",
                                .signature = "COUNT(*), COUNT([DISTINCT] value)",
                                .doc = "Number of rows, or of rows where the value is not NULL.",
                                .resolve = resolveCount,
                                .make = makeCount});
}

}  // namespace millrace
