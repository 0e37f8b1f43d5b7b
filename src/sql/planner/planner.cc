#include "sql/planner/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "operators/calc/calc.h"
#include "operators/deduplicate/deduplicate.h"
#include "operators/expand/expand.h"
#include "operators/group_aggregate/group_aggregate.h"
#include "operators/lookup_join/lookup_join.h"
#include "operators/rank/rank.h"
#include "operators/sink_guard/sink_guard.h"
#include "operators/sort/sort.h"
#include "operators/union/union.h"
#include "operators/values/values.h"
#include "operators/watermark_assigner/watermark_assigner.h"
#include "operators/window_aggregate/window_aggregate.h"
#include "operators/window_join/window_join.h"
#include "operators/window_table_function/window_table_function.h"
#include "sql/optimizer/rewrite.h"
#include "sql/plan/describe.h"
#include "sql/planner/changelog.h"
#include "sql/planner/column_names.h"
#include "sql/planner/distribution.h"
#include "sql/planner/monotonicity.h"
#include "sql/planner/operator_ids.h"
#include "sql/planner/table_use.h"
#include "types/time_zone.h"

namespace millrace {

namespace {

class Planner {
 public:
  Planner(const PlannerOptions& options, const BindContext& context, Env& env, ChangelogModes modes,
          std::unordered_map<const LogicalNode*, int> parents)
      : options_(options),
        context_(context),
        env_(env),
        modes_(std::move(modes)),
        parents_(std::move(parents)) {}

  // Of all roots, before any is planned: nodes may be shared.
  void nameOperators(const PlannedRoot& root) { ids_.add(root.plan, root.anchor); }
  Status planRoot(const PlannedRoot& root);
  JobGraph finish();

 private:
  using Factory = std::function<Result<OperatorPtr>(const SubtaskInfo&)>;

  // The index of the job node that produces this plan node's rows; planned on first use.
  Result<uint32_t> plan(const LogicalPtr& node);
  Result<uint32_t> planNode(const LogicalPtr& node);
  Result<uint32_t> planScan(const LogicalScan& scan);
  Result<uint32_t> planValues(const LogicalValues& values);
  Result<uint32_t> planCalc(const LogicalPtr& node);
  Result<uint32_t> planAggregate(const LogicalAggregate& node);
  Result<uint32_t> planWindowAggregate(const LogicalWindowAggregate& node);
  bool isExpansion(const LogicalUnion& node) const;
  Result<uint32_t> planUnion(const LogicalUnion& node);
  Result<uint32_t> planJoin(const LogicalJoin& node);
  Result<uint32_t> planWindowJoin(const LogicalWindowJoin& node);
  Result<uint32_t> planLookup(const LogicalLookupJoin& node);
  Result<uint32_t> planRank(const LogicalRank& node);
  Result<uint32_t> planWindowRank(const LogicalWindowRank& node);
  Result<uint32_t> planDeduplicate(const LogicalDeduplicate& node);
  Result<uint32_t> planOneInput(const LogicalNode& node, const std::string& role, Factory factory,
                                const std::vector<uint32_t>* keys);
  Status planSink(const LogicalSink& sink, const PlannedRoot& root);

  // Adds a node behind inputs; role names it in its id and to people.
  uint32_t add(const LogicalNode& node, const std::string& role, std::vector<JobEdge> inputs,
               Factory factory);
  // The edge to a stateful operator: by key, or everything to one subtask without keys.
  // Rows that are spread by the key already stay where they are.
  JobEdge keyed(uint32_t from, const std::vector<uint32_t>& keys) const;
  // What an option of a table says about the parallelism of its scan or sink, else `otherwise`.
  Result<uint32_t> ownParallelism(const TableOptions& options, const char* key,
                                  const CatalogTable& table, SourcePosition position,
                                  uint32_t otherwise) const;
  // By the partition of the sink's table, where its options ask for it and the partition is not
  // one.
  static std::vector<uint32_t> partitionShuffle(const TableOptions& options,
                                                const TableDefinition& table,
                                                const LogicalSink& sink);
  // To a sink with another parallelism than its input: changes of one row must stay in their order.
  Result<JobEdge> spreadEdge(JobEdge edge, const SinkRequest& request, uint32_t parallelism,
                             const LogicalSink& sink) const;
  uint32_t parallelismOf(const std::vector<JobEdge>& inputs) const;
  OperatorSemantics semanticsOf(const LogicalNode& node);

