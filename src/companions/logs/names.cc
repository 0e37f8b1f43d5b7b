#include "companions/logs/names.h"

#include <fmt/format.h>

#include <array>

namespace millrace::logs {

namespace {

// The parts up to "log-group", and what follows.
std::optional<GroupName> parseHead(std::string_view& arn) {
  std::array<std::string_view, 6> parts;
  for (std::string_view& part : parts) {
    size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return {};
    part = arn.substr(0, colon);
    arn.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn" || parts[2] != "logs" || parts[5] != "log-group") return {};
  return GroupName{std::string(parts[4]), std::string(parts[3]), {}};
}

}  // namespace

std::string GroupName::arn() const {
  return fmt::format("arn:aws:logs:{}:{}:log-group:{}", region, account, name);
}

std::string GroupName::streamArn(std::string_view stream) const {
  return fmt::format("{}:log-stream:{}", arn(), stream);
}

std::optional<GroupName> parseGroupArn(std::string_view arn) {
  std::optional<GroupName> group = parseHead(arn);
  if (!group) return {};
  if (arn.ends_with(":*")) arn.remove_suffix(2);
  if (arn.empty() || arn.find(':') != std::string_view::npos) return {};
  group->name = arn;
  return group;
}

std::optional<StreamName> parseStreamArn(std::string_view arn) {
  constexpr std::string_view kStream = ":log-stream:";
  std::optional<GroupName> group = parseHead(arn);
  size_t middle = arn.find(kStream);
  if (!group || middle == std::string_view::npos || middle == 0) return {};
  group->name = arn.substr(0, middle);
  std::string stream(arn.substr(middle + kStream.size()));
  if (stream.empty()) return {};
  return StreamName{std::move(*group), std::move(stream)};
}

}  // namespace millrace::logs
