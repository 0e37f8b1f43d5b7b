// What a caller of IAM must be allowed to do: the action on the user, group, role or policy that
// the input names, with its tags and those of the request as conditions.
#include <string>
#include <utility>

#include "companions/iam/service.h"

namespace millrace::iam {

namespace {

const std::string* text(const Document& input, std::string_view member) {
  const Document* found = input.find(member);
  return found == nullptr ? nullptr : found->as<std::string>();
}

std::string textOr(const Document& input, std::string_view member, std::string_view byDefault) {
  const std::string* found = text(input, member);
  return found == nullptr ? std::string(byDefault) : *found;
}

// Adds the tags of what is there, and names it by its own path; what is yet to be made has the path
// of the input.
template <typename Record>
std::string arnOfNamed(const RequestContext& context, const Document& input, std::string_view kind,
                       const std::string& name, const std::shared_ptr<const Record>& record,
                       AccessRequest& access) {
  if (!record) {
    return identityArn(context.account, kind, textOr(input, "Path", "/"), name);
  }
  for (const auto& [key, value] : record->tags) {
    access.conditions["aws:resourcetag/" + inLowerCase(key)] = {value};
    access.conditions["iam:resourcetag/" + inLowerCase(key)] = {value};
  }
  return identityArn(context.account, kind, record->path, record->name);
}

void addRequestTags(const Document& input, AccessRequest& access) {
  if (const Document* tags = input.find("Tags")) {
    const auto* list = tags->as<Document::List>();
    if (list == nullptr) return;
    for (const Document& tag : *list) {
      std::string key = textOr(tag, "Key", "");
      access.conditions["aws:requesttag/" + inLowerCase(key)] = {textOr(tag, "Value", "")};
      access.conditions["aws:tagkeys"].push_back(key);
    }
  }
  if (const Document* keys = input.find("TagKeys")) {
    const auto* list = keys->as<Document::List>();
    if (list == nullptr) return;
    for (const Document& key : *list) {
      if (const auto* name = key.as<std::string>()) {
        access.conditions["aws:tagkeys"].push_back(*name);
      }
    }
  }
}

// Of lists, the path below which they look: "arn:aws:iam::123456789012:user/".
std::string arnOfList(const RequestContext& context, const Document& input) {
  std::string_view operation = context.operation.name;
  for (auto [list, kind] : {std::pair{"ListUsers", "user"}, std::pair{"ListRoles", "role"},
                            std::pair{"ListGroups", "group"}}) {
    if (operation != list) continue;
    return identityArn(context.account, kind, textOr(input, "PathPrefix", "/"), "");
  }
  return {};
}

// Of operations on the user that calls, when no user is named.
bool meansCaller(std::string_view operation) {
  return operation == "GetUser" || operation == "CreateAccessKey" ||
         operation == "DeleteAccessKey" || operation == "UpdateAccessKey" ||
         operation == "ListAccessKeys";
}

}  // namespace

AccessRequest Service::accessOf(const RequestContext& context, const Document& input) {
  AccessRequest access = millrace::Service::accessOf(context, input);
  auto state = this->state();
  std::string resource;
  const std::string* user = text(input, "UserName");
  const std::string* policy = text(input, "PolicyArn");
  // Of a group and a user, the group is what is changed.
  if (const std::string* group = text(input, "GroupName")) {
    resource = arnOfNamed(context, input, "group", *group, state->group(*group), access);
  } else if (const std::string* role = text(input, "RoleName")) {
    resource = arnOfNamed(context, input, "role", *role, state->role(*role), access);
  } else if (user != nullptr) {
    resource = arnOfNamed(context, input, "user", *user, state->user(*user), access);
  } else if (policy != nullptr) {
    resource = *policy;
    if (auto record = state->policy(*policy)) {
      arnOfNamed(context, input, "policy", record->name, record, access);
    }
  } else if (context.operation.name == "CreatePolicy") {
    resource = identityArn(context.account, "policy", textOr(input, "Path", "/"),
                           textOr(input, "PolicyName", ""));
  } else if (const std::string* source = text(input, "PolicySourceArn")) {
    resource = *source;
  } else if (meansCaller(context.operation.name) &&
             context.principal.kind == Principal::Kind::kUser) {
    resource = context.principal.arn;
  }
  if (resource.empty()) resource = arnOfList(context, input);
  if (!resource.empty()) access.resources = {resource};
  if (policy != nullptr) access.conditions["iam:policyarn"] = {*policy};
  if (const std::string* boundary = text(input, "PermissionsBoundary")) {
    access.conditions["iam:permissionsboundary"] = {*boundary};
  }
  addRequestTags(input, access);
  return access;
}

}  // namespace millrace::iam