  const ChangelogMode& mode(const LogicalPtr& node) const { return modes_.at(node.get()); }
  const ChangelogMode& mode(const LogicalNode& node) const { return modes_.at(&node); }

  const PlannerOptions& options_;
  const BindContext& context_;
  Env& env_;
  ChangelogModes modes_;
  MonotonicityInference monotonicity_;
  OperatorIds ids_;
  ColumnNames names_;
  std::unordered_map<const LogicalNode*, int> parents_;
  std::unordered_map<const LogicalNode*, uint32_t> done_;
  std::set<uint32_t>
      pinned_;  // scans with a parallelism of their own; what reads them has the job's
  JobGraph graph_;
  std::vector<Distribution> distributions_;  // of the graph's nodes
};

JobEdge Planner::keyed(uint32_t from, const std::vector<uint32_t>& keys) const {
  const Distribution& spread = distributions_[from];
  if (std::find(spread.begin(), spread.end(), keys) != spread.end()) {
    return {from, Partitioning::kForward, {}};
  }
  return {from, keys.empty() ? Partitioning::kSingleton : Partitioning::kHash, keys};
}

uint32_t Planner::parallelismOf(const std::vector<JobEdge>& inputs) const {
  uint32_t parallelism = 0;
  for (const JobEdge& edge : inputs) {
    uint32_t own = options_.parallelism;
    bool inherits = edge.partitioning == Partitioning::kForward && !pinned_.contains(edge.from);
    if (inherits) own = graph_.nodes[edge.from].parallelism;
    if (edge.partitioning == Partitioning::kSingleton) own = 1;
    parallelism = std::max(parallelism, own);
  }
  return parallelism;
}

OperatorSemantics Planner::semanticsOf(const LogicalNode& node) {
  OperatorSemantics semantics;
  if (const auto* join = node.tryAs<LogicalJoin>()) semantics.kind = joinName(join->joinKind);
  if (const auto* rank = node.tryAs<LogicalRank>()) semantics.rankEnd = rank->rankEnd;
  for (const LogicalPtr& input : node.inputs) {
    InputSemantics& entry = semantics.inputs.emplace_back();
    entry.rows = names_.rowsOf(input);
    entry.retracts = !mode(input).insertOnly();
    if (entry.retracts) entry.filter = names_.filterAbove(input);
  }
  return semantics;
}

uint32_t Planner::add(const LogicalNode& node, const std::string& role, std::vector<JobEdge> inputs,
                      Factory factory) {
  JobNode made;
  std::vector<std::string> ids = ids_.of(node, role);
  made.id = ids[0];
  made.aliases.assign(ids.begin() + 1, ids.end());
  made.title = ids_.title(node);
  made.conditions = names_.conditionsBelow(node);
  made.hasTwin = ids_.hasTwin(node);
  made.semantics = semanticsOf(node);
  std::string text = describe(node);
  size_t number = graph_.nodes.size() + 1;
  made.name = fmt::format("{}[{}]", text.substr(0, text.find('(')), number);
  made.description = fmt::format("[{}]:{}", number, text);
  made.parallelism = inputs.empty() ? options_.parallelism : parallelismOf(inputs);
  for (JobEdge& edge : inputs) {
    // A forward edge needs the same parallelism on both sides.
    bool differs = graph_.nodes[edge.from].parallelism != made.parallelism;
    if (edge.partitioning == Partitioning::kForward && differs) {
      edge.partitioning = Partitioning::kRebalance;
    }
  }
  std::vector<Distribution> arriving;
  for (const JobEdge& edge : inputs) {
    arriving.push_back(distributionOn(edge, distributions_[edge.from]));
  }
  bool spread = !inputs.empty() && made.parallelism == options_.parallelism;
  distributions_.push_back(spread ? distributionOf(node, arriving) : Distribution());
  made.inputs = std::move(inputs);
  made.output = node.schema;
  made.makeOperator = std::move(factory);
  graph_.nodes.push_back(std::move(made));
  return static_cast<uint32_t>(graph_.nodes.size() - 1);
}

Result<uint32_t> Planner::plan(const LogicalPtr& node) {
  auto found = done_.find(node.get());
  if (found != done_.end()) return found->second;
  uint32_t index = TRY(planNode(node));
  done_[node.get()] = index;
  return index;
}

Result<uint32_t> Planner::planNode(const LogicalPtr& node) {
  switch (node->kind) {
    case LogicalKind::kScan:
      return planScan(node->as<LogicalScan>());
    case LogicalKind::kValues:
      return planValues(node->as<LogicalValues>());
    case LogicalKind::kProject:
    case LogicalKind::kFilter:
      return planCalc(node);
    case LogicalKind::kWatermark: {
      const auto& watermark = node->as<LogicalWatermark>();
      WatermarkAssignerSpec spec{watermark.rowtimeColumn, watermark.watermark};
      auto factory = [spec](const SubtaskInfo&) { return makeWatermarkAssigner(spec); };
      return planOneInput(*node, "watermark", factory, nullptr);
    }
    case LogicalKind::kAggregate:
      return planAggregate(node->as<LogicalAggregate>());
    case LogicalKind::kWindowTable: {
      const auto& table = node->as<LogicalWindowTable>();
      WindowTableFunctionSpec spec{table.window, typesOf(node->inputs[0]->schema),
                                   names_.of(node->inputs[0]), table.timeColumn,
                                   table.partitionKeys};
      auto factory = [spec](const SubtaskInfo&) { return makeWindowTableFunction(spec); };
      bool session = table.window.kind == WindowKind::kSession;
      return planOneInput(*node, "window", factory, session ? &table.partitionKeys : nullptr);
    }
    case LogicalKind::kWindowAggregate:
      return planWindowAggregate(node->as<LogicalWindowAggregate>());
    case LogicalKind::kJoin:
      return planJoin(node->as<LogicalJoin>());
    case LogicalKind::kWindowJoin:
      return planWindowJoin(node->as<LogicalWindowJoin>());
    case LogicalKind::kLookupJoin:
      return planLookup(node->as<LogicalLookupJoin>());
    case LogicalKind::kUnion:
      return planUnion(node->as<LogicalUnion>());
    case LogicalKind::kRank:
      return planRank(node->as<LogicalRank>());
    case LogicalKind::kDeduplicate:
      return planDeduplicate(node->as<LogicalDeduplicate>());
    case LogicalKind::kWindowRank:
      return planWindowRank(node->as<LogicalWindowRank>());
    case LogicalKind::kSort: {
      const auto& sort = node->as<LogicalSort>();
      bool rowtime = node->schema[sort.order[0].column].type.isRowtime();
      TemporalSortSpec spec{typesOf(node->schema), names_.of(node->inputs[0]), sort.order, rowtime};
      std::vector<uint32_t> none;
      auto factory = [spec](const SubtaskInfo&) { return makeTemporalSort(spec); };
      return planOneInput(*node, "sort", factory, &none);
    }
    case LogicalKind::kOver:
    case LogicalKind::kSink:
      break;
  }
  UNREACHABLE("not a node with rows");
}

// Whether all inputs are projections of the same rows, and nobody else reads them.
bool Planner::isExpansion(const LogicalUnion& node) const {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](const LogicalPtr& input) {
    return input->kind == LogicalKind::kProject && parents_.at(input.get()) == 1 &&
           input->inputs[0] == node.inputs[0]->inputs[0];
  });
}

