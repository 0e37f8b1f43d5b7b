// What checkpoints of large state cost: checkpoint_bench [DIRECTORY [MILLIONS OF KEYS [quick]]].
//
// A job counts random keys, 104 bytes of state each, on two subtasks. The program prints the disk's
// sequential rate with fsync, the parts of 50 checkpoints, the throughput with and without a
// checkpoint every 10 seconds, the time of a restore, and what an event costs as keys grow; `quick`
// leaves out the throughput and the cost of events.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "env/env.h"
#include "env/file_system.h"
#include "runtime/job.h"
#include "state/keyed_table.h"

namespace millrace {

namespace {

constexpr uint32_t kParallelism = 2;
constexpr int kCheckpoints = 50;

const Type kNumber = Type::bigint().withNullable(false);

double now() { return static_cast<double>(realEnv().clock().monotonicNanos()) / 1e9; }

uint64_t mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 29;
  return x;
}

StateSchema countSchema() {
  StateSchema schema;
  schema.name = "counts";
  schema.key = {kNumber};
  schema.parts = {{"count", "BIGINT", 8, {}}, {"more", "BIGINT x 10", 80, {}}};
  return schema;
}

// While it is set the source waits.
std::atomic<bool> paused = false;

// Every key once, then keys at random for ever.
class RandomKeys final : public Source, public SourceReader {
 public:
  explicit RandomKeys(uint64_t keys) : keys_(keys) {}
  bool isBounded() const override { return false; }
  Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo& subtask) override {
    auto reader = std::make_unique<RandomKeys>(keys_);
    reader->next_ = subtask.index;
    return std::unique_ptr<SourceReader>(std::move(reader));
  }
  Status open(SourceContext&) override { return {}; }
  int64_t wakeAtMillis() const override { return realEnv().clock().nowMillis() + 10; }
  Result<SourceStatus> poll(size_t maxRows, Batch& out) override {
    if (paused) return SourceStatus::kWaiting;
    MutableColumnPtr column = Column::make(kNumber, maxRows);
    int64_t* values = column->mutableValues<int64_t>();
    for (size_t i = 0; i < maxRows; ++i, next_ += kParallelism) {
      values[i] = static_cast<int64_t>(next_ < keys_ ? next_ : mix(next_) % keys_);
    }
    out = Batch({column}, maxRows);
    return SourceStatus::kData;
  }
  Status snapshotState(uint64_t) override { return {}; }

 private:
  uint64_t keys_;
  uint64_t next_ = 0;
};

void countBatch(KeyedTable& table, const KeyBatch& keys, std::vector<std::byte*>& values) {
  values.resize(keys.size());
  table.findOrInsert(keys, values.data(), nullptr);
  for (std::byte* value : values) ++*reinterpret_cast<int64_t*>(value);
}

class Count final : public Operator {
 public:
  Status open(OperatorContext& context) override {
    table_ = TRY(context.state->openTable(countSchema()));
    return {};
  }
  Status processBatch(int, Batch batch, Output&) override {
    ColumnPtr key = batch.column(0);
    keys_.encode(table_->encoder(), {&key, 1}, batch.rows());
    countBatch(*table_, keys_, values_);
    return {};
  }

 private:
  KeyedTable* table_ = nullptr;
  KeyBatch keys_;
  std::vector<std::byte*> values_;
};

class Discard final : public Operator {
 public:
  Status processBatch(int, Batch, Output&) override { return {}; }
};

