// LISTAGG: the values joined by a separator, in order of arrival.
#include <string>

#include "functions/function_catalog.h"
#include "functions/signature.h"
#include "state/string_heap.h"

namespace millrace {

namespace {

struct JoinedState {
  StateString text;
  StateString separator;
  uint64_t present = 0;
};

constexpr std::string_view kDefaultSeparator = ",";

class ListAggregate final : public Aggregator {
 public:
  uint32_t stateBytes() const override { return sizeof(JoinedState); }
  std::span<const uint32_t> strings() const override {
    static constexpr uint32_t kOffsets[] = {0, sizeof(StateString)};
    return kOffsets;
  }
  std::string stateSchema() const override {
    return "text STRING, separator STRING, present BIGINT";
  }

  void update(const AggregateRows& rows, uint32_t offset) const override {
    std::string buffer;
    uint32_t n = rows.rows.count();
    for (uint32_t k = 0; k < n; ++k) {
      applyRow(at(rows.states[k], offset), rows, rows.rows[k], buffer);
    }
  }

  void updateTracked(const AggregateRows& rows, uint32_t offset, const uint8_t* restart,
                     Column& before, Column& after) const override {
    std::string buffer;
    uint32_t n = rows.rows.count();
    for (uint32_t k = 0; k < n; ++k) {
      JoinedState& state = at(rows.states[k], offset);
      if (restart && restart[k]) reset(state, *rows.heap);
      write(state, *rows.heap, before, k);
      applyRow(state, rows, rows.rows[k], buffer);
      write(state, *rows.heap, after, k);
    }
  }

  void merge(std::byte* const* targets, uint32_t offset, const std::byte* const* sources,
             uint32_t sourceOffset, size_t n, StringHeap* heap,
             const StringHeap* sourceHeap) const override {
    std::string buffer;
    for (size_t k = 0; k < n; ++k) {
      const JoinedState& source = *reinterpret_cast<const JoinedState*>(sources[k] + sourceOffset);
      if (source.present == 0) continue;
      append(at(targets[k], offset), sourceHeap->view(source.text),
             sourceHeap->view(source.separator), *heap, buffer);
    }
  }

  void result(const std::byte* const* states, uint32_t offset, size_t n, const StringHeap* heap,
              Column& out) const override {
    for (size_t k = 0; k < n; ++k) {
      write(*reinterpret_cast<const JoinedState*>(states[k] + offset), *heap, out, k);
    }
  }

 private:
  static JoinedState& at(std::byte* state, uint32_t offset) {
    return *reinterpret_cast<JoinedState*>(state + offset);
  }

  static void reset(JoinedState& state, StringHeap& heap) {
    heap.free(state.text);
    heap.free(state.separator);
    state.present = 0;
  }

  static void write(const JoinedState& state, const StringHeap& heap, Column& out,
                    size_t position) {
    if (state.present == 0) return out.setNull(position);
    out.setString(position, heap.view(state.text));
  }

  static void append(JoinedState& state, std::string_view value, std::string_view separator,
                     StringHeap& heap, std::string& buffer) {
    // The old text is freed before the new one is stored, so it is built outside the heap.
    buffer.clear();
    if (state.present != 0) {
      buffer.append(heap.view(state.text));
      buffer.append(separator);
    }
    buffer.append(value);
    heap.assign(state.text, buffer);
    if (heap.view(state.separator) != separator) heap.assign(state.separator, separator);
    state.present = 1;
  }

  static void applyRow(JoinedState& state, const AggregateRows& rows, uint32_t row,
                       std::string& buffer) {
    const Column& values = *rows.args[0];
    if ((rows.filter && !rows.filter[row]) || values.isNull(row)) return;
    std::string_view separator = kDefaultSeparator;
    if (rows.args.size() > 1 && !rows.args[1]->isNull(row)) {
      separator = rows.args[1]->values<StringView>()[rows.args[1]->position(row)];
    }
    append(state, values.values<StringView>()[values.position(row)], separator, *rows.heap, buffer);
  }
};

Result<ResolvedAggregate> resolveList(std::span<const ArgumentInfo> args) {
  bool fits = args.size() == 1 || args.size() == 2;
  for (const ArgumentInfo& arg : args) fits = fits && arg.type.isCharacter();
  if (!fits) return argumentError("(string [, separator])", args);
  ResolvedAggregate call;
  for (const ArgumentInfo& arg : args) call.arguments.push_back(arg.type);
  call.result = Type::string();
  return call;
}

Result<std::unique_ptr<Aggregator>> makeList(const ResolvedAggregate&, bool retracting) {
  if (retracting) {
    return Error(ErrorKind::kUnsupported, "LISTAGG over an input that takes rows back");
  }
  return std::unique_ptr<Aggregator>(std::make_unique<ListAggregate>());
}

}  // namespace

void addListAggregateFunctions(FunctionCatalog& catalog) {
  AggregateFunction function;
  function.name = "LISTAGG";
  function.signature = "LISTAGG(string [, separator])";
  function.doc = "The values joined by a separator (',' by default).";
  function.resolve = resolveList;
  function.make = makeList;
  catalog.add(std::move(function));
}

}  // namespace millrace
