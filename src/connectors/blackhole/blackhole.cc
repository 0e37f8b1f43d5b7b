// The blackhole connector: a sink that drops its input unread.
#include "connectors/connector.h"

namespace millrace {

namespace {

class BlackholeSink : public Operator {
 public:
  Status processBatch(int, Batch, Output&) override { return {}; }
};

Result<OperatorPtr> makeSink(const SinkRequest&, const SubtaskInfo&, Env&) {
  return OperatorPtr(std::make_unique<BlackholeSink>());
}

}  // namespace

void addBlackholeConnector(ConnectorCatalog& catalog) {
  ConnectorDescriptor connector;
  connector.name = "blackhole";
  connector.doc = "Takes every row and drops it.";
  connector.makeSink = makeSink;
  connector.sinkAcceptsChangelog = true;
  catalog.add(std::move(connector));
}

}  // namespace millrace
