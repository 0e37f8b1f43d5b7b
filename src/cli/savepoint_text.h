// Savepoints and verdicts over them as text and as JSON.
#pragma once

#include <string>

#include "runtime/restore_report.h"
#include "state/snapshot_directory.h"

namespace millrace {

// directory: where the savepoint is.
std::string savepointText(const RestoredCheckpoint& savepoint, const std::string& directory);
std::string savepointJson(const RestoredCheckpoint& savepoint, const std::string& directory);

std::string reportText(const RestoreReport& report);
std::string reportJson(const RestoreReport& report);

}  // namespace millrace
