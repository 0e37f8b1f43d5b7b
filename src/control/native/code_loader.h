// CodeLoader: makes the task of a worker out of an attempt's request, on threads of its own,
// because code may have to be fetched and the role be asked for. There are several, so that an
// application whose code comes slowly does not hold up the others.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "control/code/code_source.h"
#include "control/engine/engine.h"
#include "control/model/role_directory.h"
#include "control/native/application_directory.h"
#include "control/native/worker_protocol.h"
#include "env/env.h"

namespace millrace {

class CodeLoader {
 public:
  // Called on a thread of the loader; those of one application in any order.
  using Loaded = std::function<void(JobId job, Result<WorkerTask> task)>;

  // Source and roles outlive the loader and may be null: then every role will do.
  CodeLoader(Env& env, CodeSource* source, RoleDirectory* roles);
  // Waits for what is being loaded; what has not begun is left out.
  ~CodeLoader();
  CodeLoader(const CodeLoader&) = delete;
  CodeLoader& operator=(const CodeLoader&) = delete;

  // resume: the task that the attempt was started with, where it was kept.
  void load(JobRequest request, ApplicationDirectory directory, bool resume, Loaded loaded);

 private:
  void run();
  Result<WorkerTask> taskOf(const JobRequest& request, const ApplicationDirectory& directory,
                            bool resume);

  Env& env_;
  CodeSource* source_;
  RoleDirectory* roles_;
  std::mutex mutex_;
  std::condition_variable condition_;
  std::deque<std::function<void()>> work_;  // guarded by mutex_
  bool stopping_ = false;                   // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace millrace
