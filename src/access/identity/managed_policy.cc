#include "access/identity/managed_policy.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "access/identity/record_codec.h"
#include "aws/model/timestamp.h"
#include "base/check.h"

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

int64_t millisOf(const Json& file, const char* member) {
  auto time = parseIso8601(file.at(member).get<std::string>());
  CHECK(time.has_value(), "a policy that AWS manages has a wrong date");
  return time->millis;
}

std::shared_ptr<const PolicyRecord> readFile(std::string_view text) {
  Json file = Json::parse(text);
  PolicyRecord record;
  file.at("name").get_to(record.name);
  file.at("path").get_to(record.path);
  file.at("id").get_to(record.id);
  record.arn = "arn:aws:iam::aws:policy" + record.path + record.name;
  record.createdMillis = millisOf(file, "created");
  record.updatedMillis = millisOf(file, "updated");
  record.defaultVersion = parsePolicyVersionId(file.at("version").get<std::string>());
  record.nextVersion = record.defaultVersion + 1;
  record.awsManaged = true;
  PolicyVersionRecord& version = record.versions[record.defaultVersion];
  version.document = file.at("document").dump(4);
  version.createdMillis = record.updatedMillis;
  auto parsed = parseShared(version.document, PolicyUse::kManaged);
  CHECK(parsed.ok(), "a policy that AWS manages does not parse");
  version.parsed = std::move(parsed).value();
  return std::make_shared<const PolicyRecord>(std::move(record));
}

}  // namespace

const IdentityState::Table<PolicyRecord>& managedPolicies() {
  static const auto policies = [] {
    IdentityState::Table<PolicyRecord> table;
    for (std::string_view text : managedPolicyTexts()) {
      auto record = readFile(text);
      table.emplace(record->arn, record);
    }
    return table;
  }();
  return policies;
}

std::shared_ptr<const PolicyRecord> findManagedPolicy(std::string_view arn) {
  const auto& policies = managedPolicies();
  auto found = policies.find(arn);
  return found == policies.end() ? nullptr : found->second;
}

}  // namespace millrace
