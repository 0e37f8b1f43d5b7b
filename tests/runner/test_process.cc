#include "runner/test_process.h"

#include <execinfo.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

namespace millrace {

namespace {

// How much longer than a query may take the process may be silent.
constexpr int64_t kSilenceMillis = 10'000;
constexpr size_t kMostLogBytes = 3000;

int64_t nowMillis() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// One JSON object a line.
class PipeReporter final : public TestReporter {
 public:
  explicit PipeReporter(int descriptor) : descriptor_(descriptor) {}

  void begin(size_t block) override { write({{"begin", block}}); }
  void fail(size_t block, const TestFailure& failure) override {
    write({{"fail", block},
           {"run", failure.run},
           {"item", failure.item},
           {"label", failure.label},
           {"sql", failure.sql},
           {"text", failure.text}});
  }
  void sourceRows(const std::string& query, uint64_t rows) override {
    write({{"query", query}, {"rows", rows}});
  }
  [[noreturn]] void giveUp() override {
    write({{"hung", true}});
    _exit(0);
  }
  void complete() { write({{"complete", true}}); }

 private:
  void write(const nlohmann::json& message) {
    std::string line =
        message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    for (size_t at = 0; at < line.size();) {
      ssize_t written = ::write(descriptor_, line.data() + at, line.size() - at);
      if (written <= 0) _exit(1);
      at += static_cast<size_t>(written);
    }
  }

  int descriptor_;
};

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Writes the stack to stderr, then dies of the signal. Sanitizers do that better.
void describeCrash(int signal) {
  void* frames[64];
  int count = ::backtrace(frames, std::size(frames));
  ::backtrace_symbols_fd(frames, count, STDERR_FILENO);
  ::raise(signal);
}

void watchCrashes() {
  struct sigaction action {};
  action.sa_handler = describeCrash;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) {
    ::sigaction(signal, &action, nullptr);
  }
}
#else
void watchCrashes() {}
#endif

std::string endOfFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  std::string all = text.str();
  if (all.size() <= kMostLogBytes) return all;
  // Reports of sanitizers begin with what matters; logs end with it.
  return all.substr(0, kMostLogBytes / 2) + "\n...\n" + all.substr(all.size() - kMostLogBytes / 2);
}

}  // namespace

TestProcess::TestProcess(const TestFile& file, RunRequest request) : request_(std::move(request)) {
  std::string pattern = (std::filesystem::temp_directory_path() / "millrace-test-XXXXXX").string();
  CHECK(::mkdtemp(pattern.data()) != nullptr, std::strerror(errno));
  request_.directory = pattern;
  int ends[2];
  CHECK(::pipe2(ends, O_CLOEXEC) == 0, std::strerror(errno));
  std::fflush(nullptr);
  pid_ = ::fork();
  CHECK(pid_ >= 0, std::strerror(errno));
  if (pid_ == 0) {
    ::close(ends[0]);
    runChild(file, ends[1]);
  }
  ::close(ends[1]);
  descriptor_ = ends[0];
  deadlineMillis_ = nowMillis() + request_.timeoutMillis + kSilenceMillis;
}

TestProcess::~TestProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(descriptor_);
  std::error_code ignored;
  std::filesystem::remove_all(request_.directory, ignored);
}

void TestProcess::runChild(const TestFile& file, int descriptor) {
  std::string log = request_.directory + "/stderr";
  int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  watchCrashes();
  PipeReporter reporter(descriptor);
  TestRun(file, request_, reporter).run();
  reporter.complete();
  std::exit(0);
}

bool TestProcess::read() {
  char bytes[65536];
  ssize_t count = ::read(descriptor_, bytes, sizeof(bytes));
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) {
    finish();
    return false;
  }
  deadlineMillis_ = nowMillis() + request_.timeoutMillis + kSilenceMillis;
  buffer_.append(bytes, static_cast<size_t>(count));
  size_t begin = 0;
  for (size_t end; (end = buffer_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    take(buffer_.substr(begin, end - begin));
  }
  buffer_.erase(0, begin);
  return true;
}

void TestProcess::take(const std::string& line) {
  nlohmann::json message = nlohmann::json::parse(line, nullptr, false);
  if (!message.is_object()) return;
  if (message.contains("begin")) {
    report_.block = message["begin"].get<size_t>();
  } else if (message.contains("fail")) {
    TestFailure failure;
    failure.run = message["run"];
    failure.item = message["item"];
    failure.label = message["label"];
    failure.sql = message["sql"];
    failure.text = message["text"];
    report_.failures[message["fail"].get<size_t>()].push_back(std::move(failure));
  } else if (message.contains("query")) {
    report_.sourceRows[message["query"].get<std::string>()] = message["rows"].get<uint64_t>();
  } else if (message.contains("hung")) {
    report_.hung = true;
  } else if (message.contains("complete")) {
    complete_ = true;
  }
}

void TestProcess::finish() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (complete_) report_.block.reset();
  bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (clean && (complete_ || report_.hung)) return;
  report_.crashed = true;
  if (stuck_) {
    report_.crash =
        fmt::format("no sign of life for {} s", (request_.timeoutMillis + kSilenceMillis) / 1000);
  } else if (WIFSIGNALED(status)) {
    report_.crash =
        fmt::format("ended by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  } else {
    report_.crash = fmt::format("ended with status {}", WEXITSTATUS(status));
  }
  report_.crash += "\n" + endOfFile(request_.directory + "/stderr");
}

int64_t TestProcess::remainingMillis() const {
  return std::max<int64_t>(0, deadlineMillis_ - nowMillis());
}

void TestProcess::killStuck() {
  if (pid_ <= 0 || stuck_ || remainingMillis() > 0) return;
  stuck_ = true;
  ::kill(pid_, SIGKILL);
}

}  // namespace millrace
