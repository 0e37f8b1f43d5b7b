// TestSuite: runs test files in several processes, prints what fails and counts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runner/allow_list.h"
#include "runner/test_process.h"

namespace millrace {

struct SuiteOptions {
  size_t numProcesses = 2;
  bool verbose = false;
  int64_t timeoutMillis = 20'000;
  std::string dataDirectory;
};

struct SuiteCounts {
  size_t passed = 0;
  size_t failed = 0;
  size_t skipped = 0;
};

class TestSuite {
 public:
  TestSuite(SuiteOptions options, AllowList allowed);
  ~TestSuite();

  // A file with its runs, in the order in which they are made. Blocks of a file without runs count
  // as skipped.
  void add(TestFile file, std::vector<RunSettings> runs);
  // A file that cannot be read counts as one failure.
  void addUnreadable(const Error& error);
  SuiteCounts run();

 private:
  struct FileState;

  void startRuns();
  void startNextRun(FileState& state);
  void runEnded(FileState& state);
  void judge(FileState& state);
  void judgeBlock(FileState& state, size_t block, size_t& unsupported);
  void print(const FileState& state, const TestBlock& block, const TestFailure& failure);

  SuiteOptions options_;
  AllowList allowed_;
  std::vector<std::unique_ptr<FileState>> files_;
  std::vector<FileState*> running_;
  size_t nextFile_ = 0;
  SuiteCounts counts_;
};

}  // namespace millrace
