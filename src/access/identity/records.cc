#include "access/identity/records.h"

#include <fmt/format.h>

#include <charconv>

#include "access/identity/managed_policy.h"
#include "access/policy/policy_pattern.h"

namespace millrace {

namespace {

template <typename Record>
std::shared_ptr<const Record> named(const IdentityState::Table<Record>& table,
                                    std::string_view name) {
  auto found = table.find(inLowerCase(name));
  return found != table.end() && found->second->name == name ? found->second : nullptr;
}

}  // namespace

std::shared_ptr<const UserRecord> IdentityState::user(std::string_view name) const {
  return named(users, name);
}

std::shared_ptr<const GroupRecord> IdentityState::group(std::string_view name) const {
  return named(groups, name);
}

std::shared_ptr<const RoleRecord> IdentityState::role(std::string_view name) const {
  return named(roles, name);
}

std::shared_ptr<const PolicyRecord> IdentityState::policy(std::string_view arn) const {
  if (auto found = policies.find(arn); found != policies.end()) return found->second;
  return findManagedPolicy(arn);
}

std::string policyVersionId(int64_t version) { return fmt::format("v{}", version); }

int64_t parsePolicyVersionId(std::string_view id) {
  int64_t version = 0;
  if (!id.starts_with('v')) return 0;
  auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), version);
  return error == std::errc() && end == id.data() + id.size() ? version : 0;
}

}  // namespace millrace
