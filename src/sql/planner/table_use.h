// What a plan uses tables for, checked with the options as Flink's factories do at this point: the
// connector knows all options, and can be a source, a lookup table or a sink.
#pragma once

#include <vector>

#include "base/result.h"
#include "connectors/connector.h"
#include "sql/plan/logical.h"

namespace millrace {

Result<TableOptions> useScan(const LogicalScan& scan);
Result<TableOptions> useLookup(const LogicalLookupJoin& join);
// Of a sink that has a table.
Result<TableOptions> useSink(const LogicalSink& sink);

// All tables below the roots, in the order in which a job finds their errors. EXPLAIN, which makes
// no job, has the same errors so.
Status checkTables(const std::vector<LogicalPtr>& roots);

}  // namespace millrace
