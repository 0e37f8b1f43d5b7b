#include "operators/window/window_spec.h"

namespace millrace {

namespace {

// "10 s", "90 min": the largest unit that divides the duration, as Flink prints it.
std::string durationText(int64_t millis) {
  struct Unit {
    int64_t millis;
    const char* name;
  };
  static constexpr Unit kUnits[] = {
      {86'400'000, " d"}, {3'600'000, " h"}, {60'000, " min"}, {1'000, " s"}};
  for (const Unit& unit : kUnits) {
    if (millis != 0 && millis % unit.millis == 0) {
      return std::to_string(millis / unit.millis) + unit.name;
    }
  }
  return std::to_string(millis) + " ms";
}

Error invalid(std::string message, std::string hint) {
  return Error(ErrorKind::kValidation, std::move(message)).withHint(std::move(hint));
}

}  // namespace

Status WindowSpec::check() const {
  if (sizeMillis <= 0) {
    return invalid("the size of a window must be positive", "Use an interval above zero.");
  }
  bool slides = kind == WindowKind::kHop || kind == WindowKind::kCumulate;
  if (slides && slideMillis <= 0) {
    return invalid("the slide or step of a window must be positive", "Use an interval above zero.");
  }
  if (kind == WindowKind::kCumulate && sizeMillis % slideMillis != 0) {
    return invalid("the maximum size of CUMULATE must be a multiple of its step",
                   "Choose a step that divides the maximum size.");
  }
  return {};
}

std::string WindowSpec::toString() const {
  std::string size = "[" + durationText(sizeMillis) + "]";
  std::string slide = "[" + durationText(slideMillis) + "]";
  std::string offset = offsetMillis == 0 ? "" : ", offset=[" + durationText(offsetMillis) + "]";
  switch (kind) {
    case WindowKind::kTumble:
      return "TUMBLE(size=" + size + offset + ")";
    case WindowKind::kHop:
      return "HOP(size=" + size + ", slide=" + slide + offset + ")";
    case WindowKind::kCumulate:
      return "CUMULATE(max_size=" + size + ", step=" + slide + offset + ")";
    case WindowKind::kSession:
      return "SESSION(gap=" + size + ")";
  }
  return "";
}

}  // namespace millrace
