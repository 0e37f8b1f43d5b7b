// FileLock: a lock that one process at a time holds. It goes with the process, however that ends;
// the file stays. Only the machine has processes, so this is no part of Env.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace millrace {

class FileLock {
 public:
  virtual ~FileLock() = default;  // releases it

  // Makes the file if need be, locks it and writes the number of this process into it. `holder`
  // (optional) is filled with the number of the process that holds it, or 0; the error is
  // kPermission then.
  static Result<std::unique_ptr<FileLock>> acquire(const std::string& path,
                                                   int64_t* holder = nullptr);
};

}  // namespace millrace
