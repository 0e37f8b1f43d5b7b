// Processes of the machine: started, watched and ended. Only the machine has processes, so this is
// no part of Env.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace {

struct ProcessOptions {
  std::vector<std::string> arguments;              // without the program's name
  std::map<std::string, std::string> environment;  // all of it
  std::string outputFile;                          // standard output and error are appended to it
};

// How a process ended.
struct ProcessEnd {
  std::optional<int> exitCode;
  std::optional<int> signal;
  // "exited with code 1", "was ended by signal 9 (Killed)"
  std::string describe() const;
};

// A process. Destroying the object leaves the process alone. Not thread-safe.
class Process {
 public:
  virtual ~Process() = default;

  // Starts this program again with other arguments: in a session of its own, so that it outlives
  // this process and does not get the signals of its terminal; with nothing of ours open.
  static Result<std::unique_ptr<Process>> startSelf(const ProcessOptions& options);
  // A process that is there already, for example one that a former process started. kNotFound.
  static Result<std::unique_ptr<Process>> attach(int64_t id);

  virtual int64_t id() const = 0;
  // Readable when the process has ended: for a Poller.
  virtual int descriptor() const = 0;
  // Nothing while it is alive. How it ended is only known of processes that we started.
  virtual std::optional<ProcessEnd> ended() = 0;
  // Does nothing to a process that has ended, also when its number has been given to another.
  virtual void signal(int number) = 0;
};

// The words of its command line; empty when there is no such process.
std::vector<std::string> commandLineOf(int64_t process);

// What this process has used so far.
struct ProcessUsage {
  int64_t cpuMicros = 0;  // of all threads
  uint64_t residentBytes = 0;
  int32_t numThreads = 0;
};
ProcessUsage ownUsage();

int64_t ownProcessId();
// The variables of this process.
std::map<std::string, std::string> ownEnvironment();
// Ends this process at once: nothing is flushed or destroyed.
[[noreturn]] void exitNow(int code);

}  // namespace millrace
