// What the service and its workers say to each other over a Unix socket: one JSON document a line.
// docs/internals/worker-protocol.md has the order of messages and what is said again after a
// connection was lost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "control/code/application_code.h"
#include "control/engine/engine.h"
#include "control/observability/application_telemetry.h"
#include "runtime/restart_strategy.h"

namespace millrace {

inline constexpr int kWorkerProtocolVersion = 1;
// The memory of a KPU, which limits a worker.
inline constexpr uint64_t kBytesPerKpu = uint64_t{4} << 30;

// That a worker has crashed, and why.
struct WorkerFailure {
  int64_t timeMillis = 0;
  std::string text;
};

// What a worker is to run. It is kept beside the state of the attempt, so that the attempt goes on
// with the same code after a crash.
struct WorkerTask {
  JobId job;
  std::string applicationName;
  int64_t versionId = 0;
  std::vector<SqlFile> files;  // with the runtime properties put in
  int32_t parallelism = 1;
  int32_t kpus = 1;
  bool checkpointing = true;
  int64_t checkpointIntervalMillis = 60'000;
  int64_t minPauseMillis = 5000;
  std::string restoreLocation;  // empty = without state
  bool allowNonRestoredState = false;
  int64_t priorRestarts = 0;                 // of the job, by earlier workers of the attempt
  std::vector<WorkerFailure> priorFailures;  // of those workers; the newest first
  bool subtaskMetrics = false;               // metrics are reported of each subtask, too
};

struct ToWorker {
  enum class Kind : uint8_t {
    kStart,      // task, resume: the answer to a hello of a worker that runs nothing yet
    kWelcome,    // the answer to a hello of a worker that runs: go on
    kStop,       // snapshot, directory
    kSavepoint,  // snapshot, directory
    kCancel,
    kRest,   // id, path
    kLeave,  // nobody needs the worker: it stops without committing anything more, and ends
  };
  Kind kind = Kind::kWelcome;
  WorkerTask task;
  bool resume = false;  // go on from what the attempt has kept, if there is anything
  std::string snapshot;
  std::string directory;  // where the savepoint goes
  int64_t id = 0;
  std::string path;
};

struct FromWorker {
  enum class Kind : uint8_t {
    kHello,
    kRunning,  // maxParallelism, plan, restart
    kFinished,
    kFailed,  // text: why
    kCancelled,
    kStopped,          // snapshot, location
    kStopFailed,       // snapshot, text
    kSavepointTaken,   // snapshot, location
    kSavepointFailed,  // snapshot, text
    kLog,              // record
    kMetrics,          // report
    kRest,             // id, ok, malformed, text: the answer as JSON, or why there is none
  };
  Kind kind = Kind::kHello;

  // hello
  int version = kWorkerProtocolVersion;
  JobId job;
  int64_t process = 0;
  bool started = false;  // it has been given its task
  std::string endpoint;  // AWS_ENDPOINT_URL that its connectors use
  std::string token;     // for the credentials of the execution role

  int32_t maxParallelism = 0;
  std::string plan;
  RestartOptions restart;

  std::string snapshot;
  std::string location;
  std::string text;
  int64_t id = 0;
  bool ok = true;
  bool malformed = false;  // rest: the path's parameters are; otherwise there is no such thing
  ApplicationLogRecord record;
  ApplicationMetricsReport report;

  // The job is over: the worker ends when it is told to leave.
  bool isEnd() const {
    return kind == Kind::kFinished || kind == Kind::kFailed || kind == Kind::kCancelled ||
           kind == Kind::kStopped;
  }
};

// A line without its line feed.
std::string encode(const ToWorker& message);
std::string encode(const FromWorker& message);
// kCorruptData when it is none of the documents above; members that are not there have their
// defaults.
Result<ToWorker> decodeToWorker(std::string_view line);
Result<FromWorker> decodeFromWorker(std::string_view line);

// The same for a task alone, as it is kept in a file.
std::string encodeTask(const WorkerTask& task);
Result<WorkerTask> decodeTask(std::string_view text);

// Arguments of `millrace worker`.
struct WorkerArguments {
  std::string socket;     // of the service
  std::string directory;  // of the application (ApplicationDirectory)
  int64_t application = 0;
  int64_t attempt = 0;
};

// Environment variables of a worker beyond those of the AWS SDKs.
inline constexpr const char* kTokenVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
inline constexpr const char* kEndpointVariable = "AWS_ENDPOINT_URL";

}  // namespace millrace
