#include "sql/planner/changelog.h"

#include <fmt/format.h>

#include "sql/plan/describe.h"

namespace millrace {

std::string ChangelogMode::toString() const {
  std::string text = "[I";
  if (updates && updateBefore) text += ",UB";
  if (updates) text += ",UA";
  if (deletes) text += ",D";
  return text + "]";
}

namespace {

const ConnectorDescriptor* connectorOf(const LogicalSink& sink) {
  if (!sink.table) return nullptr;
  auto kind = sink.options.find("connector");
  return kind == sink.options.end() ? nullptr : ConnectorCatalog::builtin().find(kind->second);
}

// The node of the plan that makes the updates, for the error message: the first that is not a
// projection.
const LogicalNode& producerOf(const LogicalNode& node) {
  const LogicalNode* producer = &node;
  while (producer->kind == LogicalKind::kProject || producer->kind == LogicalKind::kFilter) {
    producer = producer->inputs[0].get();
  }
  return *producer;
}

class ModeInference {
 public:
  Result<ChangelogModes> run(const std::vector<LogicalPtr>& roots) {
    for (const LogicalPtr& root : roots) TRY(infer(*root));
    for (const LogicalPtr& root : roots) demand(*root, false);
    return std::move(modes_);
  }

 private:
  Status infer(const LogicalNode& node) {
    if (modes_.contains(&node)) return {};
    ChangelogMode inputs;
    for (const LogicalPtr& input : node.inputs) {
      TRY(infer(*input));
      const ChangelogMode& mode = modes_[input.get()];
      inputs.updates = inputs.updates || mode.updates;
      inputs.deletes = inputs.deletes || mode.deletes;
    }
    modes_[&node] = TRY(modeOf(node, inputs));
    return {};
  }

  Result<ChangelogMode> modeOf(const LogicalNode& node, const ChangelogMode& inputs) {
    switch (node.kind) {
      case LogicalKind::kAggregate: {
        const auto& aggregate = node.as<LogicalAggregate>();
        bool grouped = !aggregate.keys.empty();
        // As in Flink also without calls (DISTINCT), which never update unless they have a time to
        // live.
        return ChangelogMode{true, !inputs.insertOnly() && grouped, false};
      }
      case LogicalKind::kJoin:
        return joinMode(node.as<LogicalJoin>(), inputs);
      case LogicalKind::kRank: {
        const auto& rank = node.as<LogicalRank>();
        // Without ORDER BY the first rows stay the first: LIMIT over append-only input.
        if (rank.order.empty() && inputs.insertOnly()) return ChangelogMode{};
        return ChangelogMode{true, true, false};
      }
      case LogicalKind::kDeduplicate: {
        const auto& dedup = node.as<LogicalDeduplicate>();
        TRY(mustAppend(node, inputs));
        return ChangelogMode{dedup.keepLast, false, false};
      }
      case LogicalKind::kWindowTable:
      case LogicalKind::kWindowJoin:
      case LogicalKind::kWindowRank:
      case LogicalKind::kSort:
        TRY(mustAppend(node, inputs));
        return ChangelogMode{};
      case LogicalKind::kWindowAggregate: {
        const auto& aggregate = node.as<LogicalWindowAggregate>();
        if (!aggregate.legacy) TRY(mustAppend(node, inputs));
        return ChangelogMode{};
      }
      case LogicalKind::kOver:
        return Error(ErrorKind::kUnsupported, fmt::format("{} OVER a window that is not a Top-N",
                                                          node.as<LogicalOver>().function))
            .at(node.position)
            .withHint("Filter by the row number in the query around it: WHERE row_num <= 10.");
      case LogicalKind::kSink:
        return sinkMode(node.as<LogicalSink>(), inputs);
      default:
        return inputs;
    }
  }

  static ChangelogMode joinMode(const LogicalJoin& join, const ChangelogMode& inputs) {
    if (inputs.insertOnly() &&
        (join.joinKind == JoinKind::kInner || join.joinKind == JoinKind::kSemi)) {
      return {};
    }
    bool outer = join.joinKind != JoinKind::kInner && join.joinKind != JoinKind::kSemi;
    return {inputs.updates || (outer && join.joinKind != JoinKind::kAnti),
            inputs.deletes || inputs.updates || outer, false};
  }

  static Status mustAppend(const LogicalNode& node, const ChangelogMode& inputs) {
    if (inputs.insertOnly()) return {};
    std::string name = describe(node);
    name = name.substr(0, name.find('('));
    const LogicalNode& producer = producerOf(*node.inputs[0]);
    return Error(ErrorKind::kUnsupported,
                 fmt::format("{} doesn't support consuming update and delete changes which is "
                             "produced by node {}",
                             name, describe(producer)))
        .at(node.position);
  }

  static Result<ChangelogMode> sinkMode(const LogicalSink& sink, const ChangelogMode& inputs) {
    const ConnectorDescriptor* connector = connectorOf(sink);
    if (connector == nullptr || inputs.insertOnly()) return inputs;
    if (acceptsChangelog(*connector, sink.options)) return inputs;
    const LogicalNode& producer = producerOf(*sink.inputs[0]);
    const char* what = inputs.deletes ? "update and delete changes" : "update changes";
    return Error(ErrorKind::kValidation,
                 fmt::format("table sink '{}.{}.{}' doesn't support consuming {} which is "
                             "produced by node {}",
                             kDefaultCatalog, kDefaultDatabase, sink.table->name, what,
                             describe(producer)))
        .at(sink.position)
        .withHint("Aggregate by windows, or write to a sink that takes updates.");
  }

  // Walks down and turns on updateBefore where some consumer wants it.
  void demand(const LogicalNode& node, bool wanted) {
    ChangelogMode& mode = modes_[&node];
    bool fresh = visited_.emplace(&node, wanted).second;
    if (!fresh && (!wanted || visited_[&node])) return;
    visited_[&node] = wanted;
    mode.updateBefore = mode.updates && (wanted || mode.updateBefore);
    for (const LogicalPtr& input : node.inputs) demand(*input, inputWants(node, wanted));
  }

  static bool inputWants(const LogicalNode& node, bool wanted) {
    if (const auto* sink = node.tryAs<LogicalSink>()) {
      const ConnectorDescriptor* connector = connectorOf(*sink);
      return connector == nullptr || connector->name != "blackhole";
    }
    bool passesOn = node.kind == LogicalKind::kProject || node.kind == LogicalKind::kUnion;
    return passesOn ? wanted : true;
  }

  ChangelogModes modes_;
  std::unordered_map<const LogicalNode*, bool> visited_;
};

}  // namespace

Result<ChangelogModes> inferChangelogModes(const std::vector<LogicalPtr>& roots) {
  return ModeInference().run(roots);
}

}  // namespace millrace
