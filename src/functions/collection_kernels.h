// What the functions of arrays and maps share.
#pragma once

#include <string>
#include <vector>

#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"

namespace millrace {

// Where the elements of a row are in the list's child column.
inline ListRange rangeOf(const Column& list, uint32_t row) {
  return list.ranges()[list.position(row)];
}

// Copies elements of a child column to the rows of `out` that the call has; kNoRow gives NULL.
void takeElements(const KernelCall& call, const Column& child,
                  const std::vector<uint32_t>& elements, Column& out);

// That many arguments, the first of them an array.
inline bool isArrayFirst(Arguments args, size_t count) {
  return args.size() == count && args[0].type.kind() == TypeKind::kArray;
}

// The descriptor of a function of the family "collection".
ScalarFunction collection(std::string name, std::string signature, std::string doc,
                          std::string example, std::string exampleResult, Resolve resolve,
                          NullRule nulls = NullRule::kPropagate);

}  // namespace millrace
