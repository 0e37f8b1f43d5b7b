// TestProcess: one run of a test file in a child process, so that a crash or an endless loop is one
// failed test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runner/test_run.h"

namespace millrace {

// What a run has reported.
struct RunReport {
  std::map<size_t, std::vector<TestFailure>> failures;  // by block
  std::map<std::string, uint64_t> sourceRows;
  // The process ended badly: in this block (if in one), for this reason.
  bool crashed = false;
  bool hung = false;  // the failure is among `failures`
  std::optional<size_t> block;
  std::string crash;
};

class TestProcess {
 public:
  // Forks. Requires: this process has one thread. `file` must outlive the object.
  TestProcess(const TestFile& file, RunRequest request);
  // Kills what still runs; removes the directory.
  ~TestProcess();
  TestProcess(const TestProcess&) = delete;
  TestProcess& operator=(const TestProcess&) = delete;

  // Readable when there is something to read().
  int descriptor() const { return descriptor_; }
  // Takes in what is there; false when the process has ended and the report is complete.
  bool read();
  // Milliseconds until the process counts as stuck, at least 0; kills it then.
  int64_t remainingMillis() const;
  void killStuck();

  RunReport& report() { return report_; }

 private:
  [[noreturn]] void runChild(const TestFile& file, int descriptor);
  void take(const std::string& line);
  void finish();

  RunRequest request_;
  RunReport report_;
  pid_t pid_ = -1;
  int descriptor_ = -1;
  std::string buffer_;
  bool complete_ = false;  // the child has said that it came to its end
  bool stuck_ = false;
  int64_t deadlineMillis_ = 0;
};

}  // namespace millrace
