// NOT. AND, OR and CASE are special forms (ExprKind): they decide which rows reach their arguments.
#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"

namespace millrace {

namespace {

Status negate(const KernelCall& call, Column& out) {
  mapUnary<uint8_t, uint8_t>(call, out, [](uint8_t a) -> uint8_t { return a == 0 ? 1 : 0; });
  return Status();
}

Result<ResolvedCall> resolveNot(Arguments args) {
  return resolveCall(args, {{"boolean", "boolean", negate}});
}

}  // namespace

void addLogicalFunctions(FunctionCatalog& catalog) {
  catalog.add(ScalarFunction{.name = "NOT",
                             .family = "logical",
                             .signature = "NOT boolean",
                             .doc = "TRUE for FALSE, FALSE for TRUE, NULL for NULL.",
                             .example = "NOT (1 = 2)",
                             .exampleResult = "true",
                             .resolve = resolveNot});
}

}  // namespace millrace
