// MemoryGroups: control groups of Linux (version 2) that limit the memory of processes. They are
// there where this process may make groups below its own, as a service of systemd with Delegate=yes
// or in a container that is given its cgroup tree; elsewhere nothing is limited by the kernel.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "env/file_system.h"

namespace millrace {

struct MemoryGroupPaths {
  std::string mount = "/sys/fs/cgroup";          // of the cgroup2 file system
  std::string membership = "/proc/self/cgroup";  // which group this process is in
  std::string machine = "/proc/meminfo";         // what the machine has
};

// The memory that this process may use, in bytes: that of the machine, or what its control group or
// one above allows where that is less. 0 = not known.
uint64_t usableMemory(FileSystem& files, const MemoryGroupPaths& paths = {});

// Not thread-safe.
class MemoryGroups {
 public:
  // Moves this process into a group "server" below its own, because a group whose children are
  // limited may have no process itself. An error says why there are no groups; then nothing has
  // changed. The files outlive the object.
  static Result<std::unique_ptr<MemoryGroups>> open(FileSystem& files, int64_t ownProcess,
                                                    const MemoryGroupPaths& paths = {});

  // Makes the group, or changes its limit. Its processes are ended together when the kernel finds
  // that they need more.
  Status limit(const std::string& group, uint64_t bytes);
  Status add(const std::string& group, int64_t process);
  // How often the kernel has ended the group's processes for their memory.
  int64_t numKills(const std::string& group);
  // Does nothing while it has processes, or when it is not there.
  void remove(const std::string& group);

 private:
  MemoryGroups(FileSystem& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}
  std::string fileOf(const std::string& group, const char* name) const;

  FileSystem& files_;
  std::string directory_;
};

}  // namespace millrace
