// Progress: one line on standard error about running jobs, renewed about once a second: records and
// bytes in and out per second, watermark and its lag, the busiest operator, time. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "env/env.h"
#include "runtime/job.h"

namespace millrace {

enum class ProgressMode : uint8_t {
  kOff,
  kTerminal,  // a line that is overwritten; nothing for jobs that end within a second
  kLines,     // a line per second, and a summary for every job
};

// What the line says, summed over jobs.
struct ProgressTotals {
  uint64_t recordsIn = 0, recordsOut = 0, bytesIn = 0, bytesOut = 0;
  uint64_t lateRecords = 0, malformedRecords = 0;
  uint64_t numRestarts = 0;
  bool restarting = false;
  int64_t watermark = INT64_MIN;  // of the operators that have one, the lowest
  int64_t elapsedMillis = 0;
  std::string busiest;
  double busy = 0;
  void add(const JobProgress& progress);
};

class Progress {
 public:
  Progress(Env& env, ProgressMode mode);

  using Jobs = std::vector<std::shared_ptr<Job>>;
  // New jobs are watched: rates start from here.
  void begin(const Jobs& jobs);
  // Shows the line when it is time to.
  void tick();
  // Takes the line away, before other text goes to the same terminal.
  void erase();
  // The summary.
  void end();

 private:
  ProgressTotals totals();
  void show(const std::string& text);

  Env& env_;
  ProgressMode mode_;
  Jobs jobs_;
  ProgressTotals last_;
  int64_t lastNanos_ = 0;
  bool shown_ = false;  // the line is on the terminal now
  bool active_ = false;
};

}  // namespace millrace