Result<uint32_t> Planner::planUnion(const LogicalUnion& node) {
  // A union would hold the watermark back until the last of the projections has had the rows.
  if (isExpansion(node)) {
    ExpandSpec spec;
    for (const LogicalPtr& input : node.inputs) {
      spec.projections.push_back(input->as<LogicalProject>().exprs);
    }
    uint32_t from = TRY(plan(node.inputs[0]->inputs[0]));
    return add(node, "expand", {{from, Partitioning::kForward, {}}},
               [spec](const SubtaskInfo&) { return makeExpand(spec); });
  }
  std::vector<JobEdge> inputs;
  for (const LogicalPtr& input : node.inputs) {
    inputs.push_back({TRY(plan(input)), Partitioning::kForward, {}});
  }
  size_t count = inputs.size();
  return add(node, "union", std::move(inputs),
             [count](const SubtaskInfo&) { return makeUnion(count); });
}

Result<uint32_t> Planner::planOneInput(const LogicalNode& node, const std::string& role,
                                       Factory factory, const std::vector<uint32_t>* keys) {
  uint32_t from = TRY(plan(node.inputs[0]));
  JobEdge edge = keys ? keyed(from, *keys) : JobEdge{from, Partitioning::kForward, {}};
  return add(node, role, {edge}, std::move(factory));
}

