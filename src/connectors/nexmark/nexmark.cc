// The nexmark connector: a bounded or endless source of the benchmark's events.
#include <fmt/format.h>

#include "connectors/connector.h"
#include "connectors/nexmark/event_blocks.h"
#include "connectors/nexmark/nexmark_columns.h"
#include "types/datetime.h"

namespace millrace {

namespace {

constexpr int64_t kLargestBlock = 10'000;
constexpr int64_t kBlocksPerSecond = 50;

struct SourceOptions {
  NexmarkOptions model;
  int64_t events = -1;
  int64_t rate = 0;
  int64_t blockSize() const {
    if (rate == 0) return kLargestBlock;
    return std::clamp<int64_t>(rate / kBlocksPerSecond, 1, kLargestBlock);
  }
};

std::vector<OptionSpec> nexmarkOptions() {
  return {
      {"seed", OptionType::kInteger, "1", false, {}, "The same seed gives the same events."},
      {"events",
       OptionType::kInteger,
       "",
       false,
       {},
       "How many events to make; without it the source does not end."},
      {"rate",
       OptionType::kInteger,
       "",
       false,
       {},
       "Events per second of all subtasks together; without it as fast as possible."},
      {"events-per-second-of-event-time",
       OptionType::kInteger,
       "100000",
       false,
       {},
       "The density of events in event time."},
      {"base-time",
       OptionType::kString,
       "2024-01-01 00:00:00",
       false,
       {},
       "The time of the first event."},
  };
}

Error notPositive(const char* key) {
  return Error(ErrorKind::kInvalidOption, fmt::format("option '{}' must be positive", key))
      .withHint("Give a number above 0, or remove the option.");
}

Result<SourceOptions> readOptions(const TableDefinition& table) {
  TableOptions read = TRY(readTableOptions(table));
  TRY(checkNexmarkSchema(table.physical));
  SourceOptions options;
  options.model.seed = static_cast<uint64_t>(read.options.integer("seed"));
  options.model.eventsPerSecond = read.options.integer("events-per-second-of-event-time");
  if (options.model.eventsPerSecond <= 0) return notPositive("events-per-second-of-event-time");
  if (read.options.has("events")) options.events = read.options.integer("events");
  if (read.options.has("events") && options.events < 0) return notPositive("events");
  if (read.options.has("rate")) options.rate = read.options.integer("rate");
  if (read.options.has("rate") && options.rate <= 0) return notPositive("rate");
  std::string base = read.options.text("base-time");
  std::optional<NanoTimestamp> start = parseTimestamp(base);
  if (!start) {
    return Error(ErrorKind::kInvalidOption, fmt::format("option 'base-time' cannot be '{}'", base))
        .withHint("Write it as in '2024-01-01 00:00:00'.");
  }
  options.model.baseMillis = start->millis;
  return options;
}

class NexmarkReader : public SourceReader {
 public:
  NexmarkReader(const SourceOptions& options, const NexmarkModel& model,
                const NexmarkColumns& columns, const SubtaskInfo& subtask)
      : options_(options),
        model_(model),
        columns_(columns),
        blocks_(options.events, options.blockSize(), subtask.index, subtask.parallelism) {}

  Status open(SourceContext& context) override {
    context_ = &context;
    state_ = TRY(context.op->state->openList("positions", Redistribution::kUnion));
    TRY(blocks_.restore(state_->elements()));
    return {};
  }

  Result<SourceStatus> poll(size_t maxRows, Batch& out) override {
    int64_t limit = static_cast<int64_t>(maxRows);
    if (options_.rate > 0) {
      limit = std::min(limit, dueEvents());
      if (limit == 0) return SourceStatus::kWaiting;
    }
    std::optional<EventRun> run = blocks_.next(limit);
    if (!run) return SourceStatus::kEnd;
    out = columns_.make(model_, run->first, static_cast<size_t>(run->count));
    return SourceStatus::kData;
  }

  int64_t wakeAtMillis() const override { return wakeAt_; }

  Status snapshotState(uint64_t) override {
    state_->elements() = {blocks_.state()};
    return {};
  }

 private:
  // How many events from the next one on are due by the clock; sets wakeAt_ when none is.
  int64_t dueEvents() {
    std::optional<int64_t> next = blocks_.peek();
    if (!next) return 1;
    int64_t now = context_->op->env->clock().nowMillis();
    if (startMillis_ < 0) {
      startMillis_ = now;
      startEvent_ = *next;
    }
    auto elapsed = static_cast<__int128>(now - startMillis_) * options_.rate / 1'000;
    int64_t due = startEvent_ + static_cast<int64_t>(elapsed) - *next + 1;
    if (due > 0) return due;
    wakeAt_ = now + std::max<int64_t>(1, -due * 1'000 / options_.rate + 1);
    return 0;
  }

  const SourceOptions& options_;
  const NexmarkModel& model_;
  const NexmarkColumns& columns_;
  EventBlocks blocks_;
  SourceContext* context_ = nullptr;
  ListState* state_ = nullptr;
  int64_t startMillis_ = -1;
  int64_t startEvent_ = 0;
  int64_t wakeAt_ = INT64_MAX;
};

class NexmarkSource : public Source {
 public:
  NexmarkSource(const SourceOptions& options, const Schema& table,
                const std::vector<DecodedField>& fields)
      : options_(options), model_(options.model), columns_(table, fields) {}

  bool isBounded() const override { return options_.events >= 0; }
  Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo& subtask) override {
    return std::unique_ptr<SourceReader>(
        std::make_unique<NexmarkReader>(options_, model_, columns_, subtask));
  }

 private:
  SourceOptions options_;
  NexmarkModel model_;
  NexmarkColumns columns_;
};

Status validate(const TableDefinition& table, TableUse) {
  TRY(readOptions(table));
  return {};
}

Result<bool> isBounded(const TableDefinition& table) {
  SourceOptions options = TRY(readOptions(table));
  return options.events >= 0;
}

Result<std::unique_ptr<Source>> makeSource(const ScanRequest& request, Env&) {
  SourceOptions options = TRY(readOptions(request.table));
  return std::unique_ptr<Source>(
      std::make_unique<NexmarkSource>(options, request.table.physical, request.fields));
}

}  // namespace

void addNexmarkConnector(ConnectorCatalog& catalog) {
  ConnectorDescriptor connector;
  connector.name = "nexmark";
  connector.doc = "The Nexmark benchmark's stream of persons, auctions and bids.";
  connector.options = nexmarkOptions();
  connector.validate = validate;
  connector.isBounded = isBounded;
  connector.makeSource = makeSource;
  connector.sourceLists = {"positions"};
  catalog.add(std::move(connector));
}

}  // namespace millrace
