// What holds for a table of the filesystem connector, however it is used.
#pragma once

#include "connectors/connector.h"

namespace millrace {

// Checks the path, the partition columns and the values of options that are not plain text.
Status validateFileTable(const TableOptions& options, const TableDefinition& table);

}  // namespace millrace