JobGraph countJob(uint64_t keys) {
  JobGraph graph;
  graph.name = "checkpoint bench";
  JobNode source;
  source.id = source.name = "keys";
  source.parallelism = kParallelism;
  source.output = {{"key", kNumber}};
  source.makeSource = [keys]() -> Result<std::unique_ptr<Source>> {
    return std::unique_ptr<Source>(std::make_unique<RandomKeys>(keys));
  };
  JobNode count;
  count.id = count.name = "count";
  count.parallelism = kParallelism;
  count.inputs = {{0, Partitioning::kHash, {0}}};
  count.output = source.output;
  count.makeOperator = [](const SubtaskInfo&) -> Result<OperatorPtr> {
    return OperatorPtr(std::make_unique<Count>());
  };
  JobNode discard;
  discard.id = discard.name = "discard";
  discard.parallelism = kParallelism;
  discard.inputs = {{1, Partitioning::kForward, {}}};
  discard.output = source.output;
  discard.makeOperator = [](const SubtaskInfo&) -> Result<OperatorPtr> {
    return OperatorPtr(std::make_unique<Discard>());
  };
  graph.nodes = {std::move(source), std::move(count), std::move(discard)};
  return graph;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// MB per second: 1 GiB in pieces of 1 MiB, then fsync. The better way counts: through the page
// cache, or past it like snapshots.
double diskRate(const std::string& directory) {
  std::string piece(size_t{1} << 20, '\0');
  for (size_t i = 0; i < piece.size(); ++i) piece[i] = static_cast<char>(mix(i));
  double best = 0;
  for (bool streamed : {false, true}) {
    double begin = now();
    FileSystem& files = realEnv().files();
    auto file =
        (streamed ? files.createStreamed(directory + "/disk") : files.create(directory + "/disk"))
            .value();
    for (int i = 0; i < 1024; ++i) file->append(piece).value();
    file->sync().value();
    file->close().value();
    best = std::max(best, 1073.7 / (now() - begin));
    files.remove(directory + "/disk").value();
  }
  return best;
}

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void sleepSeconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

struct Throughput {
  double perSecond = 0;
  double perCpuSecond = 0;  // of the whole process: tells more where other programs run
};

Throughput measureThroughput(Job& job, double seconds, int checkpoints) {
  uint64_t before = job.progress().operators[1].recordsIn;
  double begin = now();
  double cpuBefore = cpuSeconds();
  for (int i = 0; i < checkpoints; ++i) {
    double due = begin + (i + 1) * seconds / checkpoints;
    job.checkpoint().value();
    sleepSeconds(std::max(0.0, due - now()));
  }
  sleepSeconds(std::max(0.0, begin + seconds - now()));
  double rows = static_cast<double>(job.progress().operators[1].recordsIn - before);
  return {rows / (now() - begin), rows / (cpuSeconds() - cpuBefore)};
}

// The disk's rate is measured between the checkpoints of an idle job, because it changes with time.
void measureCheckpoints(Job& job, const std::string& directory, const char* beside) {
  std::vector<double> sync, rates, seconds, disk;
  for (int i = 0; i < kCheckpoints; ++i) {
    if (paused && i % 10 == 0) disk.push_back(diskRate(directory));
    double begin = now();
    job.checkpoint().value();
    seconds.push_back(now() - begin);
    uint64_t longest = 0;
    CheckpointStatistics last = job.progress().checkpoints.latest.front();
    for (const TaskCheckpointStatistics& task : last.tasks) {
      for (const SubtaskCheckpointStatistics& subtask : task.subtasks) {
        longest = std::max(longest, subtask.syncMicros);
      }
    }
    sync.push_back(static_cast<double>(longest) / 1000);
    rates.push_back(static_cast<double>(last.checkpointedBytes) / 1e6 / seconds.back());
  }
  std::sort(sync.begin(), sync.end());
  fmt::print(
      "{} checkpoints beside {}; synchronous part: median {:.3f}, second largest {:.3f}, largest "
      "{:.3f} ms\n",
      kCheckpoints, beside, median(sync), sync[kCheckpoints - 2], sync.back());
  fmt::print("whole checkpoint: median {:.2f} s, {:.0f} MB/s\n", median(seconds), median(rates));
  if (disk.empty()) return;
  fmt::print("disk: median {:.0f} MB/s, sequential with fsync; a checkpoint has {:.0f} % of it\n",
             median(disk), 100 * median(rates) / median(disk));
}

// Nanoseconds for an event of one task, when the table holds that many keys.
double eventNanos(uint64_t keys) {
  KeyedTable table(std::make_shared<const StateSchema>(countSchema()));
  std::vector<std::byte*> values;
  KeyBatch batch;
  constexpr size_t kRows = 4096;
  MutableColumnPtr column = Column::make(kNumber, kRows);
  auto run = [&](uint64_t first, bool random) {
    for (size_t i = 0; i < kRows; ++i) {
      uint64_t key = random ? mix(first + i) % keys : (first + i) % keys;
      column->mutableValues<int64_t>()[i] = static_cast<int64_t>(key);
    }
    batch.encode(table.encoder(), std::vector<ColumnPtr>{column}, Rows::dense(kRows));
    countBatch(table, batch, values);
  };
  for (uint64_t first = 0; first < keys; first += kRows) run(first, false);
  constexpr uint64_t kEvents = kRows * 2000;
  double begin = now();
  for (uint64_t first = 0; first < kEvents; first += kRows) run(first, true);
  return (now() - begin) * 1e9 / kEvents;
}

void compareThroughputs(Job& job) {
  Throughput without = measureThroughput(job, 20, 0);
  Throughput with = measureThroughput(job, 40, 4);
  Throughput again = measureThroughput(job, 20, 0);
  without.perSecond = (without.perSecond + again.perSecond) / 2;
  without.perCpuSecond = (without.perCpuSecond + again.perCpuSecond) / 2;
  fmt::print(
      "M rows per second: {:.2f} without checkpoints, {:.2f} with one every 10 s: {:.1f} % less\n",
      without.perSecond / 1e6, with.perSecond / 1e6,
      100 * (1 - with.perSecond / without.perSecond));
  fmt::print("M rows per CPU-second: {:.2f} and {:.2f}: {:.1f} % less\n",
             without.perCpuSecond / 1e6, with.perCpuSecond / 1e6,
             100 * (1 - with.perCpuSecond / without.perCpuSecond));
}

void run(const std::string& directory, uint64_t keys, bool quick) {
  for (uint64_t millions : {1, 5, 10, 25, 50}) {
    if (quick) break;
    fmt::print("{} M keys: {:.0f} ns an event\n", millions, eventNanos(millions * 1'000'000));
  }
  JobOptions options;
  options.checkpoints.directory = directory;
  auto job = startJob(countJob(keys), options, realEnv()).value();
  double begin = now();
  while (job->progress().operators[1].recordsIn < keys * 11 / 10) sleepSeconds(0.05);
  sleepSeconds(1.5);
  fmt::print("filled in {:.1f} s: {} MB of state\n", now() - begin,
             job->progress().operators[1].stateBytes / 1'000'000);
  if (!quick) compareThroughputs(*job);
  measureCheckpoints(*job, directory, "a job at full speed");
  paused = true;
  measureCheckpoints(*job, directory, "an idle job");
  options.checkpoints.restorePath = job->progress().checkpoints.latestPath();
  job->cancel();
  job->wait(-1);
  job.reset();
  // Snapshots are written past the page cache: only the second restore finds them there.
  for (const char* from : {"disk", "page cache"}) {
    begin = now();
    auto restored = startJob(countJob(keys), options, realEnv()).value();
    fmt::print("restore from the {}: {:.2f} s\n", from, now() - begin);
    restored->cancel();
    restored->wait(-1);
  }
}

}  // namespace

}  // namespace millrace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::string directory = argc > 1 ? argv[1] : fmt::format("build/checkpoint-bench-{}", ::getpid());
  uint64_t keys = (argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10) * 1'000'000;
  millrace::run(directory, keys, argc > 3);
  (void)millrace::realEnv().files().removeTree(directory).ok();
  return 0;
}
