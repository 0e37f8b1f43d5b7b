#include "env/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace millrace {

namespace {

Error processError(const char* action, int code) {
  return Error(ErrorKind::kIo, fmt::format("could not {}: {}", action, std::strerror(code)));
}

int openProcess(pid_t process) { return static_cast<int>(::syscall(SYS_pidfd_open, process, 0)); }

class RealProcess final : public Process {
 public:
  RealProcess(pid_t process, int descriptor, bool isChild)
      : process_(process), descriptor_(descriptor), isChild_(isChild) {}
  ~RealProcess() override {
    // A child that has ended is not left behind as a zombie.
    (void)ended();
    ::close(descriptor_);
  }

  int64_t id() const override { return process_; }
  int descriptor() const override { return descriptor_; }

  std::optional<ProcessEnd> ended() override {
    if (end_) return end_;
    pollfd state{descriptor_, POLLIN, 0};
    if (::poll(&state, 1, 0) <= 0) return std::nullopt;
    end_ = ProcessEnd();
    int status = 0;
    if (isChild_ && ::waitpid(process_, &status, WNOHANG) == process_) {
      if (WIFEXITED(status)) end_->exitCode = WEXITSTATUS(status);
      if (WIFSIGNALED(status)) end_->signal = WTERMSIG(status);
    }
    return end_;
  }

  void signal(int number) override {
    if (ended()) return;
    (void)::syscall(SYS_pidfd_send_signal, descriptor_, number, nullptr, 0);
  }

 private:
  pid_t process_;
  int descriptor_;
  bool isChild_;
  std::optional<ProcessEnd> end_;
};

// What a new process begins with: no files of ours, signals as at the start of a program.
class SpawnSettings {
 public:
  explicit SpawnSettings(const std::string& outputFile) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    const char* output = outputFile.empty() ? "/dev/null" : outputFile.c_str();
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
    posix_spawn_file_actions_adddup2(&files_, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string readSystemFile(const std::string& path) {
  std::string text;
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return text;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(descriptor, buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<size_t>(count));
  }
  ::close(descriptor);
  return text;
}

// The number behind "VmRSS:" and the like; 0 when there is none.
int64_t numberAfter(const std::string& text, const char* label) {
  size_t at = text.find(label);
  return at == std::string::npos
             ? 0
             : std::strtoll(text.c_str() + at + std::strlen(label), nullptr, 10);
}

int64_t microsOf(const timeval& time) { return int64_t{time.tv_sec} * 1'000'000 + time.tv_usec; }

}  // namespace

std::string ProcessEnd::describe() const {
  if (signal) return fmt::format("was ended by signal {} ({})", *signal, ::strsignal(*signal));
  if (exitCode) return fmt::format("exited with code {}", *exitCode);
  return "has ended";
}

Result<std::unique_ptr<Process>> Process::startSelf(const ProcessOptions& options) {
  // The program itself rather than its path: the file may have been replaced by a newer one.
  constexpr const char* kProgram = "/proc/self/exe";
  std::vector<std::string> words = {"millrace"};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : options.environment) variables.push_back(name + '=' + value);
  SpawnSettings settings(options.outputFile);
  pid_t process = 0;
  int code = ::posix_spawn(&process, kProgram, settings.files(), settings.attributes(),
                           pointersTo(words).data(), pointersTo(variables).data());
  if (code != 0) return processError("start a process", code);
  // The child is ours: its number cannot be used again before we have waited for it.
  int descriptor = openProcess(process);
  if (descriptor < 0) return processError("watch a process", errno);
  return std::unique_ptr<Process>(std::make_unique<RealProcess>(process, descriptor, true));
}

Result<std::unique_ptr<Process>> Process::attach(int64_t id) {
  int descriptor = openProcess(static_cast<pid_t>(id));
  if (descriptor < 0) {
    return Error(errno == ESRCH ? ErrorKind::kNotFound : ErrorKind::kIo,
                 fmt::format("no process {}: {}", id, std::strerror(errno)));
  }
  return std::unique_ptr<Process>(
      std::make_unique<RealProcess>(static_cast<pid_t>(id), descriptor, false));
}

std::vector<std::string> commandLineOf(int64_t process) {
  std::vector<std::string> words;
  std::string text = readSystemFile(fmt::format("/proc/{}/cmdline", process));
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find('\0', begin);
    if (end == std::string::npos) end = text.size();
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

ProcessUsage ownUsage() {
  constexpr int64_t kBytesPerKilobyte = 1024;
  ProcessUsage usage;
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  usage.cpuMicros = microsOf(used.ru_utime) + microsOf(used.ru_stime);
  std::string status = readSystemFile("/proc/self/status");
  usage.residentBytes = static_cast<uint64_t>(numberAfter(status, "VmRSS:") * kBytesPerKilobyte);
  usage.numThreads = static_cast<int32_t>(numberAfter(status, "Threads:"));
  return usage;
}

int64_t ownProcessId() { return ::getpid(); }

std::map<std::string, std::string> ownEnvironment() {
  std::map<std::string, std::string> variables;
  for (char** each = environ; *each != nullptr; ++each) {
    std::string text = *each;
    size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

void exitNow(int code) { ::_exit(code); }

}  // namespace millrace
