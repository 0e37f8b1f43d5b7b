// ROUND and TRUNCATE of DOUBLE on the shortest decimal text of the number, as Flink computes them.
#pragma once

namespace millrace {

// Rounds half away from zero, or cuts towards zero, behind `digits` fraction digits (negative: in
// front of the point). NaN and infinities stay.
double roundReal(double value, int digits, bool cut);
float roundReal(float value, int digits, bool cut);

}  // namespace millrace