Result<uint32_t> Planner::planScan(const LogicalScan& scan) {
  ScanRequest request;
  request.table = scan.table->definition();
  request.table.options = scan.options;
  request.fields = scan.fields;
  request.metadataKeys = scan.metadataKeys;
  request.zone = context_.eval.zone;
  TableOptions options = TRY(useScan(scan));
  uint32_t index = add(scan, roleOf(scan), {}, nullptr);
  Env* env = &env_;
  auto makeSource = options.connector->makeSource;
  graph_.nodes[index].makeSource = [makeSource, request, env] { return makeSource(request, *env); };
  graph_.nodes[index].lists = options.connector->sourceLists;
  uint32_t parallelism = TRY(ownParallelism(options, "scan.parallelism", *scan.table, scan.position,
                                            options_.parallelism));
  if (parallelism != options_.parallelism) {
    graph_.nodes[index].parallelism = parallelism;
    pinned_.insert(index);
  }
  return index;
}

Result<uint32_t> Planner::planValues(const LogicalValues& values) {
  uint32_t index = add(values, "values", {}, nullptr);
  ValuesSpec spec{typesOf(values.schema), values.rows};
  graph_.nodes[index].parallelism = 1;
  graph_.nodes[index].makeSource = [spec] { return makeValuesSource(spec); };
  graph_.nodes[index].lists = {"position"};
  return index;
}

// A projection with the filter below it, or either alone.
Result<uint32_t> Planner::planCalc(const LogicalPtr& node) {
  CalcSpec spec;
  LogicalPtr input = node->inputs[0];
  if (const auto* project = node->tryAs<LogicalProject>()) {
    spec.projections = project->exprs;
    const auto* filter = input->tryAs<LogicalFilter>();
    if (filter != nullptr && parents_[input.get()] == 1) {
      spec.filter = filter->condition;
      input = input->inputs[0];
    }
  } else {
    spec.filter = node->as<LogicalFilter>().condition;
    for (uint32_t i = 0; i < node->schema.size(); ++i) {
      spec.projections.push_back(Expr::input(i, node->schema[i].type));
    }
  }
  uint32_t from = TRY(plan(input));
  return add(*node, "calc", {{from, Partitioning::kForward, {}}},
             [spec](const SubtaskInfo&) { return makeCalc(spec); });
}

std::optional<int64_t> millisOf(const std::optional<StateTtlHint>& hint) {
  return hint ? std::optional<int64_t>(hint->millis) : std::nullopt;
}

