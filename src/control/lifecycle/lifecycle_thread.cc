#include "control/lifecycle/lifecycle_thread.h"

#include <algorithm>

namespace millrace::kinesisanalyticsv2 {

LifecycleThread::LifecycleThread(Env& env, Lifecycle& lifecycle, Autoscaler& autoscaler)
    : env_(env), lifecycle_(lifecycle), autoscaler_(autoscaler), thread_([this] { run(); }) {}

LifecycleThread::~LifecycleThread() {
  stopping_ = true;
  lifecycle_.wake(0);  // no application has that id
  thread_.join();
}

void LifecycleThread::run() {
  while (!stopping_) {
    int64_t due = autoscaler_.step();
    if (std::optional<int64_t> deadline = lifecycle_.step()) due = std::min(due, *deadline);
    int64_t wait = due - env_.clock().nowMillis();
    if (wait > 0 && !stopping_) lifecycle_.wait(wait);
  }
}

}  // namespace millrace::kinesisanalyticsv2
