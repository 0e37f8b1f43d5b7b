#include "sql/session/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/filesystem/s3_file_system.h"
#include "env/file_system.h"
#include "expr/evaluator.h"
#include "sql/binder/query_binder.h"
#include "sql/catalog/create_table.h"
#include "sql/explain/explain.h"
#include "sql/optimizer/optimizer.h"
#include "sql/parser/parser.h"
#include "types/key_hash.h"
#include "types/time_zone.h"

namespace millrace {

namespace {

StatementResult succeeded() {
  StatementResult result;
  result.message = "Execute statement succeeded.";
  return result;
}

// The result of a query goes to the client: a sink without a table.
LogicalPtr clientSink(LogicalPtr plan) {
  auto sink = std::make_shared<LogicalSink>();
  sink->schema = plan->schema;
  sink->inputs = {std::move(plan)};
  return sink;
}

Status addInserts(const ParsedStatementSet& set, std::vector<const ParsedInsert*>& inserts) {
  for (const auto& insert : set.inserts) {
    if (!insert->is<ParsedInsert>()) {
      return Error(ErrorKind::kUnsupported, "CREATE TABLE AS in a statement set")
          .at(insert->position);
    }
    inserts.push_back(&insert->as<ParsedInsert>());
  }
  return {};
}

}  // namespace

Session::Session(Env& env, SessionOptions options) : env_(env), options_(std::move(options)) {
  if (!options_.startJob) {
    options_.startJob = [this](JobGraph graph,
                               JobOptions jobOptions) -> Result<std::shared_ptr<Job>> {
      return std::shared_ptr<Job>(
          TRY(millrace::startJob(std::move(graph), std::move(jobOptions), env_)));
    };
  }
}

Session::~Session() {
  for (const std::shared_ptr<Job>& job : jobs_) job->cancel();
}

Result<BindContext> Session::bindContext() {
  BindContext context;
  context.catalog = &catalog_;
  context.functions = &FunctionCatalog::builtin();
  context.eval.zone = TRY(TimeZone::find(configuration_.text("table.local-time-zone")));
  context.eval.nowMicros = env_.clock().nowMicros();
  return context;
}

// The files of the environment are the session's: from here on they are looked for where it says.
Status Session::configureFiles() const {
  auto* files = dynamic_cast<S3Configurable*>(&env_.files());
  if (files == nullptr) return {};
  S3Settings settings;
  settings.endpoint = configuration_.text("s3.endpoint");
  settings.region = configuration_.text("s3.region");
  settings.accessKey = configuration_.text("s3.access-key");
  settings.secretKey = configuration_.text("s3.secret-key");
  settings.sessionToken = configuration_.text("s3.session.token");
  if (configuration_.values().contains("s3.path.style.access")) {
    settings.pathStyle = configuration_.boolean("s3.path.style.access");
  }
  if (settings.accessKey.empty() != settings.secretKey.empty()) {
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("option '{}' is set, but '{}' is not",
                             settings.accessKey.empty() ? "s3.secret-key" : "s3.access-key",
                             settings.accessKey.empty() ? "s3.access-key" : "s3.secret-key"))
        .withHint("Set both, or none for the credentials that AWS's SDKs find.");
  }
  files->configureS3(settings);
  return {};
}

