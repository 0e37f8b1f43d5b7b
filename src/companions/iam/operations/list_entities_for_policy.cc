#include "aws/model/generated/iam/list_entities_for_policy.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

namespace {

struct Entity {
  std::string_view kind;
  std::shared_ptr<const IdentityRecord> record;
};

// Kinds follow each other, each in the order of its names.
std::string entityKey(const Entity& entity) {
  return fmt::format("{}/{}", entity.kind, inLowerCase(entity.record->name));
}

template <typename Record>
void collect(const IdentityState::Table<Record>& table, std::string_view kind,
             const ListEntitiesForPolicyRequest& input, std::vector<Entity>& entities) {
  if (input.entityFilter && *input.entityFilter != kind) return;
  bool attachments = input.policyUsageFilter != "PermissionsBoundary";
  bool boundaries = input.policyUsageFilter != "PermissionsPolicy";
  for (const auto& [_, record] : table) {
    bool uses = (attachments && record->attachedPolicies.contains(input.policyArn)) ||
                (boundaries && record->boundary == input.policyArn);
    if (!uses || !record->path.starts_with(input.pathPrefix.value_or("/"))) continue;
    entities.push_back({kind, record});
  }
}

}  // namespace

Outcome<ListEntitiesForPolicyResponse> listEntitiesForPolicy(Service& service,
                                                             ListEntitiesForPolicyRequest& input,
                                                             RequestContext&) {
  auto state = service.state();
  auto policy = TRY(findPolicy(*state, input.policyArn));
  std::vector<Entity> entities;
  collect(state->groups, "Group", input, entities);
  collect(state->roles, "Role", input, entities);
  collect(state->users, "User", input, entities);
  std::vector<Entity> page;
  ListEntitiesForPolicyResponse response;
  answerPage(input, response, page, std::move(entities), entityKey);
  response.policyGroups.emplace();
  response.policyRoles.emplace();
  response.policyUsers.emplace();
  for (const Entity& entity : page) {
    if (entity.kind == "Group") {
      PolicyGroup& group = response.policyGroups->emplace_back();
      group.groupName = entity.record->name;
      group.groupId = entity.record->id;
    } else if (entity.kind == "Role") {
      PolicyRole& role = response.policyRoles->emplace_back();
      role.roleName = entity.record->name;
      role.roleId = entity.record->id;
    } else {
      PolicyUser& user = response.policyUsers->emplace_back();
      user.userName = entity.record->name;
      user.userId = entity.record->id;
    }
  }
  return response;
}

}  // namespace millrace::iam
