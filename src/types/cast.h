// CAST and TRY_CAST, compiled once per pair of types and applied to columns.
//
//   std::unique_ptr<Cast> cast = TRY(makeCast(Type::string(), Type::integer()));
//   TRY(cast->apply(*text, rows, context, /*tryCast=*/false, *out));
//
// A Cast is immutable and may be used by several threads.
#pragma once

#include <memory>

#include "base/result.h"
#include "types/column.h"
#include "types/rows.h"
#include "types/type_coercion.h"

namespace millrace {

class TimeZone;

struct CastContext {
  const TimeZone* zone = nullptr;  // of the session; nullptr is UTC
};

class Cast {
 public:
  virtual ~Cast() = default;

  // Writes the rows into `out`, which has the target type, is not constant, has room for
  // rows.bound() rows and has no NULL in them yet. A value that cannot be cast is kInvalidCast, or
  // NULL with `tryCast`. Strings that stay as they are share the buffers of `in`.
  virtual Status apply(const Column& in, Rows rows, const CastContext& context, bool tryCast,
                       Column& out) const = 0;
};

// kTypeMismatch when Flink does not allow the cast.
Result<std::unique_ptr<Cast>> makeCast(const Type& from, const Type& to);

}  // namespace millrace
