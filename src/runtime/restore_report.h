// RestoreReport: what becomes of every state when a job goes on from a snapshot, found out without
// reading an entry: which operators go on in full, which lose or start something, which cannot.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "env/env.h"
#include "runtime/job_graph.h"
#include "state/snapshot_directory.h"

namespace millrace {

enum class RestoreVerdict : uint8_t {
  kFull,          // nothing is lost
  kPartial,       // it can be restored; something is dropped or starts empty
  kIncompatible,  // it cannot be restored
};
const char* restoreVerdictName(RestoreVerdict verdict);

// One operator of the snapshot, or one of the job that the snapshot does not have.
struct OperatorRestore {
  std::string id;
  std::string title;
  RestoreVerdict verdict = RestoreVerdict::kFull;
  // What is lost, starts empty or does not fit, a line each.
  std::vector<std::string> notes;
};

struct RestoreReport {
  RestoreVerdict verdict = RestoreVerdict::kFull;
  std::vector<OperatorRestore> operators;
};

// ignoresUnclaimed: state without an operator is dropped; otherwise it is incompatible. An error
// only when an operator of the job cannot be made.
Result<RestoreReport> reportRestore(const RestoredCheckpoint& snapshot, const JobGraph& graph,
                                    bool ignoresUnclaimed, Env& env);

// The first incompatible operator of a report as an error.
Status checkRestore(const RestoreReport& report);

}  // namespace millrace
