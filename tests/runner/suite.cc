#include "runner/suite.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cstdio>

namespace millrace {

namespace {

// A run is repeated without the block that crashed, so that the others still count.
constexpr size_t kMostCrashes = 6;
constexpr size_t kMostSqlLines = 15;

std::string indented(const std::string& text, size_t mostLines) {
  std::string out;
  std::vector<std::string> lines = splitText(trimmed(text), '\n');
  for (size_t i = 0; i < lines.size() && i < mostLines; ++i) out += "    " + lines[i] + "\n";
  if (lines.size() > mostLines) out += fmt::format("    ({} lines)\n", lines.size());
  return out;
}

}  // namespace

struct TestSuite::FileState {
  TestFile file;
  std::vector<RunSettings> runs;
  size_t run = 0;  // the one that goes on or comes next
  std::unique_ptr<TestProcess> process;
  size_t numCrashes = 0;  // in this run
  bool gaveUp = false;
  std::set<size_t> leaveOut;
  std::map<std::string, uint64_t> sourceRows;
  std::map<size_t, std::vector<TestFailure>> failures;
  std::vector<std::string> crashesOutside;  // of any block
};

TestSuite::TestSuite(SuiteOptions options, AllowList allowed)
    : options_(std::move(options)), allowed_(std::move(allowed)) {}

TestSuite::~TestSuite() = default;

void TestSuite::add(TestFile file, std::vector<RunSettings> runs) {
  auto state = std::make_unique<FileState>();
  state->file = std::move(file);
  state->runs = std::move(runs);
  files_.push_back(std::move(state));
}

void TestSuite::addUnreadable(const Error& error) {
  fmt::print("FAILED {}\n", error.message());
  ++counts_.failed;
}

SuiteCounts TestSuite::run() {
  startRuns();
  while (!running_.empty()) {
    std::vector<pollfd> waits;
    int64_t timeout = 1000;
    for (FileState* state : running_) {
      waits.push_back({state->process->descriptor(), POLLIN, 0});
      timeout = std::min(timeout, state->process->remainingMillis());
    }
    ::poll(waits.data(), waits.size(), static_cast<int>(timeout));
    std::vector<FileState*> ended;
    for (size_t i = 0; i < waits.size(); ++i) {
      FileState* state = running_[i];
      if (waits[i].revents != 0 && !state->process->read()) ended.push_back(state);
      state->process->killStuck();
    }
    for (FileState* state : ended) runEnded(*state);
    std::erase_if(running_, [](FileState* state) { return state->process == nullptr; });
    startRuns();
  }
  return counts_;
}

void TestSuite::startRuns() {
  while (running_.size() < options_.numProcesses && nextFile_ < files_.size()) {
    FileState& state = *files_[nextFile_++];
    if (state.runs.empty()) {
      judge(state);
      continue;
    }
    running_.push_back(&state);
    startNextRun(state);
  }
}

void TestSuite::startNextRun(FileState& state) {
  RunRequest request;
  request.settings = state.runs[state.run];
  request.dataDirectory = options_.dataDirectory;
  request.timeoutMillis = options_.timeoutMillis;
  request.leaveOut = state.leaveOut;
  for (const auto& [block, failures] : state.failures) request.failed.insert(block);
  request.sourceRows = state.sourceRows;
  state.process = std::make_unique<TestProcess>(state.file, std::move(request));
}

void TestSuite::runEnded(FileState& state) {
  RunReport report = std::move(state.process->report());
  state.process.reset();
  bool repeat = report.crashed || report.hung;
  if (report.crashed && report.block) {
    TestFailure failure;
    failure.run = state.runs[state.run].name;
    failure.label = "crash";
    failure.text = report.crash;
    report.failures[*report.block].push_back(failure);
  } else if (report.crashed) {
    state.crashesOutside.push_back(report.crash);
    repeat = false;
  }
  if (repeat && report.block) {
    // The repeated run reports the failures of the other blocks again.
    state.leaveOut.insert(*report.block);
    state.failures[*report.block] = report.failures[*report.block];
    if (++state.numCrashes < kMostCrashes) {
      startNextRun(state);
      return;
    }
    state.gaveUp = true;
  }
  for (auto& [block, failures] : report.failures) state.failures[block] = std::move(failures);
  for (const auto& [query, rows] : report.sourceRows) state.sourceRows[query] = rows;
  state.numCrashes = 0;
  if (++state.run < state.runs.size() && !state.gaveUp) {
    startNextRun(state);
  } else {
    judge(state);
  }
}

void TestSuite::judge(FileState& state) {
  SuiteCounts before = counts_;
  size_t unsupported = 0;
  for (size_t i = 0; i < state.file.blocks.size(); ++i) judgeBlock(state, i, unsupported);
  for (const std::string& crash : state.crashesOutside) {
    fmt::print("FAILED {}: outside of its blocks\n{}", state.file.path, indented(crash, 40));
    ++counts_.failed;
  }
  if (state.gaveUp) {
    fmt::print("FAILED {}: given up after {} crashes\n", state.file.path, kMostCrashes);
    ++counts_.failed;
  }
  bool listed = allowed_.find(state.file.path, 0) == AllowList::Entry::kFile;
  if (listed && unsupported == 0 && !state.runs.empty()) {
    fmt::print("FAILED {}: nothing in it is unsupported any more; take it off unsupported.txt\n",
               state.file.path);
    ++counts_.failed;
  }
  if (options_.verbose) {
    fmt::print("{}: {} passed, {} failed, {} skipped\n", state.file.path,
               counts_.passed - before.passed, counts_.failed - before.failed,
               counts_.skipped - before.skipped);
  }
  std::fflush(stdout);
}

void TestSuite::judgeBlock(FileState& state, size_t index, size_t& unsupported) {
  const TestBlock& block = state.file.blocks[index];
  auto found = state.failures.find(index);
  bool failed = found != state.failures.end();
  if (!failed && !block.isQuery()) return;
  if (state.runs.empty()) {
    ++counts_.skipped;
    return;
  }
  AllowList::Entry allowed = allowed_.find(state.file.path, block.line);
  if (!failed) {
    if (allowed != AllowList::Entry::kBlock && allowed != AllowList::Entry::kDiffers) {
      ++counts_.passed;
      return;
    }
    fmt::print("FAILED {}:{}: passes now; take it off unsupported.txt\n", state.file.path,
               block.line);
    ++counts_.failed;
    return;
  }
  bool isUnsupported = std::all_of(found->second.begin(), found->second.end(), [](const auto& f) {
    return f.label == errorLabel(ErrorKind::kUnsupported);
  });
  if (allowed == AllowList::Entry::kDiffers) {
    ++counts_.skipped;
    return;
  }
  if (isUnsupported && allowed != AllowList::Entry::kNone) {
    ++unsupported;
    ++counts_.skipped;
    return;
  }
  ++counts_.failed;
  for (const TestFailure& failure : found->second) print(state, block, failure);
}

void TestSuite::print(const FileState& state, const TestBlock& block, const TestFailure& failure) {
  fmt::print("FAILED {}:{} [{}]{}{}\n", state.file.path, block.line, failure.run,
             failure.item.empty() ? "" : " [" + failure.item + "]",
             failure.label.empty() ? "" : " " + failure.label);
  std::string sql = failure.sql;
  if (sql.empty() && block.kind != TestBlock::Kind::kExpressions) sql = joinLines(block.body);
  if (!sql.empty()) fmt::print("{}", indented(sql, kMostSqlLines));
  fmt::print("{}\n", indented(failure.text, 60));
}

}  // namespace millrace
