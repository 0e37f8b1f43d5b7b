#include "companions/kinesis/service.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "aws/model/generated/kinesis/service.h"
#include "aws/server/generated/kinesis/bindings.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/stream/resharding.h"

namespace millrace {

namespace kinesis {

Service::Service(KinesisOptions options, std::unique_ptr<StreamCatalog> catalog, Log& log)
    : millrace::Service(kModel, kinesis::bindings()),
      options_(options),
      catalog_(std::move(catalog)),
      maintenance_(*catalog_, log, options_) {}

Result<std::unique_ptr<Service>> Service::open(const CompanionContext& context) {
  KinesisOptions options = TRY(KinesisOptions::parse(context.settings));
  auto catalog = TRY(StreamCatalog::open(context.env, context.dataDirectory, options));
  return std::unique_ptr<Service>(new Service(options, std::move(catalog), context.log));
}

void Service::stop() { maintenance_.stop(); }

Outcome<StreamKey> Service::keyOf(const std::optional<std::string>& name,
                                  const std::optional<std::string>& arn,
                                  const RequestContext& context) {
  if (!arn) {
    if (!name) {
      return invalidArgumentException("Either StreamName or StreamARN should be provided.");
    }
    return StreamKey{context.account, context.region, *name};
  }
  std::optional<StreamKey> key = parseStreamArn(*arn);
  if (!key) return invalidArgumentException(fmt::format("{} is no ARN of a stream.", *arn));
  if (name && *name != key->name) {
    return invalidArgumentException(
        fmt::format("StreamARN {} and StreamName {} do not name the same stream.", *arn, *name));
  }
  return std::move(*key);
}

Outcome<StreamPtr> Service::find(const std::optional<std::string>& name,
                                 const std::optional<std::string>& arn,
                                 const RequestContext& context) {
  StreamKey key = TRY(keyOf(name, arn, context));
  StreamPtr stream = catalog_->find(key);
  if (stream == nullptr) return streamNotFound(key);
  return stream;
}

Outcome<void> Service::changeActive(Stream& stream,
                                    const std::function<Outcome<void>(StreamDefinition&)>& edit) {
  return catalog_->change(stream, [&](StreamDefinition& definition) -> Outcome<void> {
    if (definition.lifecycle != Lifecycle::kActive) return streamNotActive(definition);
    return edit(definition);
  });
}

void Service::beginUpdate(StreamDefinition& stream, std::vector<ReshardStep> steps,
                          const RequestContext& context) {
  beginTransition(stream, Lifecycle::kUpdating, std::move(steps), context.now().millis,
                  options_.transitionMillis);
}

}  // namespace kinesis

void addKinesisCompanion(CompanionCatalog& catalog) {
  catalog.add({"kinesis", kinesis::kModel,
               [](const CompanionContext& context) -> Result<std::unique_ptr<Service>> {
                 return std::unique_ptr<Service>(TRY(kinesis::Service::open(context)));
               }});
}

}  // namespace millrace
