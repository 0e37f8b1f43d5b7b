// JobGraph: what the planner hands to the runtime. Nodes with factories, edges with partitioning.
// The runtime chains forward edges (and keyed edges between nodes of parallelism 1) into tasks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/operator.h"
#include "runtime/source.h"
#include "state/operator_semantics.h"
#include "types/key_codec.h"
#include "types/type.h"

namespace millrace {

enum class Partitioning : uint8_t {
  kForward,    // subtask i to subtask i; the same parallelism on both sides
  kHash,       // by key columns, to the owner of the key group
  kSingleton,  // everything to subtask 0
  kRebalance,  // whole batches round-robin
  kBroadcast,  // every batch to every subtask
};

struct JobEdge {
  uint32_t from = 0;  // index of a node that comes before
  Partitioning partitioning = Partitioning::kForward;
  std::vector<uint32_t> keys;  // kHash: columns of the upstream schema
};

struct JobNode {
  // Stable id: "insert:totals[0]/aggregate(orders)" (see docs/internals/operator-ids.md).
  std::string id;
  std::vector<std::string> aliases;  // further ids, of other statements that have the node
  // What the operator reads beyond tables: the conditions below it. Tells apart operators whose ids
  // differ in their numbers only (hasTwin).
  std::string conditions;
  bool hasTwin = false;
  OperatorSemantics semantics;  // what a restore compares beside the schemas of states
  std::string title;        // "GROUP BY customer in INSERT INTO totals": what a state belongs to
  std::string name;         // shown to people: "GroupAggregate[3]"
  std::string description;  // one line, as in EXPLAIN
  uint32_t parallelism = 1;
  std::vector<JobEdge> inputs;  // empty for sources; input i of the operator is inputs[i]
  Schema output;

  // Exactly one of the two is set. Called once per subtask; sources once per job.
  std::function<Result<std::unique_ptr<Source>>()> makeSource;
  std::function<Result<OperatorPtr>(const SubtaskInfo&)> makeOperator;

  // Of a source or sink: the names of the lists that it keeps, which a restore compares with a
  // snapshot before anything is opened. Nothing: not known, it takes whatever is there.
  std::optional<std::vector<std::string>> lists;
};

struct JobGraph {
  std::string name;
  std::vector<JobNode> nodes;  // in topological order
  uint32_t maxParallelism = 128;
  bool derivesMaxParallelism = false;  // nobody asked for it: a restore takes the snapshot's
  ExecutionOptions options;
  std::string timeZone = "UTC";
  bool isBounded() const;  // every source is bounded (known once sources are made)
};

}  // namespace millrace
