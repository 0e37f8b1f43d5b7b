// Engine: what runs applications. The life cycle knows nothing else of it, so that the native
// engine, Apache Flink and the scripted engine of the tests are three implementations.
//
// Every call returns at once; what becomes of it is told to the listener. A job is an attempt of an
// application. There is never more than one alive: a new attempt waits until the older ones are
// gone, or makes sure that they commit nothing more.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace {

struct JobId {
  int64_t application = 0;
  int64_t attempt = 0;
  auto operator<=>(const JobId&) const = default;
};

// Where the code is; the engine loads it on a thread of its own.
struct CodeLocation {
  std::string contentType;  // PLAINTEXT or ZIPFILE
  std::string text;         // TextContent
  std::string zip;          // the bytes of ZipFileContent
  // Of S3ContentLocation whose bytes the version does not keep; otherwise empty, and they are one
  // of the above.
  std::string bucket;
  std::string key;
  std::string objectVersion;  // empty = the newest
};

// Runtime properties: group -> key -> value.
using RuntimeProperties = std::map<std::string, std::map<std::string, std::string>>;

struct JobRequest {
  JobId job;
  std::string applicationName;
  std::string applicationArn;
  int64_t versionId = 0;
  std::string runtimeEnvironment;
  bool interactive = false;  // a Studio notebook
  std::string roleArn;
  CodeLocation code;
  RuntimeProperties properties;
  std::vector<std::string> logStreamArns;
  std::string logLevel;      // INFO, WARN, ERROR, DEBUG
  std::string metricsLevel;  // APPLICATION, TASK, OPERATOR, PARALLELISM

  int32_t parallelism = 1;
  int32_t parallelismPerKpu = 1;
  bool checkpointing = true;
  int64_t checkpointIntervalMillis = 60'000;
  int64_t minPauseMillis = 5000;

  std::string restoreLocation;  // of a snapshot; empty = without state
  bool allowNonRestoredState = false;
};

// What a running job costs and does, for scaling and metrics.
struct JobReport {
  double cpuUtilization = 0;   // percent of the KPUs, the maximum of the last minute
  int32_t maxParallelism = 0;  // the lowest of all operators; 0 = unknown
};

// Called from any thread, never from within a call of the engine, once per event.
class EngineListener {
 public:
  virtual ~EngineListener() = default;
  virtual void jobRunning(JobId job) = 0;
  // It could not be started, or has failed for good; its restart strategy has given up.
  virtual void jobFailed(JobId job, std::string reason) = 0;
  virtual void jobFinished(JobId job) = 0;  // its input has ended
  // The answer to stopWithSavepoint: gone, and the savepoint is complete.
  virtual void jobStopped(JobId job, std::string location) = 0;
  // The other answer: there is no savepoint, and the job runs on.
  virtual void stopFailed(JobId job, std::string reason) = 0;
  virtual void jobCancelled(JobId job) = 0;
  virtual void savepointTaken(JobId job, std::string snapshot, std::string location) = 0;
  virtual void savepointFailed(JobId job, std::string snapshot, std::string reason) = 0;
  virtual void snapshotDeleted(int64_t application, std::string snapshot) = 0;
};

// Thread-safe.
class Engine {
 public:
  virtual ~Engine() = default;

  // Before any other call.
  virtual void setListener(EngineListener& listener) = 0;

  // A new attempt. Answer: jobRunning, jobFailed or jobFinished.
  virtual void start(JobRequest request) = 0;
  // After a restart of the service: finds the attempt alive, or starts it again from the newest
  // complete checkpoint or savepoint of the application. Answers as start.
  virtual void resume(JobRequest request) = 0;
  // Answer: jobStopped or stopFailed; jobFinished or jobFailed when that came first.
  virtual void stopWithSavepoint(JobId job, std::string snapshot) = 0;
  // Answer: jobCancelled, also for a job that is gone or was never known.
  virtual void cancel(JobId job) = 0;

  // Answer: savepointTaken or savepointFailed.
  virtual void savepoint(JobId job, std::string snapshot) = 0;
  // Answer: snapshotDeleted, also when there was nothing left to delete.
  virtual void deleteSnapshot(int64_t application, std::string snapshot, std::string location) = 0;

  // Forgets everything of applications that are not among `applications`: they were deleted.
  virtual void keepOnly(const std::vector<int64_t>& applications) = 0;
  virtual void forget(int64_t application) = 0;

  // Nothing while it does not run.
  virtual std::optional<JobReport> report(JobId job) = 0;
  // Flink's monitoring REST of the job: "/jobs/overview". The answer is JSON. Errors have Flink's
  // text: kNotFound, kInvalidArgument for a parameter of the path; kIo: nobody answers.
  virtual Result<std::string> rest(JobId job, const std::string& path) = 0;
  // The job's plan as Flink's JSON; empty when it is not known.
  virtual std::string jobPlan(JobId job) = 0;
};

}  // namespace millrace
