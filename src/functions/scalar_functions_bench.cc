// Rows per second of the functions that stream queries call for every row.
#include <benchmark/benchmark.h>

#include "expr/evaluator.h"
#include "functions/function_catalog.h"

namespace millrace {
namespace {

constexpr size_t kRows = 4096;

ExprPtr constant(Value value, const Type& type) {
  return Expr::constant(std::move(value), type.withNullable(false));
}

ExprPtr call(const char* name, const std::vector<ExprPtr>& args) {
  const ScalarFunction* function = FunctionCatalog::builtin().scalar(name);
  std::vector<ArgumentInfo> infos;
  for (const ExprPtr& arg : args) {
    infos.push_back({arg->type, arg->isLiteral() ? &arg->literal : nullptr});
  }
  ResolvedCall resolved = function->resolve(infos).value();
  std::vector<ExprPtr> converted;
  for (size_t i = 0; i < args.size(); ++i) {
    converted.push_back(foldConstants(Expr::cast(args[i], resolved.arguments[i]), {}));
  }
  return Expr::call(*function, resolved, std::move(converted));
}

Type notNull(const Type& type) { return type.withNullable(false); }
ExprPtr number(int value) { return constant(Value(value), Type::integer()); }
ExprPtr text(const char* value) { return constant(Value(value), Type::string()); }

// Columns: 0 BIGINT, 1 a short text, 2 a URL, 3 TIMESTAMP(3), 4 a text of 67 letters.
Batch sample() {
  auto ids = Column::make(notNull(Type::bigint()), kRows);
  auto channels = Column::make(notNull(Type::string()), kRows);
  auto urls = Column::make(notNull(Type::string()), kRows);
  auto times = Column::make(notNull(Type::timestamp(3)), kRows);
  auto extras = Column::make(notNull(Type::string()), kRows);
  uint64_t seed = 42;
  for (size_t i = 0; i < kRows; ++i) {
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    ids->mutableValues<int64_t>()[i] = static_cast<int64_t>(seed >> 40);
    channels->setString(i, i % 2 == 0 ? "Google" : "channel-4711");
    std::string url = "https://www.nexmark.com/abcde/fghij/klm/item.htm?query=1";
    if (i % 2 == 0) url += "&channel_id=" + std::to_string(seed >> 50);
    urls->setString(i, url);
    times->mutableValues<int64_t>()[i] = 1'700'000'000'000'000 + static_cast<int64_t>(i) * 1000;
    std::string extra;
    for (int k = 0; k < 67; ++k) extra += static_cast<char>('a' + (seed >> (k % 40)) % 26);
    extras->setString(i, extra);
  }
  return Batch({ids, channels, urls, times, extras}, kRows);
}

ExprPtr id() { return Expr::input(0, notNull(Type::bigint())); }
ExprPtr channel() { return Expr::input(1, notNull(Type::string())); }
ExprPtr url() { return Expr::input(2, notNull(Type::string())); }
ExprPtr time() { return Expr::input(3, notNull(Type::timestamp(3))); }
ExprPtr extra() { return Expr::input(4, notNull(Type::string())); }

void filterBy(benchmark::State& state, const ExprPtr& condition) {
  auto evaluator = Evaluator::make({condition}).value();
  Batch batch = sample();
  EvalContext context;
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluator->filter(0, batch, context).value());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}

void evaluate(benchmark::State& state, const ExprPtr& expr) {
  auto evaluator = Evaluator::make({expr}).value();
  Batch batch = sample();
  EvalContext context;
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluator->evaluate(batch, context).value());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}

void moduloFilter(benchmark::State& state) {
  filterBy(state, call("=", {call("%", {id(), number(123)}), number(0)}));
}
void rangeFilter(benchmark::State& state) {
  filterBy(state, Expr::conjunction(
                      {call(">", {id(), number(1000)}), call("<", {id(), number(8'000'000)})}));
}
void inFilter(benchmark::State& state) {
  filterBy(state, call("IN", {channel(), text("Apple"), text("Google"), text("Baidu")}));
}
void likeFilter(benchmark::State& state) {
  filterBy(state, call("LIKE", {url(), text("%channel_id=1%")}));
}
void multiply(benchmark::State& state) { evaluate(state, call("*", {id(), number(3)})); }
void decimalMultiply(benchmark::State& state) {
  evaluate(state, call("*", {constant(Value(908), Type::decimal(4, 3)), id()}));
}
void lower(benchmark::State& state) { evaluate(state, call("LOWER", {channel()})); }
void splitIndex(benchmark::State& state) {
  evaluate(state, call("SPLIT_INDEX", {url(), text("/"), number(3)}));
}
void regexpExtract(benchmark::State& state) {
  evaluate(state, call("REGEXP_EXTRACT", {url(), text("(&|^)channel_id=([^&]*)"), number(2)}));
}
void dateFormat(benchmark::State& state) {
  evaluate(state, call("DATE_FORMAT", {time(), text("yyyy-MM-dd")}));
}
void dateFormatMinute(benchmark::State& state) {
  evaluate(state, call("DATE_FORMAT", {time(), text("yyyy-MM-dd HH:mm")}));
}
void hour(benchmark::State& state) { evaluate(state, call("HOUR", {time()})); }
void countCharacter(benchmark::State& state) {
  ExprPtr without = call("REPLACE", {extra(), text("c"), text("")});
  evaluate(state, call("-", {call("CHAR_LENGTH", {extra()}), call("CHAR_LENGTH", {without})}));
}
void caseByHour(benchmark::State& state) {
  ExprPtr at = call("HOUR", {time()});
  evaluate(state,
           Expr::caseWhen(
               {Expr::conjunction({call(">=", {at, number(8)}), call("<=", {at, number(18)})}),
                text("dayTime"), call("<=", {at, number(6)}), text("nightTime"), text("otherTime")},
               notNull(Type::string())));
}

BENCHMARK(moduloFilter);
BENCHMARK(rangeFilter);
BENCHMARK(inFilter);
BENCHMARK(likeFilter);
BENCHMARK(multiply);
BENCHMARK(decimalMultiply);
BENCHMARK(lower);
BENCHMARK(splitIndex);
BENCHMARK(regexpExtract);
BENCHMARK(dateFormat);
BENCHMARK(dateFormatMinute);
BENCHMARK(hour);
BENCHMARK(countCharacter);
BENCHMARK(caseByHour);

}  // namespace
}  // namespace millrace
