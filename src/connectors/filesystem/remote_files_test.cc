// Files behind a network that is slow: whoever runs the engine never waits for it.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "connectors/connector.h"
#include "connectors/filesystem/file_layout.h"
#include "connectors/testing/source_harness.h"
#include "env/env.h"
#include "env/file_system.h"
#include "env/sim/sim_env.h"
#include "runtime/async_operator.h"
#include "runtime/job.h"

namespace millrace {
namespace {

// What the calls of the slow file system have in common: each takes its time, and is noted.
class SlowCalls {
 public:
  std::atomic<int64_t> delayMillis{0};
  std::atomic<int> underWay{0};

  Status operator()(const std::string& path) {
    ++underWay;
    {
      std::lock_guard lock(mutex_);
      callers_.insert(std::this_thread::get_id());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(delayMillis));
    --underWay;
    std::lock_guard lock(mutex_);
    if (failing_.empty() || path.find(failing_) == std::string::npos) return {};
    return Error(ErrorKind::kIo, "the network is down");
  }
  void fail(const std::string& where) {
    std::lock_guard lock(mutex_);
    failing_ = where;
  }
  void forget() {
    std::lock_guard lock(mutex_);
    callers_.clear();
  }
  bool cameFrom(std::thread::id thread) {
    std::lock_guard lock(mutex_);
    return callers_.contains(thread);
  }

 private:
  std::mutex mutex_;
  std::set<std::thread::id> callers_;
  std::string failing_;
};

class SlowReader final : public RandomAccessFile {
 public:
  SlowReader(std::unique_ptr<RandomAccessFile> file, std::string path, SlowCalls& calls)
      : file_(std::move(file)), path_(std::move(path)), calls_(calls) {}
  Result<size_t> read(uint64_t offset, char* data, size_t size) override {
    TRY(calls_(path_));
    return file_->read(offset, data, size);
  }
  Result<uint64_t> size() override { return file_->size(); }

 private:
  std::unique_ptr<RandomAccessFile> file_;
  std::string path_;
  SlowCalls& calls_;
};

class SlowWriter final : public WritableFile {
 public:
  SlowWriter(std::unique_ptr<WritableFile> file, std::string path, SlowCalls& calls)
      : file_(std::move(file)), path_(std::move(path)), calls_(calls) {}
  Status append(std::string_view data) override {
    TRY(calls_(path_));
    return file_->append(data);
  }
  uint64_t size() const override { return file_->size(); }
  Status sync() override { return file_->sync(); }
  Status flush() override { return file_->flush(); }
  Status close() override {
    TRY(calls_(path_));
    return file_->close();
  }

 private:
  std::unique_ptr<WritableFile> file_;
  std::string path_;
  SlowCalls& calls_;
};

class SlowFileSystem final : public FileSystem {
 public:
  explicit SlowFileSystem(FileSystem& files) : files_(files) {}
  SlowCalls calls;

  Result<std::unique_ptr<RandomAccessFile>> openForRead(const std::string& path) override {
    TRY(calls(path));
    return std::unique_ptr<RandomAccessFile>(
        std::make_unique<SlowReader>(TRY(files_.openForRead(path)), path, calls));
  }
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    TRY(calls(path));
    return std::unique_ptr<WritableFile>(
        std::make_unique<SlowWriter>(TRY(files_.create(path)), path, calls));
  }
  Result<std::unique_ptr<WritableFile>> reopen(const std::string& path, uint64_t size) override {
    TRY(calls(path));
    return files_.reopen(path, size);
  }
  Result<FileInfo> stat(const std::string& path) override {
    TRY(calls(path));
    return files_.stat(path);
  }
  bool exists(const std::string& path) override { return calls(path).ok() && files_.exists(path); }
  Result<std::vector<FileInfo>> list(const std::string& path) override {
    TRY(calls(path));
    return files_.list(path);
  }
  Status makeDirectories(const std::string& path) override { return files_.makeDirectories(path); }
  Status rename(const std::string& from, const std::string& to) override {
    TRY(calls(to));
    return files_.rename(from, to);
  }
  Status remove(const std::string& path) override {
    TRY(calls(path));
    return files_.remove(path);
  }
  Status removeTree(const std::string& path) override { return files_.removeTree(path); }
  Status syncDirectory(const std::string& path) override { return files_.syncDirectory(path); }