Result<uint32_t> Planner::planAggregate(const LogicalAggregate& node) {
  GroupAggregateSpec spec;
  spec.input = typesOf(node.inputs[0]->schema);
  spec.inputNames = names_.of(node.inputs[0]);
  spec.keys = node.keys;
  spec.aggregates = node.calls;
  names_.nameCalls(node.inputs[0], spec.aggregates);
  spec.inputRetracts = !mode(node.inputs[0]).insertOnly();
  for (size_t i = 0; spec.inputRetracts && i < spec.aggregates.size(); ++i) {
    spec.aggregates[i].ignoresRetractions = monotonicity_.ignoresRetractions(node, i);
  }
  spec.emitUpdateBefore = mode(node).updateBefore;
  spec.stateTtlMillis = millisOf(node.ttl);
  bool twoPhase = options_.execution.miniBatch && options_.twoPhase && supportsTwoPhase(spec);
  if (!twoPhase) {
    return planOneInput(
        node, "aggregate", [spec](const SubtaskInfo&) { return makeGroupAggregate(spec); },
        &spec.keys);
  }
  uint32_t local = TRY(planOneInput(
      node, "local-aggregate", [spec](const SubtaskInfo&) { return makeLocalGroupAggregate(spec); },
      nullptr));
  graph_.nodes[local].name = "Local" + graph_.nodes[local].name;
  std::vector<uint32_t> keys;
  Schema partial;
  for (uint32_t k = 0; k < node.keys.size(); ++k) {
    keys.push_back(k);
    partial.push_back(node.schema[k]);
  }
  partial.push_back({"partial", Type::bytes()});
  graph_.nodes[local].output = partial;
  uint32_t global = add(node, "aggregate", {keyed(local, keys)},
                        [spec](const SubtaskInfo&) { return makeGlobalGroupAggregate(spec); });
  graph_.nodes[global].name = "Global" + graph_.nodes[global].name;
  return global;
}

Result<uint32_t> Planner::planWindowAggregate(const LogicalWindowAggregate& node) {
  WindowAggregateSpec spec;
  spec.window = node.window;
  spec.input = typesOf(node.inputs[0]->schema);
  spec.inputNames = names_.of(node.inputs[0]);
  spec.keys = node.keys;
  spec.aggregates = node.calls;
  names_.nameCalls(node.inputs[0], spec.aggregates);
  spec.properties = node.properties;
  spec.timeColumn = node.timeColumn;
  spec.windowStartColumn = node.windowStartColumn;
  spec.windowEndColumn = node.windowEndColumn;
  spec.inputRetracts = !mode(node.inputs[0]).insertOnly();
  spec.timeType = node.timeType;
  return planOneInput(
      node, "window-aggregate", [spec](const SubtaskInfo&) { return makeWindowAggregate(spec); },
      &spec.keys);
}

Result<uint32_t> Planner::planJoin(const LogicalJoin& node) {
  JoinSpec spec;
  spec.kind = node.joinKind;
  spec.left = typesOf(node.inputs[0]->schema);
  spec.right = typesOf(node.inputs[1]->schema);
  spec.leftKeys = node.leftKeys;
  spec.rightKeys = node.rightKeys;
  spec.nullSafe = node.nullSafe;
  spec.condition = node.condition;
  spec.leftRetracts = !mode(node.inputs[0]).insertOnly();
  spec.rightRetracts = !mode(node.inputs[1]).insertOnly();
  spec.leftNames = names_.of(node.inputs[0]);
  spec.rightNames = names_.of(node.inputs[1]);
  spec.leftUniqueKey = mode(node).inputUpsertKey(0);
  spec.rightUniqueKey = mode(node).inputUpsertKey(1);
  spec.conditionName = names_.exprOver(node.inputs[0], node.inputs[1], node.condition);
  spec.emitUpdateBefore = mode(node).updateBefore;
  spec.leftTtlMillis = millisOf(node.leftTtl);
  spec.rightTtlMillis = millisOf(node.rightTtl);
  uint32_t left = TRY(plan(node.inputs[0]));
  uint32_t right = TRY(plan(node.inputs[1]));
  return add(node, "join", {keyed(left, node.leftKeys), keyed(right, node.rightKeys)},
             [spec](const SubtaskInfo&) { return makeJoin(spec); });
}

