// The kinesis connector as a source.
#pragma once

#include <memory>

#include "connectors/connector.h"
#include "connectors/kinesis/kinesis_client.h"
#include "connectors/kinesis/kinesis_options.h"

namespace millrace {

std::vector<MetadataColumn> kinesisMetadataColumns();
Result<std::unique_ptr<Source>> makeKinesisSource(const ScanRequest& request, Env& env);

// For tests: with a client of theirs. threads = 0: polling happens inside SourceReader::poll().
Result<std::unique_ptr<Source>> makeKinesisSource(const ScanRequest& request, Env& env,
                                                  KinesisClientPtr client, size_t threads);

}  // namespace millrace