 private:
  FileSystem& files_;
};

class SlowEnv final : public Env {
 public:
  Clock& clock() override { return realEnv().clock(); }
  FileSystem& files() override { return slow; }
  Random& random() override { return sim.random(); }

  SimEnv sim{1};
  SlowFileSystem slow{sim.files()};
};

// Woken by whoever works for the thread that waits.
class Alarm {
 public:
  std::function<void()> ring() {
    return [this] {
      std::lock_guard lock(mutex_);
      ++rings_;
      changed_.notify_all();
    };
  }
  // Until `done`, which is asked again at every ring.
  bool wait(const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), done);
  }
  bool waitForRing() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return rings_ != seen_; }) &&
           (seen_ = rings_, true);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int rings_ = 0;
  int seen_ = 0;
};

void put(Env& env, const std::string& path, const std::string& text) {
  auto file = env.files().create(path).value();
  ASSERT_TRUE(file->append(text).ok());
  ASSERT_TRUE(file->close().ok());
}

std::string numberLines(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += "{\"n\":" + std::to_string(i) + "}\n";
  return text;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::set<int> range(int from, int to) {
  std::set<int> all;
  for (int i = from; i < to; ++i) all.insert(i);
  return all;
}

TableDefinition table(const std::string& path, OptionMap options = {}) {
  TableDefinition table;
  table.name = "t";
  table.physical = {{"n", Type::integer()}};
  table.options = {{"connector", "filesystem"}, {"path", path}, {"format", "json"}};
  for (auto& [key, value] : options) table.options[key] = value;
  return table;
}

ScanRequest scanOf(const std::string& path, OptionMap options = {}) {
  ScanRequest scan;
  scan.table = table(path, std::move(options));
  scan.fields = connector_test::allFields(scan.table.physical);
  return scan;
}

// One subtask of a scan, polled by the test's thread.
class SlowScan {
 public:
  SlowScan(const ScanRequest& request, Env& env, const RestoredOperator* restored = nullptr)
      : store_({}, restored) {
    TableOptions options = readTableOptions(request.table).value();
    source_ = options.connector->makeSource(request, env).value();
    op_.options = &options_;
    op_.env = &env;
    op_.state = &store_;
    op_.metrics = &metrics_;
    context_.op = &op_;
    context_.wake = alarm_.ring();
    reader_ = source_->makeReader({}).value();
    EXPECT_TRUE(reader_->open(context_).ok());
  }

  // Until the end, an error, or that many rows have come.
  std::string run(size_t numRows = SIZE_MAX) {
    while (rows.size() < numRows) {
      Batch batch;
      Result<SourceStatus> status = reader_->poll(10, batch);
      if (!status.ok()) return status.error().message();
      if (status.value() == SourceStatus::kEnd) return "end";
      for (uint32_t row = 0; row < batch.numRows(); ++row) {
        rows.push_back(batch.column(0)->values<int32_t>()[batch.column(0)->position(row)]);
      }
      if (status.value() != SourceStatus::kWaiting) continue;
      ++waits;
      if (!alarm_.waitForRing()) return "nobody woke the reader";
    }
    return "enough";
  }
  std::string snapshot() {
    EXPECT_TRUE(reader_->snapshotState(1).ok());
    return store_.snapshot();
  }
  std::set<int> distinct() const { return {rows.begin(), rows.end()}; }

  std::vector<int> rows;
  int waits = 0;

 private:
  Alarm alarm_;
  ExecutionOptions options_;
  OperatorMetrics metrics_;
  StateStore store_;
  OperatorContext op_;
  SourceContext context_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<SourceReader> reader_;
};

TEST(RemoteFiles, TheReaderOfASlowFileNeverWaits) {
  SlowEnv env;
  put(env, "slow://b/in/a.json", numberLines(0, 500));
  put(env, "slow://b/in/b.json.gz", gzip(numberLines(500, 600)));
  put(env, "slow://b/in/c.json", "");
  for (const char* size : {"1", "100", "1 kb", "4 mb"}) {
    env.slow.calls.delayMillis = std::string(size) == "1" ? 0 : 2;
    SlowScan scan(scanOf("slow://b/in", {{"source.split-size", size}}), env);
    env.slow.calls.forget();
    EXPECT_EQ(scan.run(), "end");
    EXPECT_FALSE(env.slow.calls.cameFrom(std::this_thread::get_id())) << size;
    EXPECT_EQ(scan.rows.size(), 600u) << size;
    EXPECT_EQ(scan.distinct(), range(0, 600)) << size;
    EXPECT_GT(scan.waits, 1);
  }
}

TEST(RemoteFiles, ALookupTableTellsThatItsReadsWait) {
  SlowEnv env;
  put(env, "slow://b/in/a.json", numberLines(0, 9000));
  put(env, "slow://b/in/b.json", numberLines(9000, 18000));
  ScanRequest scan = scanOf("slow://b/in", {{"source.split-size", "1 kb"}});
  const ConnectorDescriptor& connector = *readTableOptions(scan.table).value().connector;
  LookupTable lookup = connector.makeLookup(scan, env).value();
  EXPECT_TRUE(lookup.isRemote);
  EXPECT_EQ(lookup.read(scan.fields, {}).value().numRows(), 18'000u);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(lookup.read(scan.fields, stop.get_token()).value().numRows(), 0u);
  scan.table.options["path"] = "/in";
  EXPECT_FALSE(connector.makeLookup(scan, env).value().isRemote);
}

TEST(RemoteFiles, ASnapshotHoldsWhatWasEmittedOfASlowFile) {
  SlowEnv env;
  put(env, "slow://b/in/a.json", numberLines(0, 300));
  put(env, "slow://b/in/b.json", numberLines(300, 400));
  ScanRequest request = scanOf("slow://b/in", {{"source.split-size", "500"}});
  for (size_t some : {0, 15, 120, 250, 399}) {
    std::unique_ptr<RestoredOperator> restored;
    std::set<int> read;
    {
      SlowScan scan(request, env);
      EXPECT_EQ(scan.run(some), "enough");
      read = scan.distinct();
      restored = RestoredOperator::fromBytes({scan.snapshot()}).value();
    }
    SlowScan rest(request, env, restored.get());
    EXPECT_EQ(rest.run(), "end");
    EXPECT_EQ(rest.rows.size() + read.size(), 400u) << some;
    read.merge(rest.distinct());
    EXPECT_EQ(read, range(0, 400)) << some;
  }
}

TEST(RemoteFiles, ErrorsOfTheNetworkReachTheReader) {
  SlowEnv env;
  put(env, "slow://b/in/a.json", numberLines(0, 3));
  env.slow.calls.fail("a.json");
  SlowScan read(scanOf("slow://b/in"), env);
  EXPECT_EQ(read.run(), "the network is down");
  env.slow.calls.fail("slow://b/in");
  SlowScan listed(scanOf("slow://b/in"), env);
  EXPECT_EQ(listed.run(), "the network is down");
}

class NoResults : public Output {
 public:
  Status emit(Batch) override { return {}; }
};

// One subtask of a sink, called by the test's thread as a task does.
class SlowSink {
 public:
  SlowSink(const TableDefinition& definition, Env& env, const RestoredOperator* restored = nullptr)
      : store_({}, restored) {
    SinkRequest request;
    request.table = definition;
    context_.jobId = "job";
    context_.operatorId = "sink";
    context_.restoredCheckpointId = restored == nullptr ? 0 : 1;
    context_.options = &options_;
    context_.env = &env;
    context_.state = &store_;
    context_.metrics = &metrics_;
    TableOptions read = readTableOptions(request.table).value();
    op_ = read.connector->makeSink(request, {}, env).value();
    async_ = dynamic_cast<AsyncOperator*>(op_.get());
    async_->setWake(alarm_.ring());
    EXPECT_TRUE(op_->open(context_).ok());
  }

  void write(int from, int to) {
    for (int i = from; i < to; ++i) {
      MutableColumnPtr numbers = Column::make(Type::integer(), 1);
      numbers->mutableValues<int32_t>()[0] = i;
      std::vector<ColumnPtr> columns{numbers};
      if (texts_) {
        MutableColumnPtr text = Column::make(Type::string(), 1);
        text->setString(0, std::to_string(i % 7));
        columns.push_back(text);
      }
      EXPECT_TRUE(op_->processBatch(0, Batch(std::move(columns), 1), output_).ok());
    }
  }
  void withPartitions() { texts_ = true; }
  void barrier() { EXPECT_TRUE(op_->flush(output_).ok()); }
  bool isSettled() const { return async_->isSettled(); }
  bool isCommitted() const { return async_->isCommitted(); }
  bool waitSettled() {
    return alarm_.wait([&] { return isSettled() || failed(); }) && isSettled();
  }
  bool waitCommitted() {
    auto turn = [&] {
      if (op_->nextProcessingTime() <= 0) (void)op_->onProcessingTime(0, output_).ok();
      return isCommitted() || failed();
    };
    return alarm_.wait(turn) && isCommitted();
  }
  std::string snapshot(uint64_t id) {
    EXPECT_TRUE(op_->snapshotState(id).ok());
    return store_.snapshot();
  }
  void complete(uint64_t id) { EXPECT_TRUE(op_->checkpointComplete(id).ok()); }
  void finish() { EXPECT_TRUE(op_->finish(output_).ok()); }
  bool failed() { return !op_->onProcessingTime(0, output_).ok(); }

 private:
  Alarm alarm_;
  ExecutionOptions options_;
  OperatorMetrics metrics_;
  StateStore store_;
  OperatorContext context_;
  NoResults output_;
  bool texts_ = false;
  OperatorPtr op_;
  AsyncOperator* async_ = nullptr;
};

void collectVisible(Env& env, const std::string& directory, std::string& text) {
  if (!env.files().exists(directory)) return;
  std::vector<FileInfo> entries = env.files().list(directory).value();
  for (const FileInfo& entry : entries) {
    if (entry.isDirectory) {
      collectVisible(env, entry.path, text);
    } else if (!isHiddenName(fileName(entry.path))) {
      text += readFile(env.files(), entry.path).value();
    }
  }
}

size_t numVisible(SlowEnv& env) {
  std::string text;
  collectVisible(env.sim, "slow://b/out", text);
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(RemoteFiles, TheWriterOfASlowFileNeverWaits) {
  SlowEnv env;
  SlowSink sink(table("slow://b/out"), env);
  env.slow.calls.delayMillis = 30;
  env.slow.calls.forget();
  sink.write(0, 10);
  EXPECT_TRUE(sink.isCommitted());
  sink.barrier();
  EXPECT_FALSE(sink.isSettled());
  ASSERT_TRUE(sink.waitSettled());
  std::string taken = sink.snapshot(1);
  EXPECT_EQ(numVisible(env), 0u);
  sink.complete(1);
  EXPECT_FALSE(sink.isCommitted());
  // What comes while it commits does not wait for that, nor does the next barrier.
  env.slow.calls.delayMillis = 0;
  sink.write(10, 20);
  sink.barrier();
  ASSERT_TRUE(sink.waitSettled());
  sink.snapshot(2);
  ASSERT_TRUE(sink.waitCommitted());
  EXPECT_EQ(numVisible(env), 10u);
  sink.complete(2);
  ASSERT_TRUE(sink.waitCommitted());
  EXPECT_EQ(numVisible(env), 20u);
  EXPECT_FALSE(env.slow.calls.cameFrom(std::this_thread::get_id()));
}

TEST(RemoteFiles, ARestoreCommitsWhatASlowCommitLeft) {
  SlowEnv env;
  std::string taken;
  {
    SlowSink sink(table("slow://b/out"), env);
    sink.write(0, 10);
    sink.barrier();
    ASSERT_TRUE(sink.waitSettled());
    taken = sink.snapshot(1);
    // A commit that has not come to its end is in the next checkpoint as well.
    env.slow.calls.delayMillis = 50;
    sink.complete(1);
    sink.write(10, 20);
    sink.barrier();
    env.slow.calls.delayMillis = 0;
  }
  std::unique_ptr<RestoredOperator> restored = RestoredOperator::fromBytes({taken}).value();
  SlowSink sink(table("slow://b/out"), env, restored.get());
  sink.complete(1);
  ASSERT_TRUE(sink.waitCommitted());
  EXPECT_EQ(numVisible(env), 10u);
  sink.write(10, 20);
  sink.finish();
  ASSERT_TRUE(sink.waitSettled());
  sink.snapshot(2);
  sink.complete(2);
  ASSERT_TRUE(sink.waitCommitted());
  EXPECT_EQ(numVisible(env), 20u);
}

TEST(RemoteFiles, APartitionIsMarkedBehindItsSlowCommit) {
  SlowEnv env;
  TableDefinition definition =
      table("slow://b/out", {{"sink.partition-commit.policy.kind", "success-file"},
                             {"sink.partition-commit.delay", "0s"}});
  definition.physical.push_back({"p", Type::string()});
  definition.partitionKeys = {"p"};
  SlowSink sink(definition, env);
  sink.withPartitions();
  sink.write(0, 21);
  sink.barrier();
  ASSERT_TRUE(sink.waitSettled());
  sink.snapshot(1);
  env.slow.calls.delayMillis = 5;
  env.slow.calls.forget();
  sink.complete(1);
  EXPECT_FALSE(env.sim.files().exists("slow://b/out/p=3/_SUCCESS"));
  EXPECT_FALSE(sink.isCommitted());
  ASSERT_TRUE(sink.waitCommitted());
  EXPECT_FALSE(env.slow.calls.cameFrom(std::this_thread::get_id()));
  EXPECT_EQ(numVisible(env), 21u);
  for (int i = 0; i < 7; ++i) {
    EXPECT_TRUE(env.sim.files().exists("slow://b/out/p=" + std::to_string(i) + "/_SUCCESS")) << i;
  }
}

TEST(RemoteFiles, ErrorsOfTheNetworkReachTheSink) {
  SlowEnv env;
  SlowSink sink(table("slow://b/out"), env);
  sink.write(0, 10);
  env.slow.calls.fail("inprogress");
  sink.barrier();
  EXPECT_FALSE(sink.waitSettled());
  EXPECT_TRUE(sink.failed());
}

// A source that is polled again and again, by the only worker; it ends when the others have.
struct Ticks {
  std::atomic<int> all{0};
  std::atomic<int> whileFilesWait{0};
  std::atomic<bool> enough{false};
  std::mutex mutex;
  std::set<std::thread::id> workers;
};

class TickReader final : public SourceReader {
 public:
  TickReader(Ticks& ticks, SlowEnv& env) : ticks_(ticks), env_(env) {}
  Status open(SourceContext&) override { return {}; }
  Result<SourceStatus> poll(size_t, Batch&) override {
    ++ticks_.all;
    if (env_.slow.calls.underWay > 0) ++ticks_.whileFilesWait;
    std::lock_guard lock(ticks_.mutex);
    ticks_.workers.insert(std::this_thread::get_id());
    return ticks_.enough ? SourceStatus::kEnd : SourceStatus::kWaiting;
  }
  int64_t wakeAtMillis() const override { return env_.clock().nowMillis() + 1; }
  Status snapshotState(uint64_t) override { return {}; }

 private:
  Ticks& ticks_;
  SlowEnv& env_;
};

class TickSource final : public Source {
 public:
  TickSource(Ticks& ticks, SlowEnv& env) : ticks_(ticks), env_(env) {}
  bool isBounded() const override { return true; }
  Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo&) override {
    return std::unique_ptr<SourceReader>(std::make_unique<TickReader>(ticks_, env_));
  }

 private:
  Ticks& ticks_;
  SlowEnv& env_;
};

class Swallow final : public Operator {
 public:
  Status processBatch(int, Batch, Output&) override { return {}; }
};

JobNode copySource(SlowEnv& env) {
  JobNode source;
  source.id = source.name = "in";
  source.output = {{"n", Type::integer()}};
  source.makeSource = [&env] {
    ScanRequest scan = scanOf("slow://b/in", {{"source.split-size", "1 kb"}});
    return readTableOptions(scan.table).value().connector->makeSource(scan, env);
  };
  return source;
}

JobNode copySink(SlowEnv& env) {
  JobNode sink;
  sink.id = sink.name = "out";
  sink.inputs = {{0, Partitioning::kForward, {}}};
  sink.output = {{"n", Type::integer()}};
  sink.makeOperator = [&env](const SubtaskInfo& subtask) {
    SinkRequest request;
    request.table = table("slow://b/out");
    return readTableOptions(request.table).value().connector->makeSink(request, subtask, env);
  };
  return sink;
}

// Copies slow files beside a source that ticks, with one worker for both.
JobGraph copyJob(SlowEnv& env, Ticks& ticks) {
  JobGraph graph;
  graph.name = "copy";
  graph.nodes.push_back(copySource(env));
  graph.nodes.push_back(copySink(env));
  JobNode tick;
  tick.id = tick.name = "tick";
  tick.output = {{"n", Type::integer()}};
  tick.makeSource = [&]() -> Result<std::unique_ptr<Source>> {
    return std::unique_ptr<Source>(std::make_unique<TickSource>(ticks, env));
  };
  graph.nodes.push_back(std::move(tick));
  JobNode swallow;
  swallow.id = swallow.name = "swallow";
  swallow.inputs = {{2, Partitioning::kForward, {}}};
  swallow.output = {{"n", Type::integer()}};
  swallow.makeOperator = [](const SubtaskInfo&) -> Result<OperatorPtr> {
    return OperatorPtr(std::make_unique<Swallow>());
  };
  graph.nodes.push_back(std::move(swallow));
  return graph;
}

TEST(RemoteFiles, TheOnlyWorkerGoesOnWhileTheFileSystemSleeps) {
  for (int64_t interval : {0, 40}) {
    SlowEnv env;
    put(env, "slow://b/in/a.json", numberLines(0, 300));
    Ticks ticks;
    JobOptions options;
    options.numWorkers = 1;
    options.checkpoints.intervalMillis = interval;
    auto job = startJob(copyJob(env, ticks), options, env).value();
    env.slow.calls.delayMillis = 20;
    // Only then: opening the job is no worker's.
    env.slow.calls.forget();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    ticks.enough = true;
    ASSERT_TRUE(job->wait(60'000));
    EXPECT_EQ(job->status(), JobStatus::kFinished);
    job.reset();
    EXPECT_EQ(numVisible(env), 300u) << interval;
    ASSERT_EQ(ticks.workers.size(), 1u);
    EXPECT_FALSE(env.slow.calls.cameFrom(*ticks.workers.begin())) << interval;
    EXPECT_GT(ticks.whileFilesWait, 10) << interval;
  }
}

}  // namespace
}  // namespace millrace