Result<uint32_t> Planner::planWindowJoin(const LogicalWindowJoin& node) {
  WindowJoinSpec spec;
  spec.kind = node.joinKind;
  spec.left = typesOf(node.inputs[0]->schema);
  spec.right = typesOf(node.inputs[1]->schema);
  spec.leftKeys = node.leftKeys;
  spec.rightKeys = node.rightKeys;
  spec.nullSafe = node.nullSafe;
  spec.leftNames = names_.of(node.inputs[0]);
  spec.rightNames = names_.of(node.inputs[1]);
  spec.leftWindowEnd = node.leftWindowEnd;
  spec.rightWindowEnd = node.rightWindowEnd;
  spec.condition = node.condition;
  spec.isProctime = node.window.isProctime;
  spec.isLtz = node.window.isLtz;
  uint32_t left = TRY(plan(node.inputs[0]));
  uint32_t right = TRY(plan(node.inputs[1]));
  return add(node, "window-join", {keyed(left, node.leftKeys), keyed(right, node.rightKeys)},
             [spec](const SubtaskInfo&) { return makeWindowJoin(spec); });
}

Result<uint32_t> Planner::planLookup(const LogicalLookupJoin& node) {
  ScanRequest request;
  request.table = node.table->table->definition();
  request.table.options = node.table->options;
  request.fields = node.table->fields;
  request.zone = context_.eval.zone;
  TableOptions options = TRY(useLookup(node));
  LookupTable table = TRY(options.connector->makeLookup(request, env_));
  LookupJoinSpec spec;
  spec.kind = node.joinKind;
  spec.left = typesOf(node.inputs[0]->schema);
  spec.right = typesOf(node.table->schema);
  spec.leftKeys = node.leftKeys;
  spec.rightKeys = node.rightKeys;
  spec.condition = node.condition;
  spec.reloadMillis = table.reloadMillis;
  spec.isRemote = table.isRemote;
  spec.read = [read = table.read, fields = node.table->fields](const std::stop_token& stop) {
    return read(fields, stop);
  };
  return planOneInput(
      node, "lookup-join", [spec](const SubtaskInfo&) { return makeLookupJoin(spec); }, nullptr);
}

RankSpec rankSpec(const LogicalNode& node, const std::vector<uint32_t>& keys,
                  const std::vector<SortOrder>& order, int64_t start, int64_t end,
                  bool outputRank) {
  RankSpec spec;
  spec.input = typesOf(node.inputs[0]->schema);
  spec.partitionKeys = keys;
  spec.order = order;
  spec.rankStart = start;
  spec.rankEnd = end;
  spec.outputRank = outputRank;
  return spec;
}

Result<uint32_t> Planner::planRank(const LogicalRank& node) {
  RankSpec spec =
      rankSpec(node, node.partitionKeys, node.order, node.rankStart, node.rankEnd, node.outputRank);
  spec.inputNames = names_.of(node.inputs[0]);
  spec.inputRetracts = !mode(node.inputs[0]).insertOnly();
  spec.upsertKey = mode(node).inputUpsertKey(0);
  spec.emitUpdateBefore = mode(node).updateBefore;
  return planOneInput(
      node, "rank", [spec](const SubtaskInfo&) { return makeRank(spec); }, &spec.partitionKeys);
}