Result<PlannerOptions> Session::plannerOptions(const std::string& jobName) const {
  TRY(configureFiles());
  PlannerOptions options;
  std::string name = configuration_.text("pipeline.name");
  options.jobName = name.empty() ? jobName : name;
  options.parallelism = static_cast<uint32_t>(configuration_.integer("parallelism.default"));
  int64_t maxParallelism = configuration_.integer("pipeline.max-parallelism");
  options.maxParallelism = maxParallelism > 0 ? static_cast<uint32_t>(maxParallelism)
                                              : defaultMaxParallelism(options.parallelism);
  options.derivesMaxParallelism = maxParallelism <= 0;
  if (options.parallelism > options.maxParallelism) {
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("parallelism.default {} is larger than pipeline.max-parallelism {}",
                             options.parallelism, options.maxParallelism));
  }
  options.timeZone = configuration_.text("table.local-time-zone");
  options.twoPhase = configuration_.text("table.optimizer.agg-phase-strategy") != "ONE_PHASE";
  options.dropNulls = configuration_.text("table.exec.sink.not-null-enforcer") == "DROP";
  options.trimPad = configuration_.text("table.exec.sink.type-length-enforcer") == "TRIM_PAD";
  ExecutionOptions& execution = options.execution;
  execution.batchRows =
      static_cast<uint32_t>(configuration_.integer("millrace.execution.batch-rows"));
  execution.miniBatch = configuration_.boolean("table.exec.mini-batch.enabled");
  execution.miniBatchLatencyMillis =
      configuration_.durationMillis("table.exec.mini-batch.allow-latency");
  execution.miniBatchSize = configuration_.integer("table.exec.mini-batch.size");
  if (execution.miniBatch && execution.miniBatchSize <= 0) {
    return Error(ErrorKind::kInvalidOption,
                 "table.exec.mini-batch.size must be positive when mini-batch is enabled");
  }
  execution.autoWatermarkIntervalMillis =
      configuration_.durationMillis("pipeline.auto-watermark-interval");
  execution.sourceIdleTimeoutMillis =
      configuration_.durationMillis("table.exec.source.idle-timeout");
  execution.stateTtlMillis = configuration_.durationMillis("table.exec.state.ttl");
  return options;
}

Result<std::shared_ptr<Job>> Session::start(JobGraph graph, JobPurpose purpose) {
  return options_.startJob(std::move(graph), TRY(jobOptions(purpose)));
}

Result<StatementResult> Session::execute(std::string_view statement, SourcePosition start) {
  std::unique_ptr<ParsedStatement> parsed = TRY(parseStatement(statement, start));
  Result<StatementResult> result = run(*parsed);
  if (!result.ok()) return std::move(result).error().at(parsed->position);
  return result;
}

Result<StatementResult> Session::run(const ParsedStatement& statement) {
  using Kind = ParsedStatement::Kind;
  switch (statement.kind) {
    case Kind::kQuery:
      return runQuery(*statement.as<ParsedQueryStatement>().query);
    case Kind::kInsert:
      return runInserts({&statement.as<ParsedInsert>()});
    case Kind::kStatementSet: {
      std::vector<const ParsedInsert*> inserts;
      TRY(addInserts(statement.as<ParsedStatementSet>(), inserts));
      return runInserts(inserts);
    }
    case Kind::kCreateTable: {
      const auto& create = statement.as<ParsedCreateTable>();
      BindContext context = TRY(bindContext());
      if (create.ifNotExists && catalog_.contains(create.name, create.temporary))
        return succeeded();
      auto table = TRY(makeTable(create, context));
      TRY(catalog_.add(create.name, table, create.ifNotExists, create.orReplace));
      return succeeded();
    }
    case Kind::kCreateView: {
      const auto& create = statement.as<ParsedCreateView>();
      BindContext context = TRY(bindContext());
      auto view = TRY(makeView(create, context));
      TRY(catalog_.add(create.name, view, create.ifNotExists, create.orReplace));
      return succeeded();
    }
    case Kind::kDrop:
      return runDrop(statement.as<ParsedDrop>());
    case Kind::kAlterTable:
      return runAlterTable(statement.as<ParsedAlterTable>());
    case Kind::kAlterView: {
      const auto& alter = statement.as<ParsedAlterView>();
      if (alter.newName.empty()) return Error(ErrorKind::kUnsupported, "ALTER VIEW ... AS");
      TRY(catalog_.rename(alter.name, alter.newName));
      return succeeded();
    }
    case Kind::kExplain:
      return runExplain(statement.as<ParsedExplain>());
    case Kind::kShow:
      return runShow(statement.as<ParsedShow>());
    case Kind::kDescribe:
      return runDescribe(statement.as<ParsedDescribe>());
    case Kind::kSet:
      return runSet(statement.as<ParsedSet>());
    case Kind::kReset:
      return runReset(statement.as<ParsedReset>());
    case Kind::kUse:
      return runUse(statement.as<ParsedUse>());
    case Kind::kCreateFunction:
      return Error(ErrorKind::kUnsupported, "CREATE FUNCTION")
          .withHint("Functions written in Java or Python run on Apache Flink only.");
    case Kind::kCreateCatalog:
      return Error(ErrorKind::kUnsupported, "CREATE CATALOG");
    case Kind::kCreateDatabase:
      return Error(ErrorKind::kUnsupported, "CREATE DATABASE");
    case Kind::kStopJob:
      return runStopJob(statement.as<ParsedStopJob>());
    case Kind::kGeneric:
      return Error(ErrorKind::kUnsupported, statement.as<ParsedGeneric>().name);
  }
  UNREACHABLE();
}

