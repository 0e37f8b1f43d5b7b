#include "runtime/restore_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "runtime/restore_claims.h"
#include "state/schema_comparison.h"
#include "types/time_zone.h"

namespace millrace {

namespace {

// The states in a snapshot of one operator, those of all subtasks together.
Result<std::vector<StoredState>> storedStates(const RestoredOperator& stored) {
  std::vector<StoredState> states;
  for (const auto& file : stored.files()) {
    for (const SnapshotState& state : file->states()) {
      auto known = std::find_if(states.begin(), states.end(), [&](const StoredState& other) {
        return other.schema.name == state.name;
      });
      if (known == states.end()) {
        states.push_back({TRY(parseSchemaText(state.schema)), true});
        known = states.end() - 1;
      }
      for (const SnapshotGroup& group : state.groups) {
        if (group.entries > 0) known->empty = false;
      }
    }
  }
  return states;
}

// The states that an operator opens: an instance of it is opened without any entries. Sources and
// sinks keep only lists and touch the outside world when they open: of them only the names are
// known (JobNode::lists).
Result<std::vector<StateSchema>> wantedStates(const JobGraph& graph, const JobNode& node,
                                              Env& env) {
  SubtaskInfo subtask{0, 1, graph.maxParallelism};
  OperatorPtr op = TRY(node.makeOperator(subtask));
  StateStore store(subtask, nullptr);
  OperatorMetrics metrics;
  OperatorContext context;
  context.subtask = subtask;
  context.options = &graph.options;
  context.env = &env;
  context.state = &store;
  context.metrics = &metrics;
  context.eval.zone = TRY(TimeZone::find(graph.timeZone));
  context.refreshTime();
  TRY(op->open(context));
  std::vector<StateSchema> schemas;
  if (store.empty()) return schemas;
  std::vector<std::string> files;
  files.push_back(store.snapshot());
  auto opened = TRY(RestoredOperator::fromBytes(std::move(files)));
  for (const SnapshotState& state : opened->files()[0]->states()) {
    schemas.push_back(TRY(parseSchemaText(state.schema)));
  }
  return schemas;
}

// Requires: node.lists is known. What another connector has written: nothing opens it.
std::vector<std::string> untakenLists(const std::vector<StoredState>& stored, const JobNode& node) {
  std::vector<std::string> names;
  for (const StoredState& state : stored) {
    const std::string& name = state.schema.name;
    bool taken = std::find(node.lists->begin(), node.lists->end(), name) != node.lists->end();
    if (!taken && !state.empty) names.push_back(name);
  }
  return names;
}

bool onlyLists(const std::vector<StoredState>& states) {
  return std::all_of(states.begin(), states.end(), [](const StoredState& state) {
    return state.schema.kind == StateKind::kList;
  });
}

class Reporter {
 public:
  Reporter(const RestoredCheckpoint& snapshot, const JobGraph& graph, bool ignoresUnclaimed,
           Env& env)
      : snapshot_(snapshot),
        graph_(graph),
        claims_(claimsOf(snapshot.manifest, graph)),
        ignoresUnclaimed_(ignoresUnclaimed),
        env_(env) {
    for (const JobNode& node : graph.nodes) {
      for (const JobEdge& edge : node.inputs) consumed_.insert(edge.from);
    }
  }

  Result<RestoreReport> report() {
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) TRY(addNode(i));
    for (const std::string& id : unclaimedOf(snapshot_.manifest, graph_)) {
      OperatorRestore entry;
      entry.id = id;
      entry.title = snapshot_.manifest.operators.at(id).title;
      entry.verdict = unclaimedVerdict();
      entry.notes.emplace_back(ignoresUnclaimed_
                                   ? "the job does not have it; its state is dropped"
                                   : "the job does not have it; its state would be lost");
      add(std::move(entry));
    }
    return std::move(report_);
  }

 private:
  RestoreVerdict unclaimedVerdict() const {
    return ignoresUnclaimed_ ? RestoreVerdict::kPartial : RestoreVerdict::kIncompatible;
  }