Result<uint32_t> Planner::planWindowRank(const LogicalWindowRank& node) {
  WindowRankSpec spec;
  spec.rank =
      rankSpec(node, node.partitionKeys, node.order, node.rankStart, node.rankEnd, node.outputRank);
  spec.rank.inputNames = names_.of(node.inputs[0]);
  spec.windowEndColumn = node.windowEndColumn;
  spec.isProctime = node.window.isProctime;
  spec.isLtz = node.window.isLtz;
  spec.deduplicate = node.deduplicate;
  return planOneInput(
      node, "window-rank", [spec](const SubtaskInfo&) { return makeWindowRank(spec); },
      &spec.rank.partitionKeys);
}

Result<uint32_t> Planner::planDeduplicate(const LogicalDeduplicate& node) {
  DeduplicateSpec spec;
  spec.input = typesOf(node.inputs[0]->schema);
  spec.inputNames = names_.of(node.inputs[0]);
  spec.keys = node.keys;
  spec.timeColumn = node.timeColumn;
  spec.isRowtime = node.isRowtime;
  spec.keepLast = node.keepLast;
  spec.emitUpdateBefore = mode(node).updateBefore;
  return planOneInput(
      node, "deduplicate", [spec](const SubtaskInfo&) { return makeDeduplicate(spec); },
      &spec.keys);
}

Status Planner::planSink(const LogicalSink& sink, const PlannedRoot& root) {
  uint32_t from = TRY(plan(sink.inputs[0]));
  if (!sink.table) {
    auto queue = root.queue;
    uint32_t index = add(sink, "collect", {{from, Partitioning::kSingleton, {}}},
                         [queue](const SubtaskInfo&) { return makeCollectSink(queue); });
    graph_.nodes[index].parallelism = 1;
    return {};
  }
  SinkRequest request;
  request.table = sink.table->definition();
  request.table.options = sink.options;
  request.changelog = !mode(sink.inputs[0]).insertOnly();
  request.zone = context_.eval.zone;
  TableOptions read = TRY(useSink(sink));
  const ConnectorDescriptor* connector = read.connector;
  SinkGuardSpec guard{sink.table->name, request.table.physical, options_.dropNulls,
                      options_.trimPad};
  if (TRY(makeSinkGuard(guard)) != nullptr) {
    from = add(sink, "guard", {{from, Partitioning::kForward, {}}},
               [guard](const SubtaskInfo&) { return makeSinkGuard(guard); });
    graph_.nodes[from].name = "ConstraintEnforcer";
  }
  uint32_t arriving = graph_.nodes[from].parallelism;
  uint32_t parallelism =
      TRY(ownParallelism(read, "sink.parallelism", *sink.table, sink.position, arriving));
  JobEdge edge{from, Partitioning::kForward, {}};
  if (parallelism != arriving) edge = TRY(spreadEdge(edge, request, parallelism, sink));
  std::vector<uint32_t> partition = partitionShuffle(read, request.table, sink);
  if (!partition.empty()) edge = {from, Partitioning::kHash, partition};
  Env* env = &env_;
  uint32_t index = add(sink, "sink", {edge}, [connector, request, env](const SubtaskInfo& subtask) {
    return connector->makeSink(request, subtask, *env);
  });
  graph_.nodes[index].parallelism = parallelism;
  graph_.nodes[index].lists = connector->sinkLists;
  return {};
}

Result<uint32_t> Planner::ownParallelism(const TableOptions& options, const char* key,
                                         const CatalogTable& table, SourcePosition position,
                                         uint32_t otherwise) const {
  const ConnectorDescriptor& connector = *options.connector;
  bool has = std::any_of(connector.options.begin(), connector.options.end(),
                         [&](const OptionSpec& option) { return option.key == key; });
  if (!has || !options.options.has(key)) return otherwise;
  int64_t parallelism = options.options.integer(key);
  // As in Flink, where this connector sets the parallelism by itself.
  if (parallelism == -1 && connector.name == "filesystem") return otherwise;
  if (parallelism < 1 || parallelism > options_.maxParallelism) {
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("invalid configured parallelism {} for table '{}.{}.{}'", parallelism,
                             kDefaultCatalog, kDefaultDatabase, table.name))
        .at(position)
        .withHint(fmt::format("'{}' is from 1 to {}.", key, options_.maxParallelism));
  }
  return static_cast<uint32_t>(parallelism);
}

