// The loops behind casts. Only the cast_*.cc files include this.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "types/bitmap.h"
#include "types/cast.h"

namespace millrace {

using CastPtr = std::unique_ptr<Cast>;

// The families; nullptr when a pair is not theirs. Requires: supportsExplicitCast(from, to).
CastPtr makeNumericCast(const Type& from, const Type& to);
CastPtr makeStringCast(const Type& from, const Type& to);  // from and to strings
CastPtr makeDatetimeCast(const Type& from, const Type& to);
CastPtr makeNestedCast(const Type& from, const Type& to);

// What happened to one value.
enum class CastOutcome : uint8_t {
  kOk,
  kNull,    // NULL even for CAST, as Flink does for decimal overflow
  kFailed,  // an error, or NULL for TRY_CAST
};

// A function object f(in, rows, context, tryCast, out) -> Status as a Cast.
template <typename Function>
CastPtr castOf(Function function) {
  class FunctionCast : public Cast {
   public:
    explicit FunctionCast(Function function) : function_(std::move(function)) {}
    Status apply(const Column& in, Rows rows, const CastContext& context, bool tryCast,
                 Column& out) const override {
      return function_(in, rows, context, tryCast, out);
    }

   private:
    Function function_;
  };
  return std::make_unique<FunctionCast>(std::move(function));
}

// Makes the rows NULL in `out` that are NULL in `in`.
void copyNulls(const Column& in, Rows rows, Column& out);

// The error for a value that cannot be cast.
Error castError(const Column& in, uint32_t row, const Type& to);

// convert(value) for every row; it cannot fail and may see unspecified values of NULL rows.
template <typename From, typename To, typename Convert>
Status castAll(const Column& in, Rows rows, Column& out, Convert&& convert) {
  To* target = out.mutableValues<To>();
  ColumnValues<From> values(in);
  if (rows.isDense() && !in.isConstant()) {
    const From* source = in.values<From>();
    for (uint32_t i = rows.begin; i < rows.end; ++i) target[i] = convert(source[i]);
  } else {
    forEachRow(rows, [&](uint32_t row) { target[row] = convert(values[row]); });
  }
  copyNulls(in, rows, out);
  return Status();
}

// convert(value, target) -> CastOutcome for every row that is not NULL.
template <typename From, typename To, typename Convert>
Status castEach(const Column& in, Rows rows, bool tryCast, Column& out, Convert&& convert) {
  To* target = out.mutableValues<To>();
  ColumnValues<From> values(in);
  for (uint32_t k = 0; k < rows.count(); ++k) {
    uint32_t row = rows[k];
    if (in.isNull(row)) {
      out.setNull(row);
      continue;
    }
    CastOutcome outcome = convert(values[row], target[row]);
    if (outcome == CastOutcome::kOk) [[likely]]
      continue;
    if (outcome == CastOutcome::kFailed && !tryCast) return castError(in, row, out.type());
    out.setNull(row);
  }
  return Status();
}

}  // namespace millrace
