// The datagen connector: rows of random values and sequences.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/close_matches.h"
#include "connectors/connector.h"
#include "connectors/datagen/value_generator.h"

namespace millrace {

namespace {

constexpr int64_t kNoEnd = INT64_MAX;

std::vector<OptionSpec> datagenOptions() {
  constexpr OptionType kText = OptionType::kString;
  return {
      {"rows-per-second",
       OptionType::kInteger,
       "10000",
       false,
       {},
       "The rate of all subtasks together."},
      {"number-of-rows",
       OptionType::kInteger,
       "",
       false,
       {},
       "How many rows to make; without it and without sequences the source does not end."},
      {"scan.parallelism",
       OptionType::kInteger,
       "",
       false,
       {},
       "How many subtasks make rows; default: the job's parallelism."},
      {"fields.#.kind", kText, "random", false, {}, "random or sequence."},
      {"fields.#.min", kText, "", false, {}, "The smallest random number."},
      {"fields.#.max", kText, "", false, {}, "The largest random number."},
      {"fields.#.max-past",
       OptionType::kDuration,
       "0 s",
       false,
       {},
       "How far random timestamps lie in the past at most."},
      {"fields.#.length",
       OptionType::kInteger,
       "",
       false,
       {},
       "The length of random strings, bytes and collections."},
      {"fields.#.var-len",
       OptionType::kBoolean,
       "false",
       false,
       {},
       "Whether that is the greatest length instead."},
      {"fields.#.start", kText, "", false, {}, "The first number of a sequence."},
      {"fields.#.end", kText, "", false, {}, "The last number of a sequence."},
      {"fields.#.null-rate", OptionType::kDouble, "0", false, {}, "The share of NULLs, 0 to 1."},
  };
}

// Rows first, first + step, ... below the end of the source.
struct RowStream {
  int64_t next = 0;
  int64_t step = 1;
};

struct GeneratorPlan {
  std::vector<ValueGenerator> columns;  // of the table
  std::vector<DecodedField> fields;
  int64_t rowsPerSecond = 0;
  int64_t numRows = kNoEnd;
};

class DatagenReader : public SourceReader {
 public:
  DatagenReader(const GeneratorPlan& plan, const SubtaskInfo& subtask)
      : plan_(plan), subtask_(subtask) {
    streams_.push_back({subtask.index, subtask.parallelism});
  }

  Status open(SourceContext& context) override {
    context_ = &context;
    state_ = TRY(context.op->state->openList("rows", Redistribution::kUnion));
    if (state_->elements().empty()) return {};
    // Each subtask takes every n-th row of what every former one had left.
    streams_.clear();
    for (const std::string& element : state_->elements()) {
      std::istringstream in(element);
      RowStream stream;
      while (in >> stream.next >> stream.step) {
        streams_.push_back(
            {stream.next + stream.step * subtask_.index, stream.step * subtask_.parallelism});
      }
    }
    return {};
  }

  Result<SourceStatus> poll(size_t maxRows, Batch& out) override {
    while (current_ < streams_.size() && streams_[current_].next >= plan_.numRows) ++current_;
    if (current_ == streams_.size()) return SourceStatus::kEnd;
    int64_t now = context_->op->env->clock().nowMillis();
    auto limit = std::min(static_cast<int64_t>(maxRows), dueRows(now));
    if (limit == 0) return SourceStatus::kWaiting;
    RowStream& stream = streams_[current_];
    rows_.clear();
    for (; limit > 0 && stream.next < plan_.numRows; --limit, stream.next += stream.step) {
      rows_.push_back(stream.next);
    }
    made_ += static_cast<int64_t>(rows_.size());
    out = makeBatch(now);
    return SourceStatus::kData;
  }

  int64_t wakeAtMillis() const override { return wakeAt_; }

  Status snapshotState(uint64_t) override {
    std::string text;
    for (const RowStream& stream : streams_) {
      if (stream.next < plan_.numRows) text += fmt::format("{} {} ", stream.next, stream.step);
    }
    state_->elements() = {text};
    return {};
  }

