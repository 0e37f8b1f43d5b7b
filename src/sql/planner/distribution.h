// Distribution: by which columns the rows of a job node are spread over its subtasks. Where an
// operator would spread them by the same columns again, they can stay where they are.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/job_graph.h"
#include "sql/plan/logical.h"

namespace millrace {

// Lists of columns; the rows are spread by the hash of each list (as Partitioning::kHash does).
using Distribution = std::vector<std::vector<uint32_t>>;

// How rows arrive over an edge.
Distribution distributionOn(const JobEdge& edge, const Distribution& from);

// How the rows of a node are spread, as columns of its output. `inputs`: how they arrive. A join
// key of a side that is padded with NULLs spreads nothing.
Distribution distributionOf(const LogicalNode& node, const std::vector<Distribution>& inputs);

}  // namespace millrace
