#include "control/observability/log_location.h"

#include <fmt/format.h>

namespace millrace {

std::string logLocation(std::string_view logger, const LogOrigin& where) {
  // "void millrace::Class::function(int)"
  std::string_view function = where.function_name();
  function = function.substr(0, function.find('('));
  function = function.substr(function.find_last_of(" :") + 1);
  std::string_view file = where.file_name();
  file = file.substr(file.rfind('/') + 1);
  return fmt::format("{}.{}({}:{})", logger, function, file, where.line());
}

}  // namespace millrace