std::vector<uint32_t> Planner::partitionShuffle(const TableOptions& options,
                                                const TableDefinition& table,
                                                const LogicalSink& sink) {
  constexpr const char* kKey = "sink.shuffle-by-partition.enable";
  const std::vector<OptionSpec>& known = options.connector->options;
  bool has = std::any_of(known.begin(), known.end(),
                         [](const OptionSpec& option) { return option.key == kKey; });
  if (!has || !options.options.boolean(kKey)) return {};
  auto contains = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<uint32_t> columns;
  for (uint32_t i = 0; i < table.physical.size(); ++i) {
    const std::string& name = table.physical[i].name;
    bool isStatic = contains(sink.staticPartition, name);
    if (contains(table.partitionKeys, name) && !isStatic) columns.push_back(i);
  }
  return columns;
}

Result<JobEdge> Planner::spreadEdge(JobEdge edge, const SinkRequest& request, uint32_t parallelism,
                                    const LogicalSink& sink) const {
  edge.partitioning = Partitioning::kRebalance;
  if (!request.changelog) return edge;
  if (request.table.primaryKey.empty()) {
    return Error(ErrorKind::kValidation,
                 fmt::format("the sink for table '{}.{}.{}' has a configured parallelism of {}, "
                             "while the input parallelism is {}. Since the configured parallelism "
                             "is different from the input's parallelism and the changelog mode is "
                             "not insert-only, a primary key is required but could not be found",
                             kDefaultCatalog, kDefaultDatabase, sink.table->name, parallelism,
                             graph_.nodes[edge.from].parallelism))
        .at(sink.position);
  }
  edge.partitioning = Partitioning::kHash;
  edge.keys = request.table.primaryKey;
  return edge;
}

Status Planner::planRoot(const PlannedRoot& root) {
  return planSink(root.plan->as<LogicalSink>(), root);
}

JobGraph Planner::finish() {
  graph_.name = options_.jobName;
  graph_.maxParallelism = options_.maxParallelism;
  graph_.derivesMaxParallelism = options_.derivesMaxParallelism;
  graph_.options = options_.execution;
  graph_.timeZone = options_.timeZone;
  return std::move(graph_);
}

Status checkBounded(const LogicalNode& node, bool& bounded) {
  if (const auto* scan = node.tryAs<LogicalScan>()) {
    TableDefinition table = scan->table->definition();
    table.options = scan->options;
    Result<TableOptions> options = readTableOptions(table);
    if (!options.ok()) return std::move(options).error().at(scan->position);
    if (options.value().connector->isBounded == nullptr) return {};
    bounded = bounded && TRY(options.value().connector->isBounded(table));
  }
  for (const LogicalPtr& input : node.inputs) TRY(checkBounded(*input, bounded));
  return {};
}

}  // namespace

Result<JobGraph> planJob(const std::vector<PlannedRoot>& roots, const PlannerOptions& options,
                         const BindContext& context, Env& env) {
  std::vector<LogicalPtr> plans;
  for (const PlannedRoot& root : roots) plans.push_back(root.plan);
  ChangelogModes modes = TRY(inferChangelogModes(plans));
  Planner planner(options, context, env, std::move(modes), countParents(plans));
  for (const PlannedRoot& root : roots) planner.nameOperators(root);
  for (const PlannedRoot& root : roots) TRY(planner.planRoot(root));
  return planner.finish();
}

Result<bool> isBounded(const std::vector<LogicalPtr>& roots) {
  bool bounded = true;
  for (const LogicalPtr& root : roots) TRY(checkBounded(*root, bounded));
  return bounded;
}

}  // namespace millrace
