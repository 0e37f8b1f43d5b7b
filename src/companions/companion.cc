#include "companions/companion.h"

#include <fmt/format.h>

namespace millrace {

Status refuseSettings(const CompanionContext& context, std::string_view companion) {
  if (context.settings.empty()) return {};
  return Error(ErrorKind::kUnknownOption,
               fmt::format("'{}.{}'", companion, context.settings.begin()->first))
      .withHint(fmt::format("Known is {}.endpoint.", companion));
}

}  // namespace millrace
