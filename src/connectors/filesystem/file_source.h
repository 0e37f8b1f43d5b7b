// The filesystem connector as a source and as a lookup table.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

std::vector<MetadataColumn> fileMetadataColumns();
Result<bool> isFileSourceBounded(const TableDefinition& table);
Result<std::unique_ptr<Source>> makeFileSource(const ScanRequest& request, Env& env);
Result<LookupTable> makeFileLookup(const ScanRequest& request, Env& env);

}  // namespace millrace
