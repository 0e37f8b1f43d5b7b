// LifecycleThread: drives the life cycle and the autoscaler by the real clock.
#pragma once

#include <atomic>
#include <thread>

#include "control/lifecycle/lifecycle.h"
#include "control/scaling/autoscaler.h"

namespace millrace::kinesisanalyticsv2 {

class LifecycleThread {
 public:
  // Both outlive it.
  LifecycleThread(Env& env, Lifecycle& lifecycle, Autoscaler& autoscaler);
  ~LifecycleThread();
  LifecycleThread(const LifecycleThread&) = delete;
  LifecycleThread& operator=(const LifecycleThread&) = delete;

 private:
  void run();

  Env& env_;
  Lifecycle& lifecycle_;
  Autoscaler& autoscaler_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace millrace::kinesisanalyticsv2
