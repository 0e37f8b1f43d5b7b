// PartPool: the memory of large parts of snapshots. A large snapshot passes through memory in parts
// that some threads fill and others write and free. They are taken from the system once and used
// again: fresh pages would cost more than what is copied into them, and memory that other threads
// have freed would be cleaned up by the next mark, which must be short. Thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

namespace millrace {

class PartPool {
 public:
  // Of the process.
  static PartPool& instance();

  // Memory of partBytes(bytes) bytes, not initialised.
  static size_t partBytes(size_t bytes);
  char* allocate(size_t bytes);
  // bytes: as they were asked for, or partBytes() of it.
  void free(char* part, size_t bytes);
  // Gives back to the system what is not in use. To be called when a checkpoint has ended.
  void trim();

 private:
  std::mutex mutex_;
  std::map<size_t, std::vector<char*>> spare_;  // by size
  size_t spareBytes_ = 0;
};

}  // namespace millrace
