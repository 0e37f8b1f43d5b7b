// The kinesis connector as a sink: one record for each row, at least once.
#pragma once

#include "connectors/connector.h"
#include "connectors/kinesis/kinesis_client.h"

namespace millrace {

Result<OperatorPtr> makeKinesisSink(const SinkRequest& request, const SubtaskInfo& subtask,
                                    Env& env);
// For tests: with a client of theirs.
Result<OperatorPtr> makeKinesisSink(const SinkRequest& request, const SubtaskInfo& subtask,
                                    Env& env, KinesisClientPtr client);

}  // namespace millrace
