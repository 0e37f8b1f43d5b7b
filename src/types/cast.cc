#include "types/cast.h"

#include <fmt/format.h>

#include "types/cast_kernels.h"
#include "types/value_text.h"

namespace millrace {

namespace {

constexpr size_t kMostShownBytes = 100;

CastPtr makeNullCast() {
  return castOf([](const Column&, Rows rows, const CastContext&, bool, Column& out) {
    forEachRow(rows, [&](uint32_t row) { out.setNull(row); });
    return Status();
  });
}

bool isNumberTimestampPair(const Type& a, const Type& b) {
  return a.isNumeric() && b.isTimestamp();
}

Error notAllowed(const Type& from, const Type& to) {
  std::string message = fmt::format("cannot cast {} to {}", from.withNullable(true).toString(),
                                    to.withNullable(true).toString());
  Error error(ErrorKind::kTypeMismatch, std::move(message));
  if (isNumberTimestampPair(from, to)) {
    return std::move(error).withHint(
        "Use TO_TIMESTAMP_LTZ(number, 0) for seconds or TO_TIMESTAMP_LTZ(number, 3) for "
        "milliseconds.");
  }
  if (isNumberTimestampPair(to, from)) {
    return std::move(error).withHint("Use UNIX_TIMESTAMP(CAST(timestamp AS STRING)).");
  }
  return error;
}

}  // namespace

void copyNulls(const Column& in, Rows rows, Column& out) {
  if (!in.mayHaveNulls()) return;
  if (rows.isDense() && !in.isConstant()) {
    copyBits(in.validity(), rows.begin, out.mutableValidity(), rows.begin, rows.count());
    return;
  }
  forEachRow(rows, [&](uint32_t row) {
    if (in.isNull(row)) out.setNull(row);
  });
}

Error castError(const Column& in, uint32_t row, const Type& to) {
  std::string text;
  appendValueText(in, row, TextOptions(), text);
  if (text.size() > kMostShownBytes) text = text.substr(0, kMostShownBytes) + "...";
  return Error(ErrorKind::kInvalidCast,
               fmt::format("cannot cast '{}' to {}", text, to.withNullable(true).toString()))
      .withHint("Use TRY_CAST to get NULL for such values.");
}

Result<std::unique_ptr<Cast>> makeCast(const Type& from, const Type& to) {
  if (from.kind() == TypeKind::kNull) return makeNullCast();
  if (!supportsExplicitCast(from, to)) return notAllowed(from, to);
  for (auto* family : {makeNestedCast, makeStringCast, makeNumericCast, makeDatetimeCast}) {
    if (CastPtr cast = family(from, to)) return cast;
  }
  return notAllowed(from, to);
}

}  // namespace millrace
