#include "functions/collection_kernels.h"

#include "types/gather.h"

namespace millrace {

// Copies elements of a child column to rows of `out`; kNoRow gives NULL.
void takeElements(const KernelCall& call, const Column& child,
                  const std::vector<uint32_t>& elements, Column& out) {
  std::vector<uint32_t> indices(out.size(), kNoRow);
  uint32_t k = 0;
  forEachRow(call.rows, [&](uint32_t row) { indices[row] = elements[k++]; });
  ColumnPtr taken = gather(child, indices);
  const Type type = out.type();
  out = *taken->withType(type);
}

ScalarFunction collection(std::string name, std::string signature, std::string doc,
                          std::string example, std::string exampleResult, Resolve resolve,
                          NullRule nulls) {
  return ScalarFunction{.name = std::move(name),
                        .family = "collection",
                        .signature = std::move(signature),
                        .doc = std::move(doc),
                        .example = std::move(example),
                        .exampleResult = std::move(exampleResult),
                        .resolve = resolve,
                        .nulls = nulls};
}

}  // namespace millrace
