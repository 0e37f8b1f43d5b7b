// Which action on which stream a request needs a permission for.
#include "companions/kinesis/service.h"
#include "companions/kinesis/shard_iterator.h"
#include "companions/kinesis/shard_listing.h"

namespace millrace::kinesis {

namespace {

std::optional<std::string> textMember(const Document& input, std::string_view name) {
  const Document* member = input.find(name);
  const std::string* text = member != nullptr ? member->as<std::string>() : nullptr;
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

// Of the stream that an iterator or a NextToken of ListShards belongs to.
std::optional<uint64_t> idInToken(const Document& input) {
  if (std::optional<std::string> iterator = textMember(input, "ShardIterator")) {
    std::optional<ShardPosition> position = ShardPosition::parse(*iterator);
    return position ? std::optional(position->streamId) : std::nullopt;
  }
  std::optional<std::string> nextToken = textMember(input, "NextToken");
  return nextToken ? streamIdOf(*nextToken) : std::nullopt;
}

void addRequestedTags(const Document& input, AccessRequest& access) {
  const Document* tags = input.find("Tags");
  const auto* object = tags != nullptr ? tags->as<Document::Object>() : nullptr;
  if (object == nullptr) return;
  for (const auto& [key, value] : *object) {
    const std::string* text = value.as<std::string>();
    access.conditions["aws:requesttag/" + key] = {text != nullptr ? *text : ""};
    access.conditions["aws:tagkeys"].push_back(key);
  }
}

}  // namespace

AccessRequest Service::accessOf(const RequestContext& context, const Document& input) {
  AccessRequest access = millrace::Service::accessOf(context, input);
  StreamPtr stream;
  std::optional<std::string> arn = textMember(input, "StreamARN");
  if (!arn) arn = textMember(input, "ResourceARN");
  std::optional<std::string> name = textMember(input, "StreamName");
  if (arn || name) {
    Outcome<StreamKey> key = keyOf(name, arn, context);
    // What is wrong with the names is for the operation to say, to those who may call it at all.
    if (!key.ok()) return access;
    access.resources = {key.value().arn()};
    stream = catalog_->find(key.value());
  } else if (std::optional<uint64_t> id = idInToken(input)) {
    stream = catalog_->findById(*id);
  }
  if (stream != nullptr) {
    StreamViewPtr view = stream->view();
    access.resources = {view->definition.key.arn()};
    for (const auto& [key, value] : view->definition.tags) {
      access.conditions["aws:resourcetag/" + key] = {value};
    }
  }
  addRequestedTags(input, access);
  return access;
}

}  // namespace millrace::kinesis