  Status addNode(uint32_t index) {
    const JobNode& node = graph_.nodes[index];
    const std::string* id = claims_[index];
    const RestoredOperator* parts = id != nullptr ? snapshot_.find(*id) : nullptr;
    bool opens = node.makeOperator != nullptr && consumed_.contains(index);
    if (parts == nullptr && !opens) return {};
    OperatorRestore entry;
    entry.id = id != nullptr ? *id : node.id;
    entry.title = node.title.empty() ? node.name : node.title;
    std::vector<StateSchema> wanted;
    if (opens) wanted = TRY(wantedStates(graph_, node, env_));
    if (parts == nullptr) {
      bool keeps = std::any_of(wanted.begin(), wanted.end(), [](const StateSchema& schema) {
        return schema.kind != StateKind::kList;
      });
      // What keeps nothing has nothing to miss.
      if (!keeps) return {};
      entry.notes.emplace_back("it is new and starts empty");
      add(std::move(entry));
      return {};
    }
    std::vector<StoredState> stored = TRY(storedStates(*parts));
    if (opens) {
      const OperatorSemantics& storedSemantics = snapshot_.manifest.operators.at(*id).semantics;
      OperatorComparison comparison = compareOperators(stored, wanted);
      entry.notes = std::move(comparison.notes);
      if (!entry.notes.empty()) entry.verdict = RestoreVerdict::kPartial;
      if (comparison.reason.empty()) {
        comparison.reason = compareSemantics(storedSemantics, node.semantics);
      }
      if (!comparison.reason.empty()) {
        entry.verdict = RestoreVerdict::kIncompatible;
        entry.notes = {comparison.reason};
      }
    } else if (!onlyLists(stored)) {
      entry.verdict = RestoreVerdict::kIncompatible;
      entry.notes = {"nothing takes its states"};
    } else if (node.lists) {
      for (const std::string& name : untakenLists(stored, node)) {
        entry.verdict = unclaimedVerdict();
        entry.notes.push_back(
            ignoresUnclaimed_
                ? fmt::format("its list '{}', which another connector wrote, is dropped", name)
                : fmt::format("another connector wrote its list '{}', which would be lost", name));
      }
    }
    add(std::move(entry));
    return {};
  }

  void add(OperatorRestore entry) {
    report_.verdict = std::max(report_.verdict, entry.verdict);
    report_.operators.push_back(std::move(entry));
  }

  const RestoredCheckpoint& snapshot_;
  const JobGraph& graph_;
  const std::vector<const std::string*> claims_;
  const bool ignoresUnclaimed_;
  Env& env_;
  std::set<uint32_t> consumed_;
  RestoreReport report_;
};

}  // namespace

const char* restoreVerdictName(RestoreVerdict verdict) {
  switch (verdict) {
    case RestoreVerdict::kFull:
      return "full";
    case RestoreVerdict::kPartial:
      return "partial";
    case RestoreVerdict::kIncompatible:
      return "incompatible";
  }
  UNREACHABLE();
}

Result<RestoreReport> reportRestore(const RestoredCheckpoint& snapshot, const JobGraph& graph,
                                    bool ignoresUnclaimed, Env& env) {
  return Reporter(snapshot, graph, ignoresUnclaimed, env).report();
}

Status checkRestore(const RestoreReport& report) {
  for (const OperatorRestore& entry : report.operators) {
    if (entry.verdict != RestoreVerdict::kIncompatible) continue;
    std::string title = entry.title.empty() ? "" : fmt::format(" ({})", entry.title);
    return Error(ErrorKind::kRestore, fmt::format("the state of operator '{}'{} does not fit: {}",
                                                  entry.id, title, fmt::join(entry.notes, "; ")))
        .withHint(
            "'millrace savepoint check' compares a query with a snapshot. Restore the query that "
            "wrote it, or start without it.");
  }
  return {};
}

}  // namespace millrace
