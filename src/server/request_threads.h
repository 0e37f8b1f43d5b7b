// RequestThreads: the threads that handlers run on. A few stay; more come while all are busy and go
// when they have been idle for a while.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace millrace {

// Thread-safe. The destructor stops it.
class RequestThreads {
 public:
  virtual ~RequestThreads() = default;
  // Runs the work on some thread, in the order of submission as far as threads are free.
  virtual void submit(std::function<void()> work) = 0;
  virtual int64_t numThreads() const = 0;
  // Runs what was submitted and joins; nothing may be submitted afterwards.
  virtual void stop() = 0;
};

std::unique_ptr<RequestThreads> makeRequestThreads(int minThreads, int maxThreads);

}  // namespace millrace
