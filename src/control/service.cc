#include "control/service.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/service.h"
#include "aws/server/generated/kinesisanalyticsv2/bindings.h"
#include "control/model/resource_names.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr std::string_view kPrincipal = "kinesisanalytics.amazonaws.com";

std::string textOf(const Document& input, std::string_view member) {
  const Document* found = input.find(member);
  const std::string* text = found == nullptr ? nullptr : found->as<std::string>();
  return text == nullptr ? std::string() : *text;
}

void addRequestTags(const Document& input, AccessRequest& access) {
  std::vector<std::string> keys;
  auto add = [&](const std::string& key, const std::string* value) {
    if (value != nullptr) access.conditions["aws:requesttag/" + key] = {*value};
    keys.push_back(key);
  };
  if (const Document* tags = input.find("Tags"); tags != nullptr && tags->as<Document::List>()) {
    for (const Document& tag : *tags->as<Document::List>()) {
      std::string value = textOf(tag, "Value");
      add(textOf(tag, "Key"), &value);
    }
  }
  const Document* tagKeys = input.find("TagKeys");
  if (tagKeys != nullptr && tagKeys->as<Document::List>()) {
    for (const Document& key : *tagKeys->as<Document::List>()) {
      if (const auto* text = key.as<std::string>()) add(*text, nullptr);
    }
  }
  if (!keys.empty()) access.conditions["aws:tagkeys"] = std::move(keys);
}

}  // namespace

Service::Service(ServiceParts parts)
    : millrace::Service(kModel, kinesisanalyticsv2::bindings()),
      parts_(std::move(parts)),
      arnPrefix_(applicationArnPrefix(parts_.region, parts_.account)),
      sessions_(parts_.env) {}

AccessRequest Service::accessOf(const RequestContext& context, const Document& input) {
  AccessRequest access = millrace::Service::accessOf(context, input);
  std::string name = textOf(input, "ApplicationName");
  if (name.empty()) name = applicationOfArn(textOf(input, "ResourceARN")).value_or("");
  // DiscoverInputSchema has a stream as its ResourceARN, lists have nothing.
  if (name.empty() || context.operation.name == "ListApplications") return access;
  access.resources = {arnPrefix_ + name};
  addRequestTags(input, access);
  Status read = store().read([&](StoreReader& reader) -> Status {
    std::optional<Application> application = TRY(reader.findApplication(name));
    if (!application) return {};
    for (const auto& [key, value] : application->tags) {
      access.conditions["aws:resourcetag/" + key] = {value};
    }
    return {};
  });
  // Without the tags, a policy that asks for them does not allow; the operation says what is wrong.
  static_cast<void>(read.ok());
  return access;
}

Outcome<void> Service::checkRole(const RequestContext& context, const ApplicationRole& role) {
  AccessRequest pass;
  pass.action = "iam:PassRole";
  pass.resources = {role.arn};
  pass.conditions["iam:passedtoservice"] = {std::string(kPrincipal)};
  TRY(context.authorize(pass));
  if (parts_.roles == nullptr) return {};
  Status assumable = parts_.roles->checkAssumable(role);
  if (assumable.ok()) return {};
  return invalidArgumentException(notAssumable(role, assumable.error()));
}

Outcome<Application> Service::find(StoreReader& reader, const std::string& name) {
  std::optional<Application> application = TRY(reader.findApplication(name));
  if (application) return std::move(*application);
  return resourceNotFoundException(fmt::format("Application not found: {}{}", arnPrefix_, name));
}

Outcome<Application> Service::findByArn(StoreReader& reader, const std::string& arn) {
  std::optional<std::string> name = applicationOfArn(arn);
  if (!name) {
    return invalidArgumentException(fmt::format("'{}' is not the ARN of an application.", arn));
  }
  if (arnPrefix_ + *name != arn) {
    return resourceNotFoundException(fmt::format("Application not found: {}", arn));
  }
  return find(reader, *name);
}

Outcome<ApplicationVersion> Service::currentVersion(StoreReader& reader,
                                                    const Application& application) {
  std::optional<ApplicationVersion> version =
      TRY(reader.findVersion(application.id, application.versionId));
  if (version) return std::move(*version);
  return Error(ErrorKind::kCorruptData,
               fmt::format("version {} of application '{}' is not in the store",
                           application.versionId, application.name));
}

ApiError inUse(const Application& application, std::string_view verb) {
  return resourceInUseException(fmt::format("Application {} cannot be {} while it is in status {}.",
                                            application.name, verb, application.status));
}

}  // namespace millrace::kinesisanalyticsv2
