// Scalar functions: the descriptor from which calls, validation, SHOW FUNCTIONS, error texts and
// docs derive. A family of functions is one file in functions/scalar that adds its descriptors.
//
//   catalog.add({.name = "CHAR_LENGTH", .aliases = {"CHARACTER_LENGTH"}, .family = "string",
//                .signature = "CHAR_LENGTH(string)", .doc = "Number of characters of a string.",
//                .example = "CHAR_LENGTH('añb')", .exampleResult = "3",
//                .resolve = exactly({Type::string()}, Type::integer(), charLength)});
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "types/column.h"
#include "types/rows.h"
#include "types/value.h"

namespace millrace {

class TimeZone;

// What an evaluation may know of the outside, read once per batch.
struct EvalContext {
  const TimeZone* zone = nullptr;        // session time zone (table.local-time-zone)
  int64_t nowMicros = 0;                 // processing time, microseconds since 1970-01-01 UTC
  int64_t currentWatermark = INT64_MIN;  // milliseconds; INT64_MIN before the first
  uint64_t subtask = 0;
};

// What is known of an argument when a call is resolved. literal is nullptr unless it is constant.
struct ArgumentInfo {
  Type type;
  const Value* literal = nullptr;
};

// Whatever a call prepares once (a compiled pattern, a parsed format). One per call and subtask, so
// it may cache without locks.
class FunctionState {
 public:
  virtual ~FunctionState() = default;
};

// One evaluation of a call for some rows of a batch. The arguments have the resolved types; each is
// either as large as the batch or constant.
struct KernelCall {
  Rows rows;
  std::span<const ColumnPtr> args;
  const EvalContext& context;
  FunctionState* state;
};

// Writes out[row] for each row of call.rows. With NullRule::kPropagate the rows hold no NULL
// argument and the validity of `out` is already right; the kernel may still set rows NULL.
using Kernel = Status (*)(const KernelCall& call, Column& out);

enum class NullRule : uint8_t {
  kPropagate,  // NULL in, NULL out; the evaluator takes care of it
  kHandles,    // the kernel reads the validity of its arguments and sets that of `out`
};

// What a call becomes: arguments are implicitly cast to `arguments`. The result is nullable exactly
// as the type says (with kPropagate the binder adds "nullable" when an argument is).
struct ResolvedCall {
  std::vector<Type> arguments;
  Type result;
  Kernel kernel = nullptr;
  // Optional: makes the FunctionState of a call.
  Result<std::unique_ptr<FunctionState>> (*prepare)(std::span<const ArgumentInfo> args,
                                                    const Type& result) = nullptr;
};

// Chooses types and kernel for the given arguments, or says why they do not fit.
using Resolve = Result<ResolvedCall> (*)(std::span<const ArgumentInfo> args);

struct ScalarFunction {
  std::string name;  // upper case; operators by their symbol ("+", "=")
  std::vector<std::string> aliases;
  std::string family;     // "string", "arithmetic", ...
  std::string signature;  // for docs and error texts
  std::string doc;
  std::string example;  // an expression; a test runs it
  std::string exampleResult;
  Resolve resolve = nullptr;
  NullRule nulls = NullRule::kPropagate;
  bool deterministic = true;  // false: never folded, never shared (RAND, UUID)
  bool dynamic = false;       // constant within a batch, not over time (CURRENT_TIMESTAMP)
  bool total = false;         // the kernel is harmless on NULL rows' garbage: run it densely
};

}  // namespace millrace
