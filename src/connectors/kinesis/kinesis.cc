// The kinesis connector's descriptor.
#include "connectors/connector.h"
#include "connectors/kinesis/kinesis_options.h"
#include "connectors/kinesis/kinesis_sink.h"
#include "connectors/kinesis/kinesis_source.h"

namespace millrace {

namespace {

Status validate(const TableDefinition& table, TableUse use) {
  return validateKinesisTable(TRY(readTableOptions(table)), table, use);
}

}  // namespace

void addKinesisConnector(ConnectorCatalog& catalog) {
  ConnectorDescriptor connector;
  connector.name = "kinesis";
  connector.doc = "Streams of Kinesis: continuous source, sink.";
  connector.options = kinesisOptions();
  connector.usesFormat = true;
  connector.metadata = kinesisMetadataColumns();
  connector.validate = validate;
  connector.isBounded = [](const TableDefinition&) -> Result<bool> { return false; };
  connector.makeSource = makeKinesisSource;
  connector.makeSink = makeKinesisSink;
  connector.sourceLists = {"shards"};
  catalog.add(connector);
  // Flink's connectors since 5 have the classic source under this name, and no sink.
  connector.name = "kinesis-legacy";
  connector.doc = "As kinesis, source only: the name of the classic source since connectors 5.";
  connector.makeSink = nullptr;
  catalog.add(std::move(connector));
}

}  // namespace millrace
