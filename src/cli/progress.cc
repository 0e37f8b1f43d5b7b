#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/standard_streams.h"
#include "sql/shell/table_box.h"
#include "types/batch.h"
#include "types/datetime.h"

namespace millrace {

namespace {

constexpr int64_t kTickNanos = 1'000'000'000;
constexpr int64_t kShortJobMillis = 1000;
constexpr double kNanosPerSecond = 1e9;

// "12 records", "3.4 k records", "5.67 MB".
std::string scaled(double value, std::string_view unit) {
  static constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T"};
  size_t prefix = 0;
  while (value >= 1000 && prefix + 1 < std::size(kPrefixes)) {
    value /= 1000;
    ++prefix;
  }
  std::string number = prefix == 0 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
  // A prefix is part of a symbol, and stands before a word.
  bool symbol = unit.starts_with('B');
  return fmt::format("{} {}{}{}", number, kPrefixes[prefix], prefix > 0 && !symbol ? " " : "",
                     unit);
}

std::string timeSpan(int64_t millis) {
  if (millis < 60'000) return fmt::format("{:.1f} s", static_cast<double>(millis) / 1000);
  int64_t seconds = millis / 1000;
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86'400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} days", seconds / 86'400);
}

std::string restartsText(uint64_t n) { return fmt::format("{} restart{}", n, n == 1 ? "" : "s"); }

std::string watermarkText(int64_t watermark, int64_t nowMillis) {
  if (watermark == kMinWatermark) return {};
  if (watermark == kMaxWatermark) return " | watermark at the end";
  std::string text = " | watermark ";
  appendTimestamp({watermark, 0, 0}, 3, text);
  if (nowMillis > watermark) text += fmt::format(" (lag {})", timeSpan(nowMillis - watermark));
  return text;
}

}  // namespace

void ProgressTotals::add(const JobProgress& progress) {
  elapsedMillis = std::max(elapsedMillis, progress.elapsedMillis);
  numRestarts += progress.numRestarts;
  restarting = restarting || progress.restarting;
  for (const OperatorProgress& each : progress.operators) {
    if (each.isSource) {
      recordsIn += each.recordsOut;
      bytesIn += each.bytesIn;
    }
    if (each.isSink) {
      recordsOut += each.recordsIn;
      bytesOut += each.bytesOut;
    }
    lateRecords += each.lateRecordsDropped;
    malformedRecords += each.malformedRecords;
    if (each.currentWatermark != kMinWatermark) {
      watermark = watermark == kMinWatermark ? each.currentWatermark
                                             : std::min(watermark, each.currentWatermark);
    }
    if (each.busy > busy) {
      busy = each.busy;
      busiest = each.name;
    }
  }
}

Progress::Progress(Env& env, ProgressMode mode) : env_(env), mode_(mode) {}

ProgressTotals Progress::totals() {
  ProgressTotals sum;
  for (const std::shared_ptr<Job>& job : jobs_) sum.add(job->progress());
  return sum;
}

void Progress::begin(const Jobs& jobs) {
  if (mode_ == ProgressMode::kOff || jobs.empty()) return;
  jobs_ = jobs;
  last_ = totals();
  lastNanos_ = env_.clock().monotonicNanos();
  active_ = true;
}

void Progress::tick() {
  if (!active_) return;
  int64_t now = env_.clock().monotonicNanos();
  if (now - lastNanos_ < kTickNanos) return;
  ProgressTotals sum = totals();
  double seconds = static_cast<double>(now - lastNanos_) / kNanosPerSecond;
  auto rate = [&](uint64_t current, uint64_t before) {
    return static_cast<double>(current - std::min(current, before)) / seconds;
  };
  std::string text = jobs_.size() > 1 ? fmt::format("{} jobs | ", jobs_.size()) : "";
  auto flow = [&](const char* name, uint64_t records, uint64_t lastRecords, uint64_t bytes,
                  uint64_t lastBytes) {
    text += fmt::format(" | {} {}", name, scaled(rate(records, lastRecords), "records/s"));
    // Generators read no bytes, and clients are sent none.
    if (bytes > 0) text += fmt::format(", {}", scaled(rate(bytes, lastBytes), "B/s"));
  };
  text += timeSpan(sum.elapsedMillis);
  flow("in", sum.recordsIn, last_.recordsIn, sum.bytesIn, last_.bytesIn);
  flow("out", sum.recordsOut, last_.recordsOut, sum.bytesOut, last_.bytesOut);
  text += watermarkText(sum.watermark, env_.clock().nowMillis());
  if (!sum.busiest.empty()) {
    text += fmt::format(" | busiest {} {:.0f} %", sum.busiest, sum.busy * 100);
  }
  if (sum.numRestarts > 0) {
    text +=
        fmt::format(" | {}{}", restartsText(sum.numRestarts), sum.restarting ? ", waiting" : "");
  }
  show(printableText(text));
  last_ = std::move(sum);
  lastNanos_ = now;
}

void Progress::show(const std::string& text) {
  if (mode_ == ProgressMode::kLines) return writeError(text + "\n");
  size_t columns = terminalColumns();
  std::string line = text;
  if (columns > 1 && displayWidth(line) >= columns) {
    while (!line.empty() && displayWidth(line) >= columns) line.pop_back();
  }
  writeError("\r\033[K" + line);
  shown_ = true;
}

void Progress::erase() {
  if (!shown_) return;
  writeError("\r\033[K");
  shown_ = false;
}

void Progress::end() {
  erase();
  if (!active_) return;
  active_ = false;
  ProgressTotals sum = totals();
  jobs_.clear();
  if (mode_ == ProgressMode::kTerminal && sum.elapsedMillis < kShortJobMillis) return;
  double seconds = std::max(static_cast<double>(sum.elapsedMillis) / 1000, 1e-3);
  std::string text = fmt::format("{}: {} in", timeSpan(sum.elapsedMillis),
                                 scaled(static_cast<double>(sum.recordsIn), "records"));
  if (sum.bytesIn > 0) {
    text += fmt::format(" ({})", scaled(static_cast<double>(sum.bytesIn), "B"));
  }
  text += fmt::format(", {} out", scaled(static_cast<double>(sum.recordsOut), "records"));
  if (sum.bytesOut > 0) {
    text += fmt::format(" ({})", scaled(static_cast<double>(sum.bytesOut), "B"));
  }
  text += fmt::format("; {}", scaled(static_cast<double>(sum.recordsIn) / seconds, "records/s"));
  if (sum.bytesIn > 0) {
    text += fmt::format(", {}", scaled(static_cast<double>(sum.bytesIn) / seconds, "B/s"));
  }
  if (sum.lateRecords > 0) text += fmt::format("; {} late records dropped", sum.lateRecords);
  if (sum.malformedRecords > 0) {
    text += fmt::format("; {} malformed records skipped", sum.malformedRecords);
  }
  if (sum.numRestarts > 0) text += fmt::format("; {}", restartsText(sum.numRestarts));
  writeError(text + "\n");
}

}  // namespace millrace
