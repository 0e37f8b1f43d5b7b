// WatermarkAssigner: puts watermark marks between the rows of a source, as Flink's operator of that
// name: after a row whose watermark exceeds the last one by more than the interval
// (pipeline.auto-watermark-interval; 0 = after every row that lifts it), and when the interval has
// passed on the clock. Watermarks are floor(milliseconds of the expression); a NULL one is ignored.
// A NULL rowtime is an error, as in Flink. After idleTimeout without rows the output is idle.
// Behind a source that reads splits (runtime/split_reader.h) the watermark is the least of those of
// the splits that are not idle.
#pragma once

#include "expr/expr.h"
#include "runtime/operator.h"

namespace millrace {

struct WatermarkAssignerSpec {
  uint32_t rowtimeColumn = 0;
  ExprPtr watermark;  // TIMESTAMP(p) or TIMESTAMP_LTZ(p), over the input columns
};

Result<OperatorPtr> makeWatermarkAssigner(const WatermarkAssignerSpec& spec);

}  // namespace millrace
