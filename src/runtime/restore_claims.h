// Which operator of a job continues which operator of a snapshot. An operator has one id per
// statement that it serves; any of them finds its state. When a snapshot's operator served several
// statements that have operators of their own now, each of those gets a copy.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/job_graph.h"
#include "state/snapshot_directory.h"

namespace millrace {

// For each node the id under which its state is in the snapshot; nullptr when there is none. The
// ids are the manifest's own, and live as long.
std::vector<const std::string*> claimsOf(const Manifest& manifest, const JobGraph& graph);

// The ids of the snapshot's operators that no node claims, in order.
std::vector<std::string> unclaimedOf(const Manifest& manifest, const JobGraph& graph);

// An error that names the first unclaimed operator, or state would be lost silently.
Status checkClaims(const Manifest& manifest, const JobGraph& graph);

// Opens a checkpoint for the job. As in Flink a maximum parallelism that nobody asked for gives way
// to the snapshot's; an error where the job's parallelism exceeds that, or the two differ.
Result<RestoredCheckpoint> openFor(JobGraph& graph, FileSystem& files, const std::string& path);

// Fills in what a snapshot says about its operators beside their states.
void nameOperators(const JobGraph& graph, Manifest& manifest);

}  // namespace millrace
