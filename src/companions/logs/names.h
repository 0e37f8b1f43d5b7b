// ARNs of log groups and streams, and the groups that inputs name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::logs {

struct GroupName {
  std::string account;
  std::string region;
  std::string name;

  // "arn:aws:logs:us-east-1:000000000000:log-group:orders", without ":*".
  std::string arn() const;
  std::string streamArn(std::string_view stream) const;
};

struct StreamName {
  GroupName group;
  std::string stream;
};

// Of a group; ":*" at its end is left out.
std::optional<GroupName> parseGroupArn(std::string_view arn);
std::optional<StreamName> parseStreamArn(std::string_view arn);

}  // namespace millrace::logs
