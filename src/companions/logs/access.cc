// Which action on which resource a request needs a permission for. As with AWS, the resource of a
// group ends with ":log-stream:", so policies name groups as "log-group:orders:*"; only what is
// about tags has the group's plain ARN.
#include "companions/logs/service.h"

namespace millrace::logs {

namespace {

std::optional<std::string> textMember(const Document& input, std::string_view name) {
  const Document* member = input.find(name);
  const std::string* text = member != nullptr ? member->as<std::string>() : nullptr;
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

std::optional<GroupName> namedGroup(const RequestContext& context, const Document& input) {
  for (std::string_view member : {"logGroupName", "logGroupIdentifier", "resourceArn"}) {
    std::optional<std::string> text = textMember(input, member);
    if (!text) continue;
    if (text->starts_with("arn:")) return parseGroupArn(*text);
    return GroupName{context.account, context.region, *text};
  }
  return {};
}

void addRequestedTags(const Document& input, AccessRequest& access) {
  const Document* tags = input.find("tags");
  if (tags == nullptr) tags = input.find("tagKeys");
  if (tags == nullptr) return;
  if (const auto* object = tags->as<Document::Object>()) {
    for (const auto& [key, value] : *object) {
      const std::string* text = value.as<std::string>();
      access.conditions["aws:requesttag/" + key] = {text != nullptr ? *text : ""};
      access.conditions["aws:tagkeys"].push_back(key);
    }
  } else if (const auto* list = tags->as<Document::List>()) {
    for (const Document& key : *list) {
      if (const auto* text = key.as<std::string>())
        access.conditions["aws:tagkeys"].push_back(*text);
    }
  }
}

}  // namespace

AccessRequest Service::accessOf(const RequestContext& context, const Document& input) {
  AccessRequest access = millrace::Service::accessOf(context, input);
  std::string_view operation = context.operation.name;
  if (operation == "TestMetricFilter") return access;
  addRequestedTags(input, access);
  std::optional<GroupName> group = namedGroup(context, input);
  if (!group) {
    access.resources = {GroupName{context.account, context.region, ""}.streamArn("")};
    return access;
  }
  bool plain = operation == "TagResource" || operation == "UntagResource" ||
               operation == "ListTagsForResource";
  std::string stream = textMember(input, "logStreamName").value_or("");
  access.resources = {plain ? group->arn() : group->streamArn(stream)};
  auto tags =
      store_->read([&](Transaction& transaction) -> Outcome<std::map<std::string, std::string>> {
        auto found = TRY(transaction.findGroup(group->account, group->region, group->name));
        if (!found) return std::map<std::string, std::string>();
        return TRY(transaction.tags(found->id));
      });
  // Without the tags, a policy that asks for them does not allow.
  if (!tags.ok()) return access;
  for (const auto& [key, value] : tags.value()) {
    access.conditions["aws:resourcetag/" + key] = {value};
  }
  return access;
}

}  // namespace millrace::logs
