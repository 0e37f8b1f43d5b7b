// What binding needs to know of the session.
#pragma once

#include "expr/function.h"
#include "functions/function_catalog.h"
#include "sql/ast/query_expansion.h"
#include "sql/catalog/catalog.h"

namespace millrace {

struct BindContext {
  const Catalog* catalog = nullptr;
  const FunctionCatalog* functions = nullptr;
  QueryExpansion* expansion = nullptr;  // where the meaning of names is noted down, or null
  EvalContext eval;                     // session time zone, for literals and constant folding
};

}  // namespace millrace
