// RoleDirectory: which roles there are; the IAM companion or a real endpoint implements it.
#pragma once

#include <string>

#include "base/result.h"
#include "control/model/application_role.h"

namespace millrace {

// Thread-safe; may block.
class RoleDirectory {
 public:
  virtual ~RoleDirectory() = default;
  // kPermission: there is no such role, or its trust policy does not let the service assume it;
  // nobody learns which of both. kIo: it cannot be known now.
  virtual Status checkAssumable(const ApplicationRole& role) = 0;
};

// Why a role will not do, in AWS's words and with the cause.
std::string notAssumable(const ApplicationRole& role, const Error& cause);

}  // namespace millrace
