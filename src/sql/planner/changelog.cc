#include "sql/planner/changelog.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/plan/describe.h"
#include "sql/planner/monotonicity.h"
#include "sql/planner/upsert_keys.h"

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

  static ChangelogMode changes(bool updates, bool deletes) {
    ChangelogMode mode;
    mode.updates = updates;
    mode.deletes = deletes;
    return mode;
  }

  Result<ChangelogMode> modeOf(const LogicalNode& node, const ChangelogMode& inputs) {
    switch (node.kind) {
      case LogicalKind::kAggregate: {
        const auto& aggregate = node.as<LogicalAggregate>();
        bool grouped = !aggregate.keys.empty();
        // As in Flink also without calls (DISTINCT), which never update unless they have a time to
        // live.
        return changes(true, !inputs.insertOnly() && grouped);
      }
      case LogicalKind::kJoin:
        return joinMode(node.as<LogicalJoin>(), inputs);
      case LogicalKind::kRank: {
        const auto& rank = node.as<LogicalRank>();
        // Without ORDER BY the first rows stay the first: LIMIT over append-only input.
        if (rank.order.empty() && inputs.insertOnly()) return ChangelogMode{};
        return changes(true, true);
      }
      case LogicalKind::kDeduplicate: {
        const auto& dedup = node.as<LogicalDeduplicate>();
        TRY(mustAppend(node, inputs));
        return changes(dedup.keepLast, false);
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
    if (join.joinKind == JoinKind::kInner) return changes(inputs.updates, inputs.deletes);
    bool outer = join.joinKind != JoinKind::kSemi;
    return changes(inputs.updates || (outer && join.joinKind != JoinKind::kAnti),
                   inputs.deletes || inputs.updates || outer);
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
    if (const auto* rank = node.tryAs<LogicalRank>()) {
      mode.inputUpsertKeys = {rankUpsertKey(*rank)};
    } else if (const auto* join = node.tryAs<LogicalJoin>()) {
      mode.inputUpsertKeys.clear();
      if (!wanted && canSkip(node)) mode.inputUpsertKeys = joinUpsertKeys(*join);
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      demand(*node.inputs[i], inputWants(node, i, wanted));
    }
  }

  bool inputWants(const LogicalNode& node, size_t input, bool wanted) {
    if (const auto* sink = node.tryAs<LogicalSink>()) {
      const ConnectorDescriptor* connector = connectorOf(*sink);
      return connector == nullptr || connector->name != "blackhole";
    }
    if (node.kind == LogicalKind::kProject || node.kind == LogicalKind::kUnion) return wanted;
    return modes_[&node].inputUpsertKey(input).empty();
  }

  // Whether the rows of the node may come without -U, so far as its operators are concerned.
  bool canSkip(const LogicalNode& node) {
    if (modes_[&node].insertOnly()) return true;
    switch (node.kind) {
      case LogicalKind::kAggregate:
      case LogicalKind::kRank:
      case LogicalKind::kDeduplicate:
        return true;
      case LogicalKind::kJoin: {
        // Others count the matches of their rows, which takes each update's -U.
        if (node.as<LogicalJoin>().joinKind != JoinKind::kInner) return false;
        std::vector<UpsertKey> keys = joinUpsertKeys(node.as<LogicalJoin>());
        for (size_t i = 0; i < keys.size(); ++i) {
          bool updates = modes_[node.inputs[i].get()].updates;
          if (updates && (keys[i].empty() || !canSkip(*node.inputs[i]))) return false;
        }
        return true;
      }
      // A filter turns a +U whose row passes no more into nothing.
      case LogicalKind::kProject:
      case LogicalKind::kUnion:
        return std::all_of(node.inputs.begin(), node.inputs.end(),
                           [this](const LogicalPtr& input) { return canSkip(*input); });
      default:
        return false;
    }
  }

  std::vector<UpsertKey> joinUpsertKeys(const LogicalJoin& join) {
    return {keyOfUpdates(join.inputs[0], join.leftKeys),
            keyOfUpdates(join.inputs[1], join.rightKeys)};
  }
  // Of an input with one row per join key.
  UpsertKey keyOfUpdates(const LogicalPtr& input, const std::vector<uint32_t>& columns) {
    if (!modes_[input.get()].updates) return {};
    UpsertKey key = upsertKeys_.keyWith(input, columns);
    return holds(columns, key) ? key : UpsertKey();
  }

  // By which key a Top-N folds its input; empty when it needs -U. It does unless updates move rows
  // to the front alone: otherwise a row behind the last place may come back.
  UpsertKey rankUpsertKey(const LogicalRank& rank) {
    const LogicalPtr& input = rank.inputs[0];
    const ChangelogMode& mode = modes_[input.get()];
    bool many = rank.rankEnd > kMostUpsertRanks;
    if (!mode.updates || mode.deletes || many || rank.order.empty()) return {};
    const Monotonicities& columns = monotonicity_.of(input);
    if (!columns) return {};
    for (const SortOrder& order : rank.order) {
      if (!movesToFront(order, (*columns)[order.column], input->schema[order.column].type)) {
        return {};
      }
    }
    UpsertKey key = upsertKeys_.keyWith(input, rank.partitionKeys);
    bool nested = std::any_of(key.begin(), key.end(), [&](uint32_t column) {
      return input->schema[column].type.isNested();
    });
    return nested || !canSkip(*input) ? UpsertKey() : key;
  }

  static bool movesToFront(const SortOrder& order, Monotonicity changes, const Type& type) {
    if (changes == Monotonicity::kConstant) return true;
    // The first value replaces NULL.
    if (type.nullable() && order.nullsFirst) return false;
    return changes == (order.ascending ? Monotonicity::kDecreasing : Monotonicity::kIncreasing);
  }

  // An update of a row is looked for among the rows in front.
  static constexpr int64_t kMostUpsertRanks = 10'000;

  ChangelogModes modes_;
  MonotonicityInference monotonicity_;
  UpsertKeyInference upsertKeys_;
  std::unordered_map<const LogicalNode*, bool> visited_;
};

}  // namespace

Result<ChangelogModes> inferChangelogModes(const std::vector<LogicalPtr>& roots) {
  return ModeInference().run(roots);
}

}  // namespace millrace
