// Kinesis Data Streams: streams of shards, their records, and changes of both. Without enhanced
// fan-out, channels and queues.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/server/service.h"
#include "companions/companion.h"
#include "companions/kinesis/maintenance.h"
#include "companions/kinesis/options.h"
#include "companions/kinesis/stream/stream_catalog.h"

namespace millrace::kinesis {

class Service final : public millrace::Service {
 public:
  // Opens the data directory.
  static Result<std::unique_ptr<Service>> open(const CompanionContext& context);

  AccessRequest accessOf(const RequestContext& context, const Document& input) override;
  void stop() override;

  StreamCatalog& streams() { return *catalog_; }
  const KinesisOptions& options() const { return options_; }

  // The stream that an input names by StreamName, StreamARN or both.
  Outcome<StreamPtr> find(const std::optional<std::string>& name,
                          const std::optional<std::string>& arn, const RequestContext& context);
  // The same without looking for it.
  static Outcome<StreamKey> keyOf(const std::optional<std::string>& name,
                                  const std::optional<std::string>& arn,
                                  const RequestContext& context);

  // Changes a stream that must be ACTIVE.
  Outcome<void> changeActive(Stream& stream,
                             const std::function<Outcome<void>(StreamDefinition&)>& edit);
  // Makes it UPDATING for as long as the options say, then applies the steps.
  void beginUpdate(StreamDefinition& stream, std::vector<ReshardStep> steps,
                   const RequestContext& context);

 private:
  Service(KinesisOptions options, std::unique_ptr<StreamCatalog> catalog, Log& log);

  const KinesisOptions options_;
  std::unique_ptr<StreamCatalog> catalog_;
  Maintenance maintenance_;  // before the catalogue goes
};

}  // namespace millrace::kinesis
