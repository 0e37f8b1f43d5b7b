#include "control/model/role_directory.h"

#include <fmt/format.h>

namespace millrace {

std::string notAssumable(const ApplicationRole& role, const Error& cause) {
  return fmt::format(
      "Kinesis Analytics service doesn't have sufficient privileges to assume the role "
      "{}: {}. Please check the role provided.",
      role.arn, cause.message());
}

}  // namespace millrace