 private:
  // How many rows the rate allows now; sets wakeAt_ when none.
  int64_t dueRows(int64_t now) {
    if (startMillis_ < 0) startMillis_ = now;
    int64_t perSecond = std::max<int64_t>(1, plan_.rowsPerSecond / subtask_.parallelism);
    auto allowed = static_cast<__int128>(now - startMillis_) * perSecond / 1'000 + 1;
    auto due = static_cast<int64_t>(std::min<__int128>(allowed - made_, INT32_MAX));
    if (due > 0) return due;
    wakeAt_ = now + std::max<int64_t>(1, (1 - due) * 1'000 / perSecond);
    return 0;
  }

  Batch makeBatch(int64_t now) {
    std::vector<ColumnPtr> columns;
    for (const DecodedField& field : plan_.fields) columns.push_back(makeColumn(field, now));
    return Batch(std::move(columns), rows_.size());
  }

  ColumnPtr makeColumn(const DecodedField& field, int64_t now) {
    const ValueGenerator& generator = plan_.columns[field.path[0]];
    ColumnBuilder builder(generator.type());
    generator.append(rows_, now, builder);
    ColumnPtr column = builder.finish();
    for (size_t depth = 1; depth < field.path.size(); ++depth) {
      column = fieldOf(column, field.path[depth]);
    }
    return column;
  }

  // A field of a ROW column; NULL where the row is.
  static ColumnPtr fieldOf(const ColumnPtr& row, uint32_t index) {
    const ColumnPtr& child = row->child(index);
    if (!row->mayHaveNulls()) return child;
    MutableColumnPtr out = child->shallowCopy();
    if (!child->mayHaveNulls()) {
      out->shareValidity(*row);
      return out;
    }
    ColumnBuilder builder(child->type());
    for (size_t i = 0; i < row->size(); ++i) {
      row->isNull(i) ? builder.appendNull() : builder.append(*child, i);
    }
    return builder.finish();
  }

  const GeneratorPlan& plan_;
  SubtaskInfo subtask_;
  std::vector<RowStream> streams_;
  size_t current_ = 0;
  std::vector<int64_t> rows_;
  SourceContext* context_ = nullptr;
  ListState* state_ = nullptr;
  int64_t startMillis_ = -1;
  int64_t made_ = 0;
  int64_t wakeAt_ = INT64_MAX;
};

class DatagenSource : public Source {
 public:
  explicit DatagenSource(GeneratorPlan plan) : plan_(std::move(plan)) {}
  bool isBounded() const override { return plan_.numRows != kNoEnd; }
  Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo& subtask) override {
    return std::unique_ptr<SourceReader>(std::make_unique<DatagenReader>(plan_, subtask));
  }

 private:
  GeneratorPlan plan_;
};

// Every option of a field must be of a column of the table, or of a value inside one.
Status checkFields(const GeneratorPlan& plan, const OptionReader& options) {
  std::vector<std::string> names;
  for (const ValueGenerator& column : plan.columns) column.appendNames(names);
  for (const auto& [key, value] : options.all()) {
    constexpr std::string_view kPrefix = "fields.";
    if (!key.starts_with(kPrefix)) continue;
    std::string name = key.substr(kPrefix.size(), key.rfind('.') - kPrefix.size());
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return Error(ErrorKind::kUnknownOption,
                 fmt::format("option '{}': the table has no field '{}'", key, name))
        .withHint(didYouMean(name, names));
  }
  return {};
}

Result<GeneratorPlan> makePlan(const TableDefinition& table, uint64_t seed) {
  TableOptions read = TRY(readTableOptions(table));
  GeneratorPlan plan;
  plan.rowsPerSecond = read.options.integer("rows-per-second");
  if (plan.rowsPerSecond <= 0) {
    return Error(ErrorKind::kInvalidOption, "option 'rows-per-second' must be positive")
        .withHint("Give a number above 0.");
  }
  if (read.options.has("number-of-rows")) plan.numRows = read.options.integer("number-of-rows");
  for (size_t i = 0; i < table.physical.size(); ++i) {
    const Field& field = table.physical[i];
    plan.columns.push_back(TRY(ValueGenerator::make(field.name, field.type, read.options,
                                                    seed + i * 0x9E3779B97F4A7C15ULL)));
    int64_t length = plan.columns.back().sequenceLength();
    if (length >= 0) plan.numRows = std::min(plan.numRows, length);
  }
  TRY(checkFields(plan, read.options));
  return plan;
}

Status validate(const TableDefinition& table, TableUse) {
  TRY(makePlan(table, 0));
  return {};
}

Result<bool> isBounded(const TableDefinition& table) {
  GeneratorPlan plan = TRY(makePlan(table, 0));
  return plan.numRows != kNoEnd;
}

Result<std::unique_ptr<Source>> makeSource(const ScanRequest& request, Env& env) {
  GeneratorPlan plan = TRY(makePlan(request.table, env.random().next()));
  plan.fields = request.fields;
  return std::unique_ptr<Source>(std::make_unique<DatagenSource>(std::move(plan)));
}

}  // namespace

void addDatagenConnector(ConnectorCatalog& catalog) {
  ConnectorDescriptor connector;
  connector.name = "datagen";
  connector.doc = "Makes rows of random values and sequences.";
  connector.options = datagenOptions();
  connector.validate = validate;
  connector.isBounded = isBounded;
  connector.makeSource = makeSource;
  connector.sourceLists = {"rows"};
  catalog.add(std::move(connector));
}

}  // namespace millrace
