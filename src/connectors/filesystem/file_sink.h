// The filesystem connector as a sink.
#pragma once

#include "connectors/connector.h"

namespace millrace {

// What a sink cannot do is refused here, before anything runs.
Status validateFileSink(const TableOptions& options);
Result<OperatorPtr> makeFileSink(const SinkRequest& request, const SubtaskInfo& subtask, Env& env);
bool fileSinkNeedsWatermarks(const TableDefinition& table);

}  // namespace millrace