Result<StatementResult> Session::runDrop(const ParsedDrop& drop) {
  bool isView = drop.object == ParsedDrop::Object::kView;
  if (!isView && drop.object != ParsedDrop::Object::kTable) {
    return Error(ErrorKind::kUnsupported, "DROP of anything but tables and views");
  }
  TRY(catalog_.drop(drop.name, isView, drop.temporary, drop.ifExists));
  return succeeded();
}

Result<StatementResult> Session::runQuery(const ParsedQuery& query) {
  BindContext context = TRY(bindContext());
  QueryBinder binder(context);
  LogicalPtr bound = TRY(binder.bindQuery(query));
  std::vector<LogicalPtr> roots = TRY(optimize({clientSink(bound)}, context));
  PlannedRoot root;
  root.plan = roots[0];
  root.anchor = fmt::format("select[{}]", numQueries_++);
  root.queue = std::make_shared<CollectQueue>(options_.collectBatches);
  StatementResult result;
  result.kind = StatementResult::Kind::kQuery;
  result.query.schema = bound->schema;
  result.query.queue = root.queue;
  result.query.bounded = TRY(isBounded(roots));
  PlannerOptions options = TRY(plannerOptions("collect"));
  ChangelogModes modes = TRY(inferChangelogModes(roots));
  result.query.insertOnly = modes.at(roots[0].get()).insertOnly();
  JobGraph graph = TRY(planJob({root}, options, context, env_));
  result.query.job = TRY(start(std::move(graph), JobPurpose::kQuery));
  return result;
}

Result<std::shared_ptr<Job>> Session::startJobOf(const std::vector<const ParsedInsert*>& inserts) {
  BindContext context = TRY(bindContext());
  QueryBinder binder(context);
  std::vector<LogicalPtr> plans;
  std::string name = "insert-into_";
  std::vector<PlannedRoot> roots;
  std::map<std::string, int> ordinals;
  for (const ParsedInsert* insert : inserts) {
    plans.push_back(TRY(binder.bindInsert(*insert)));
    const std::string& table = insert->table.last();
    name += (roots.empty() ? "" : ",") +
            fmt::format("{}.{}.{}", kDefaultCatalog, kDefaultDatabase, table);
    PlannedRoot root;
    root.anchor = fmt::format("insert:{}[{}]", table, ordinals[table]++);
    roots.push_back(std::move(root));
  }
  plans = TRY(optimize(std::move(plans), context));
  for (size_t i = 0; i < plans.size(); ++i) roots[i].plan = plans[i];
  PlannerOptions options = TRY(plannerOptions(name));
  JobGraph graph = TRY(planJob(roots, options, context, env_));
  std::shared_ptr<Job> job = TRY(start(std::move(graph), JobPurpose::kInsert));
  jobs_.push_back(job);
  return job;
}

Result<std::shared_ptr<Job>> Session::startInserts(
    const std::vector<const ParsedStatement*>& statements) {
  std::vector<const ParsedInsert*> inserts;
  for (const ParsedStatement* statement : statements) {
    if (const auto* set = statement->tryAs<ParsedStatementSet>()) {
      TRY(addInserts(*set, inserts));
    } else {
      inserts.push_back(&statement->as<ParsedInsert>());
    }
  }
  return startJobOf(inserts);
}

Result<StatementResult> Session::runInserts(const std::vector<const ParsedInsert*>& inserts) {
  StatementResult result;
  result.kind = StatementResult::Kind::kJob;
  result.job = TRY(startJobOf(inserts));
  result.message = fmt::format("Job ID: {}", result.job->id());
  if (configuration_.boolean("table.dml-sync")) {
    result.job->wait(-1);
    if (result.job->status() == JobStatus::kFailed) return result.job->error();
  }
  return result;
}

