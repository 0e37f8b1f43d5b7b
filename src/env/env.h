// The outside world as interfaces: clock, files, randomness. Nothing outside env/ reads a clock, a
// random number, a file or a socket directly. env/real is the machine; env/sim is a virtual world
// driven by a seed in which whole jobs run in one thread.
#pragma once

#include <cstdint>
#include <memory>

namespace millrace {

class FileSystem;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock, microseconds since 1970-01-01 UTC.
  virtual int64_t nowMicros() const = 0;
  // Never goes back; for intervals and timeouts.
  virtual int64_t monotonicNanos() const = 0;
  int64_t nowMillis() const { return nowMicros() / 1000; }
};

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;
};

class Env {
 public:
  virtual ~Env() = default;
  virtual Clock& clock() = 0;
  virtual FileSystem& files() = 0;
  virtual Random& random() = 0;
};

// The machine's clock, files and randomness. Lives as long as the process.
Env& realEnv();

}  // namespace millrace
