// JobEvent: what the engine, or the clock, has to say about the job of an application.
#pragma once

#include <cstdint>
#include <string>

namespace millrace::kinesisanalyticsv2 {

struct JobEvent {
  enum class Kind : uint8_t {
    kRunning,
    kFailed,  // detail: why
    kFinished,
    kStopped,     // detail: the location of the savepoint
    kStopFailed,  // detail: why; the job runs on
    kCancelled,
    kTimeout,  // of the phase
  };
  Kind kind = Kind::kRunning;
  std::string detail;

  // The job is gone for good.
  bool isEnd() const {
    return kind == Kind::kFailed || kind == Kind::kFinished || kind == Kind::kStopped ||
           kind == Kind::kCancelled;
  }
};

}  // namespace millrace::kinesisanalyticsv2