Result<StatementResult> Session::runExplain(const ParsedExplain& explain) {
  BindContext context = TRY(bindContext());
  QueryBinder binder(context);
  std::vector<LogicalPtr> plans;
  const ParsedStatement& inner = *explain.statement;
  if (const auto* query = inner.tryAs<ParsedQueryStatement>()) {
    plans.push_back(clientSink(TRY(binder.bindQuery(*query->query))));
  } else if (const auto* insert = inner.tryAs<ParsedInsert>()) {
    plans.push_back(TRY(binder.bindInsert(*insert)));
  } else if (const auto* set = inner.tryAs<ParsedStatementSet>()) {
    for (const auto& statement : set->inserts) {
      plans.push_back(TRY(binder.bindInsert(statement->as<ParsedInsert>())));
    }
  } else {
    return Error(ErrorKind::kUnsupported, "EXPLAIN of this statement").at(inner.position);
  }
  ExplainOptions options;
  for (const ParsedIdentifier& detail : explain.details) {
    if (detail.name == "CHANGELOG_MODE") {
      options.changelogMode = true;
    } else {
      return Error(ErrorKind::kUnsupported, "EXPLAIN " + detail.name).at(detail.position);
    }
  }
  StatementResult result;
  result.kind = StatementResult::Kind::kText;
  result.message = TRY(explainPlans(plans, context, options));
  return result;
}

Result<StatementResult> Session::runSet(const ParsedSet& set) {
  StatementResult result;
  if (!set.option) {
    result.kind = StatementResult::Kind::kRows;
    result.schema = {{"key", Type::string()}, {"value", Type::string()}};
    for (const auto& [key, value] : configuration_.shownValues()) {
      result.rows.push_back({Value(key), Value(value)});
    }
    return result;
  }
  Result<SetOutcome> outcome = configuration_.set(set.option->key, set.option->value);
  if (!outcome.ok()) return std::move(outcome).error().at(set.option->valuePosition);
  SetOutcome& done = outcome.value();
  if (!done.note.empty()) {
    if (options_.strict) {
      configuration_.reset(set.option->key);
      return Error(done.unknown ? ErrorKind::kUnknownOption : ErrorKind::kInvalidOption, done.note)
          .at(set.option->position)
          .withHint(done.hint);
    }
    result.notes.push_back(std::move(done));
  }
  result.message = "Execute statement succeeded.";
  return result;
}

Result<StatementResult> Session::runReset(const ParsedReset& reset) {
  if (reset.key) {
    configuration_.reset(reset.key->name);
  } else {
    configuration_.resetAll();
  }
  return succeeded();
}

Result<StatementResult> Session::runAlterTable(const ParsedAlterTable& alter) {
  const Catalog::Entry* entry = catalog_.find(alter.name);
  if (entry == nullptr || entry->index() != 0) {
    if (alter.ifExists) return succeeded();
    return catalog_.unknownTable(alter.name);
  }
  auto changed =
      std::make_shared<CatalogTable>(*std::get<std::shared_ptr<const CatalogTable>>(*entry));
  for (const ParsedTableChange& change : alter.changes) {
    switch (change.type) {
      case ParsedTableChange::Type::kRenameTable:
        TRY(catalog_.rename(alter.name, change.newName));
        return succeeded();
      case ParsedTableChange::Type::kSetOptions:
        for (const ParsedOption& option : change.options) {
          changed->options[option.key] = option.value;
        }
        break;
      case ParsedTableChange::Type::kResetOptions:
        for (const ParsedIdentifier& key : change.keys) changed->options.erase(key.name);
        break;
      default:
        return Error(ErrorKind::kUnsupported, "this change of ALTER TABLE").at(change.position);
    }
  }
  TRY(catalog_.add(alter.name, std::shared_ptr<const CatalogTable>(changed), false, true));
  return succeeded();
}

Result<StatementResult> Session::runUse(const ParsedUse& use) {
  if (use.object == ParsedUse::Object::kModules) {
    return Error(ErrorKind::kUnsupported, "USE MODULES");
  }
  // As if a table in it were named.
  ParsedName inside = use.names[0];
  if (use.object == ParsedUse::Object::kCatalog) inside.parts.emplace_back(kDefaultDatabase);
  inside.parts.emplace_back();
  TRY(catalog_.checkPath(inside));
  return succeeded();
}

}  // namespace millrace
