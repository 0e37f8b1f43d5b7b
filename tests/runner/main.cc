// test_runner: runs .test files. Ends with the line "N passed, N failed, N skipped".
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "runner/configuration_file.h"
#include "runner/suite.h"

namespace millrace {

namespace {

struct Arguments {
  std::vector<std::string> paths = {"tests/"};
  std::vector<std::string> configurations;
  std::string seed;
  std::string filter;
  bool fast = false;
  bool list = false;
  double timeoutSeconds = 20;
  SuiteOptions suite;
};

const std::string kTestsDirectory = MILLRACE_TESTS_DIRECTORY;

Result<std::vector<std::string>> findFiles(const Arguments& arguments) {
  std::vector<std::string> files;
  for (const std::string& path : arguments.paths) {
    if (!std::filesystem::is_directory(path)) {
      if (!std::filesystem::exists(path)) {
        return Error(ErrorKind::kNotFound, fmt::format("no file or folder '{}'", path));
      }
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".test") files.push_back(entry.path().string());
    }
  }
  std::erase_if(files, [&](const std::string& file) {
    return file.find(arguments.filter) == std::string::npos;
  });
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

Result<std::vector<RunSettings>> runsOf(const Arguments& arguments, const TestFile& file) {
  std::vector<std::string> paths = arguments.configurations;
  if (!arguments.seed.empty()) {
    paths.push_back(TRY(chooseConfiguration(kTestsDirectory + "/configs", file, arguments.seed)));
  }
  std::vector<RunSettings> runs;
  for (const std::string& path : paths) {
    RunSettings settings = TRY(readConfiguration(path));
    bool fixesOrder =
        settings.parallelism == 1 && !settings.options.contains("table.exec.mini-batch.enabled");
    if ((!file.skipRuns && !file.inOrder) || fixesOrder) runs.push_back(std::move(settings));
  }
  if (!paths.empty()) return runs;
  runs.push_back(runToTheEnd());
  if (!arguments.fast && !file.skipRuns) runs.push_back(runInParts(file));
  return runs;
}

Result<int> runSuite(const Arguments& arguments) {
  std::vector<std::string> files = TRY(findFiles(arguments));
  if (arguments.list) {
    for (const std::string& file : files) std::cout << file << '\n';
    return 0;
  }
  TestSuite suite(arguments.suite,
                  TRY(AllowList::read(kTestsDirectory + "/runner/unsupported.txt")));
  for (const std::string& path : files) {
    Result<TestFile> file = readTestFile(path);
    if (!file.ok()) {
      suite.addUnreadable(file.error());
      continue;
    }
    std::vector<RunSettings> runs = TRY(runsOf(arguments, file.value()));
    suite.add(std::move(file).value(), std::move(runs));
  }
  SuiteCounts counts = suite.run();
  fmt::print("{} passed, {} failed, {} skipped\n", counts.passed, counts.failed, counts.skipped);
  return counts.failed == 0 ? 0 : 1;
}

int runTests(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Runs .test files (tests/README.md).");
  app.add_option("paths", arguments.paths, "files or folders (tests/)");
  app.add_flag("--fast", arguments.fast, "only the run to the end, without checkpoints");
  app.add_option("--config", arguments.configurations, "run under these configurations instead")
      ->allow_extra_args(false);
  app.add_option("--random-config-seed", arguments.seed,
                 "run each file under one of tests/configs, chosen by its path and this text");
  app.add_flag("--list", arguments.list, "print the files and run nothing");
  app.add_option("--filter", arguments.filter, "only files whose path holds this text");
  app.add_option("--jobs", arguments.suite.numProcesses, "files that run at the same time (2)")
      ->check(CLI::Range(1, 256));
  app.add_option("--timeout", arguments.timeoutSeconds, "seconds that a query may take (20)");
  app.add_flag("--verbose", arguments.suite.verbose, "a line for every file");
  CLI11_PARSE(app, argc, argv);
  arguments.suite.timeoutMillis = static_cast<int64_t>(arguments.timeoutSeconds * 1000);
  arguments.suite.dataDirectory = kTestsDirectory + "/data";
  Result<int> status = runSuite(arguments);
  if (status.ok()) return status.value();
  std::cerr << "test_runner: " << status.error().describe() << '\n';
  return 2;
}

}  // namespace

}  // namespace millrace

int main(int argc, char** argv) { return millrace::runTests(argc, argv); }
