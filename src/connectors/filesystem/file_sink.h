// The filesystem connector as a sink.
#pragma once

#include "connectors/connector.h"

namespace millrace {

// Refuses what a sink cannot do.
Status validateFileSink(const TableOptions& options);
Result<OperatorPtr> makeFileSink(const SinkRequest& request, const SubtaskInfo& subtask, Env& env);
bool fileSinkNeedsWatermarks(const TableDefinition& table);

}  // namespace millrace
