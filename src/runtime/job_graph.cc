#include "runtime/job_graph.h"

namespace millrace {

bool JobGraph::isBounded() const {
  for (const JobNode& node : nodes) {
    if (!node.makeSource) continue;
    Result<std::unique_ptr<Source>> source = node.makeSource();
    // A source that cannot be made fails the job when it starts, so it does not run for ever.
    if (source.ok() && !source.value()->isBounded()) return false;
  }
  return true;
}

}  // namespace millrace
