// RoleDirectory: which roles there are; the IAM companion or a real endpoint implements it.
#pragma once

#include <string>

#include "base/result.h"

namespace millrace {

// Thread-safe; may block.
class RoleDirectory {
 public:
  virtual ~RoleDirectory() = default;
  // kNotFound: no such role. kPermission: its trust policy does not name the service.
  virtual Status checkAssumable(const std::string& roleArn, const std::string& service) = 0;
};

}  // namespace millrace
