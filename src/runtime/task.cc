#include "runtime/task.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "runtime/split_reader.h"

namespace millrace {

namespace {

constexpr int64_t kMeasureMillis = 100;

// Bytes of a snapshot that are written after a batch, and when there is nothing else to do.
constexpr size_t kBusySlice = 256 * 1024;
constexpr size_t kIdleSlice = 1024 * 1024;

// When more bytes than this wait to be written the sweep waits as well.
constexpr size_t kMostUnwritten = size_t{16} << 20;

}  // namespace

// One operator (or the source) of the chain with everything it was given. It is the Output of its
// own operator.
class Task::Node final : public Output {
 public:
  Node(const JobNode& description, OperatorMetrics& metrics, std::unique_ptr<StateStore> store)
      : description_(description), metrics_(metrics), store_(std::move(store)) {}

  Status process(int input, Batch batch) {
    bump(metrics_.recordsIn, batch.numSelected());
    int64_t watermark = kMinWatermark;
    if (isSingleInput() && !batch.marks().empty()) watermark = batch.marks().back().watermark;
    TRY(op->processBatch(input, std::move(batch), *this));
    if (watermark != kMinWatermark) setWatermark(watermark);
    return {};
  }

  Status emit(Batch batch) override {
    if (!batch.marks().empty()) {
      noteEmitted(batch.marks().back().watermark);
    } else if (batch.empty()) {
      return {};
    }
    bump(metrics_.recordsOut, batch.numSelected());
    size_t left = consumers.size() + exchanges.size();
    for (Exchange* exchange : exchanges) {
      if (--left == 0) {
        exchange->emit(std::move(batch));
      } else {
        exchange->emit(batch);
      }
    }
    for (const auto& [consumer, input] : consumers) {
      if (--left == 0) return consumer->process(input, std::move(batch));
      TRY(consumer->process(input, batch));
    }
    return {};
  }

  Status markIdle(bool idle) override {
    for (Exchange* exchange : exchanges) exchange->markIdle(idle);
    for (const auto& [consumer, input] : consumers) {
      TRY(consumer->op->inputIdle(input, idle, *consumer));
    }
    return {};
  }

  const JobNode& description() const { return description_; }
  OperatorMetrics& metrics() { return metrics_; }
  StateStore& store() { return *store_; }

  // Once all states are open.
  void prepareSizes() {
    for (const StateSize& size : store_->sizes()) stateNames_.push_back(size.name);
    stateBytes_ = std::make_unique<std::atomic<uint64_t>[]>(stateNames_.size());
  }
  // Publishes the sizes of the states; returns their sum.
  uint64_t measureStates() {
    uint64_t sum = 0;
    std::vector<StateSize> sizes = store_->sizes();
    for (size_t i = 0; i < sizes.size(); ++i) {
      sum += sizes[i].bytes;
      if (i < stateNames_.size()) stateBytes_[i].store(sizes[i].bytes, std::memory_order_relaxed);
    }
    metrics_.stateBytes.store(sum, std::memory_order_relaxed);
    return sum;
  }
  void addSizes(std::vector<StateSize>& sizes) const {
    for (size_t i = 0; i < stateNames_.size(); ++i) {
      auto found = std::find_if(sizes.begin(), sizes.end(),
                                [&](const StateSize& size) { return size.name == stateNames_[i]; });
      if (found == sizes.end()) found = sizes.insert(found, {stateNames_[i], 0});
      found->bytes += stateBytes_[i].load(std::memory_order_relaxed);
    }
  }

  OperatorPtr op;  // nullptr: the source
  OperatorContext context;
  std::vector<std::pair<Node*, int>> consumers;
  std::vector<Exchange*> exchanges;

 private:
  bool isSingleInput() const { return description_.inputs.size() == 1; }
  void setWatermark(int64_t watermark) {
    context.eval.currentWatermark = watermark;
    noteEmitted(watermark);
  }
  void noteEmitted(int64_t watermark) {
    if (watermark <= metrics_.currentWatermark.load(std::memory_order_relaxed)) return;
    metrics_.currentWatermark.store(watermark, std::memory_order_relaxed);
  }

  const JobNode& description_;
  OperatorMetrics& metrics_;
  std::unique_ptr<StateStore> store_;
  // Written by the task, read by anyone: the bytes of the states, by position.
  std::vector<std::string> stateNames_;
  std::unique_ptr<std::atomic<uint64_t>[]> stateBytes_;
};

Task::Task(TaskOptions options, Env& env, TaskListener& listener)
    : options_(std::move(options)), env_(env), listener_(listener) {}

Task::~Task() {
  // The reader goes first: its threads may still wake the task. Operators go before their states.
  reader_.reset();
  for (auto& node : nodes_) node->op.reset();
  if (reportedBytes_ != 0) listener_.stateChanged(-reportedBytes_);
}

const JobNode& Task::node(size_t i) const { return nodes_[i]->description(); }

void Task::addStateSizes(size_t i, std::vector<StateSize>& sizes) const {
  nodes_[i]->addSizes(sizes);
}

Task::Node& Task::addNode(const JobNode& description, std::unique_ptr<StateStore> state,
                          OperatorMetrics& metrics) {
  nodes_.push_back(std::make_unique<Node>(description, metrics, std::move(state)));
  Node& node = *nodes_.back();
  node.context.jobId = options_.jobId;
  node.context.operatorId = description.id;
  node.context.subtask = options_.subtask;
  node.context.options = &options_.execution;
  node.context.env = &env_;
  node.context.state = &node.store();
  node.context.metrics = &metrics;
  node.context.eval.zone = options_.zone;
  node.context.eval.subtask = options_.subtask.index;
  return node;
}

void Task::addSource(const JobNode& description, std::unique_ptr<SourceReader> reader,
                     std::unique_ptr<StateStore> state, OperatorMetrics& metrics) {
  Node& node = addNode(description, std::move(state), metrics);
  reader_ = std::move(reader);
  sourceContext_.op = &node.context;
  sourceContext_.wake = [this] { notify(); };
}

void Task::addOperator(const JobNode& description, OperatorPtr op,
                       std::unique_ptr<StateStore> state, OperatorMetrics& metrics) {
  auto* async = dynamic_cast<AsyncOperator*>(op.get());
  if (async != nullptr) async->setWake([this] { notify(); });
  auto* splits = dynamic_cast<SplitReader*>(reader_.get());
  auto* consumer = dynamic_cast<SplitConsumer*>(op.get());
  if (splits != nullptr && consumer != nullptr) consumer->setSplitReader(*splits);
  Node& node = addNode(description, std::move(state), metrics);
  node.op = std::move(op);
  if (async != nullptr) asyncOperators_.emplace_back(&node, async);
}

void Task::chain(size_t from, size_t to, int input) {
  nodes_[from]->consumers.emplace_back(nodes_[to].get(), input);
}

void Task::addExchange(size_t from, ExchangeOptions options, std::vector<Channel*> channels) {
  exchanges_.push_back(
      std::make_unique<Exchange>(std::move(options), std::move(channels), &nowMillis_));
  nodes_[from]->exchanges.push_back(exchanges_.back().get());
}

void Task::setInputs(std::vector<std::vector<Channel*>> channels, std::vector<Schema> schemas) {
  gate_ = std::make_unique<InputGate>(std::move(channels), std::move(schemas), env_.clock());
}

Status Task::open(uint64_t restoredId) {
  nowMillis_ = env_.clock().nowMillis();
  for (auto& node : nodes_) {
    node->context.restoredCheckpointId = restoredId;
    node->context.refreshTime();
    if (node->op == nullptr) {
      TRY(reader_->open(sourceContext_));
    } else {
      TRY(node->op->open(node->context));
    }
    node->prepareSizes();
  }
  lastCheckpoint_ = lastComplete_ = restoredId;
  if (restoredId == 0) return {};
  for (auto& node : nodes_) {
    TRY(node->op ? node->op->checkpointComplete(restoredId)
                 : reader_->checkpointComplete(restoredId));
  }
  return {};
}

void Task::requestCheckpoint(uint64_t checkpointId, bool stop) {
  requested_.store(checkpointId << 1 | (stop ? 1 : 0), std::memory_order_release);
  notify();
}

void Task::endInput() {
  endsInput_.store(true, std::memory_order_release);
  notify();
}

void Task::notifyComplete(uint64_t checkpointId) {
  complete_.store(checkpointId, std::memory_order_release);
  notify();
}

StepResult Task::step(const StepBudget& budget) {
  int64_t begin = env_.clock().monotonicNanos();
  if (steppedUntil_ != 0) {
    uint64_t waited = static_cast<uint64_t>(begin - steppedUntil_);
    switch (parked_) {
      case Parked::kIdle:
        bump(times_.idleNanos, waited);
        break;
      case Parked::kBackpressured:
        bump(times_.backpressuredNanos, waited);
        break;
      case Parked::kRunnable:
        bump(times_.busyNanos, waited);
        break;
    }
  }
  StepResult result;
  if (!failed_) {
    Result<StepResult> outcome = run(budget);
    if (outcome.ok()) {
      result = outcome.value();
    } else {
      failed_ = true;
      listener_.taskFailed(*this, std::move(outcome).error());
    }
    updateStateBytes();
  }
  steppedUntil_ = env_.clock().monotonicNanos();
  bump(times_.busyNanos, static_cast<uint64_t>(steppedUntil_ - begin));
  return result;
}

Result<StepResult> Task::run(const StepBudget& budget) {
  uint64_t pushedBefore = numPushed();
  for (uint32_t batches = 1;; ++batches) {
    nowMillis_ = env_.clock().nowMillis();
    if (!drainExchanges()) {
      // Completions are delivered all the same: a commit must not wait for a slow consumer.
      uint64_t complete = complete_.load(std::memory_order_acquire);
      if (complete > lastComplete_ || undelivered_ != 0 || finished_) TRY(handleRequests());
      return rest(Parked::kBackpressured, INT64_MAX);
    }
    TRY(handleRequests());
    if (finished_) return rest(Parked::kIdle, INT64_MAX);
    TRY(fireTimers());
    TRY(flushHeld());
    if (!asyncOperators_.empty() && !TRY(continueAsync())) {
      return rest(Parked::kBackpressured, INT64_MAX);
    }
    if (finished_) continue;
    int64_t wakeAt = INT64_MAX;
    bool progressed = reader_ ? TRY(readSource(wakeAt)) : TRY(readGate());
    // A barrier, a timer or held rows may have been more than the channels could take.
    if (!progressed && !overflows()) {
      removeExpired();
      return rest(Parked::kIdle, wakeAt);
    }
    if (sweep_) continueSnapshot(kBusySlice);
    if (isOver(budget, batches, pushedBefore)) {
      parked_ = Parked::kRunnable;
      return StepResult{StepOutcome::kMore};
    }
  }
}

bool Task::isOver(const StepBudget& budget, uint32_t batches, uint64_t pushedBefore) const {
  if (batches >= budget.maxBatches) return true;
  if (budget.waiting != nullptr && budget.waiting->load(std::memory_order_relaxed) > 0 &&
      numPushed() != pushedBefore) {
    return true;
  }
  return env_.clock().monotonicNanos() >= budget.untilNanos;
}

StepResult Task::park(Parked reason, int64_t sourceWake) {
  parked_ = reason;
  StepResult result;
  if (reason == Parked::kBackpressured || finished_) return result;
  result.wakeAtMillis = std::min({sourceWake, nextTimer(), nextExpiry()});
  for (const auto& exchange : exchanges_) {
    int64_t since = exchange->heldSince();
    if (since == INT64_MAX) continue;
    result.wakeAtMillis = std::min(result.wakeAtMillis, since + options_.latencyMillis);
  }
  return result;
}

StepResult Task::rest(Parked reason, int64_t sourceWake) {
  continueSnapshot(kIdleSlice);
  // A writer that is behind wakes the task.
  if (!sweep_ || isWriterBehind()) return park(reason, sourceWake);
  parked_ = Parked::kRunnable;
  return StepResult{StepOutcome::kMore};
}

uint64_t Task::numPushed() const {
  uint64_t sum = 0;
  for (const auto& exchange : exchanges_) sum += exchange->numPushed();
  return sum;
}

bool Task::drainExchanges() {
  bool done = true;
  for (const auto& exchange : exchanges_) done = exchange->drain() && done;
  return done;
}

bool Task::overflows() const {
  return std::any_of(exchanges_.begin(), exchanges_.end(),
                     [](const auto& exchange) { return exchange->overflows(); });
}

Status Task::flushHeld() {
  for (const auto& exchange : exchanges_) {
    int64_t since = exchange->heldSince();
    if (since != INT64_MAX && nowMillis_ - since >= options_.latencyMillis) exchange->flush();
  }
  return {};
}

int64_t Task::nextTimer() const {
  int64_t next = INT64_MAX;
  for (const auto& node : nodes_) {
    if (node->op) next = std::min(next, node->op->nextProcessingTime());
  }
  return next;
}

int64_t Task::nextExpiry() const {
  int64_t next = INT64_MAX;
  for (const auto& node : nodes_) next = std::min(next, node->store().nextExpiryMillis());
  // A slice for each millisecond, the smallest step of the states' time.
  return next == INT64_MAX ? next : std::max(next, nowMillis_ + 1);
}

void Task::removeExpired() {
  for (const auto& node : nodes_) {
    if (node->store().nextExpiryMillis() > nowMillis_) continue;
    node->store().advanceTime(nowMillis_);
    sizesReadAt_ = 0;  // no step may follow for long
  }
}

Status Task::fireTimers() {
  for (const auto& node : nodes_) {
    if (node->op && node->op->nextProcessingTime() <= nowMillis_) {
      TRY(node->op->onProcessingTime(nowMillis_, *node));
    }
  }
  return {};
}

Status Task::handleRequests() {
  uint64_t complete = complete_.load(std::memory_order_acquire);
  if (complete > lastComplete_) {
    lastComplete_ = complete;
    for (auto& node : nodes_) {
      TRY(node->op ? node->op->checkpointComplete(complete)
                   : reader_->checkpointComplete(complete));
    }
    undelivered_ = complete;
  }
  if (undelivered_ != 0) TRY(deliverCompletion());
  uint64_t request = requested_.load(std::memory_order_acquire);
  uint64_t id = request >> 1;
  if (id <= lastCheckpoint_) return {};
  if (ending_) return {};  // until the end is complete
  if (finished_) return snapshot(id, 0);
  if (!reader_) return {};
  stopped_ = (request & 1) != 0;
  return takeCheckpoint(id, 0);
}

Result<bool> Task::readSource(int64_t& wakeAt) {
  if (stopped_) return false;
  size_t maxRows = options_.execution.batchRows;
  uint64_t allowance = listener_.sourceAllowance();
  maxRows = std::max<size_t>(1, std::min<uint64_t>(maxRows, allowance));
  // Nothing more before the checkpoint that is due; its request wakes the task.
  if (allowance == 0) return false;
  Node& source = *nodes_[0];
  Batch batch;
  source.context.refreshTime();
  bool ends = endsInput_.load(std::memory_order_acquire);
  switch (ends ? SourceStatus::kEnd : TRY(reader_->poll(maxRows, batch))) {
    case SourceStatus::kData: {
      uint32_t rows = batch.numSelected();
      bump(source.metrics().recordsIn, rows);
      TRY(source.emit(std::move(batch)));
      listener_.sourceRead(rows);
      return true;
    }
    case SourceStatus::kWaiting:
      wakeAt = reader_->wakeAtMillis();
      return false;
    case SourceStatus::kEnd: {
      Batch last = emptyBatch(source.description().output);
      last.mutableMarks().push_back({0, kMaxWatermark});
      TRY(source.emit(std::move(last)));
      TRY(endChain());
      return true;
    }
  }
  UNREACHABLE();
}

Result<bool> Task::readGate() {
  InputEvent event = gate_->next();
  Node& head = *nodes_[0];
  switch (event.kind) {
    case InputEvent::Kind::kNothing:
      return false;
    case InputEvent::Kind::kBatch:
      if (!event.batch.empty() || !event.batch.marks().empty()) {
        TRY(head.process(event.input, std::move(event.batch)));
      }
      return true;
    case InputEvent::Kind::kIdle:
      TRY(head.op->inputIdle(event.input, event.idle, head));
      return true;
    case InputEvent::Kind::kBarrier:
      TRY(takeCheckpoint(event.checkpointId, event.alignmentNanos));
      return true;
    case InputEvent::Kind::kInputEnd:
      TRY(head.op->endInput(event.input, head));
      if (gate_->allEnded()) TRY(endChain());
      return true;
  }
  UNREACHABLE();
}

Status Task::takeCheckpoint(uint64_t checkpointId, int64_t alignmentNanos) {
  for (auto& node : nodes_) {
    if (node->op) TRY(node->op->flush(*node));
  }
  // The barrier goes out before the states are written, so that consumers align meanwhile.
  for (auto& exchange : exchanges_) exchange->sendBarrier(checkpointId);
  if (!areSettled()) {
    lastCheckpoint_ = checkpointId;
    pendingCheckpoint_ = {checkpointId, env_.clock().monotonicNanos() - alignmentNanos};
    return {};
  }
  pendingCheckpoint_ = {};
  return snapshot(checkpointId, alignmentNanos);
}

bool Task::areSettled() const {
  return std::all_of(asyncOperators_.begin(), asyncOperators_.end(),
                     [](const auto& each) { return each.second->isSettled(); });
}

bool Task::areCommitted() const {
  return std::all_of(asyncOperators_.begin(), asyncOperators_.end(),
                     [](const auto& each) { return each.second->isCommitted(); });
}

Status Task::deliverCompletion() {
  if (!areCommitted()) {
    // A task that has finished fires no timers, but a commit that fails has to be heard of.
    for (const auto& [node, async] : asyncOperators_) {
      if (!finished_ || node->op->nextProcessingTime() > nowMillis_) continue;
      TRY(node->op->onProcessingTime(nowMillis_, *node));
    }
    return {};
  }
  listener_.completionDelivered(*this, std::exchange(undelivered_, 0));
  return {};
}

Result<bool> Task::continueAsync() {
  if (pendingCheckpoint_.id != 0) {
    if (!areSettled()) return false;
    PendingCheckpoint due = std::exchange(pendingCheckpoint_, {});
    TRY(snapshot(due.id, env_.clock().monotonicNanos() - due.barrierNanos));
  }
  if (ending_) {
    if (!areSettled()) return false;
    TRY(completeEnd());
    return finished_;
  }
  return std::all_of(asyncOperators_.begin(), asyncOperators_.end(),
                     [](const auto& each) { return each.second->isReady(); });
}

Status Task::snapshot(uint64_t checkpointId, int64_t alignmentNanos) {
  lastCheckpoint_ = checkpointId;
  // One that is still under way has failed elsewhere.
  for (auto& node : nodes_) node->store().abandonSnapshot();
  sweep_ = std::make_unique<Sweep>();
  sweep_->checkpointId = checkpointId;
  sweep_->barrierMillis = nowMillis_ - alignmentNanos / 1'000'000;
  SubtaskCheckpointStatistics& statistics = sweep_->statistics;
  statistics.index = options_.subtask.index;
  statistics.alignmentMicros = static_cast<uint64_t>(alignmentNanos) / 1000;
  int64_t before = env_.clock().monotonicNanos();
  for (auto& node : nodes_) {
    TRY(node->op ? node->op->snapshotState(checkpointId) : reader_->snapshotState(checkpointId));
    // Of a job that is drained the input goes on: whoever restores it looks for the entries.
    bool isOver = finished_ && !endsInput_.load(std::memory_order_relaxed);
    if (!node->store().empty()) node->store().beginSnapshot(isOver);
  }
  sweep_->begun = env_.clock().monotonicNanos();
  statistics.syncMicros = static_cast<uint64_t>(sweep_->begun - before) / 1000;
  return {};
}

// Returns the number of bytes.
size_t Task::handOver(size_t i, bool last) {
  SnapshotBytes bytes = nodes_[i]->store().takeSnapshotBytes();
  size_t size = bytes.size();
  if (size == 0) return 0;
  sweep_->statistics.checkpointedBytes += size;
  unwrittenBytes_.fetch_add(size, std::memory_order_relaxed);
  listener_.snapshotBytes(*this, sweep_->checkpointId, i, std::move(bytes), last);
  return size;
}

bool Task::isWriterBehind() const {
  return unwrittenBytes_.load(std::memory_order_relaxed) > kMostUnwritten;
}

void Task::snapshotWritten(size_t bytes) {
  unwrittenBytes_.fetch_sub(bytes, std::memory_order_relaxed);
  notify();
}

void Task::continueSnapshot(size_t budgetBytes) {
  size_t written = 0;
  while (sweep_ && written < budgetBytes && !isWriterBehind()) {
    size_t i = sweep_->node;
    if (i == nodes_.size()) {
      std::unique_ptr<Sweep> done = std::move(sweep_);
      int64_t nanos = env_.clock().monotonicNanos() - done->begun;
      done->statistics.asyncMicros = static_cast<uint64_t>(nanos) / 1000;
      done->statistics.ackTimestampMillis = env_.clock().nowMillis();
      listener_.checkpointTaken(*this, done->checkpointId, done->barrierMillis,
                                std::move(done->statistics));
      return;
    }
    StateStore& store = nodes_[i]->store();
    bool done = store.empty() || store.continueSnapshot(budgetBytes - written);
    written += handOver(i, done);
    if (!done) break;
    for (const StateSize& size : store.snapshotSizes()) {
      sweep_->statistics.states.push_back({node(i).id, size.name, size.bytes});
    }
    ++sweep_->node;
  }
  // What the others have preserved meanwhile.
  for (size_t i = sweep_ ? sweep_->node + 1 : nodes_.size(); i < nodes_.size(); ++i) {
    handOver(i, false);
  }
}

Status Task::endChain() {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = *nodes_[i];
    if (!node.op) continue;
    if (i > 0) {
      int numInputs = static_cast<int>(node.description().inputs.size());
      for (int input = 0; input < numInputs; ++input) TRY(node.op->endInput(input, node));
    }
    TRY(node.op->flush(node));
    TRY(node.op->finish(node));
  }
  for (auto& exchange : exchanges_) exchange->sendEnd();
  if (areSettled()) return completeEnd();
  ending_ = true;
  return {};
}

Status Task::completeEnd() {
  if (options_.commitsAtEnd && !std::exchange(endCommitted_, true)) {
    uint64_t id = std::max(lastCheckpoint_ + 1, options_.firstCheckpointId);
    for (auto& node : nodes_) {
      if (!node->op) continue;
      TRY(node->op->snapshotState(id));
      TRY(node->op->checkpointComplete(id));
    }
  }
  ending_ = !areCommitted();
  if (ending_) return {};
  finished_ = true;
  listener_.taskFinished(*this);
  return {};
}

void Task::updateStateBytes() {
  if (nowMillis_ - sizesReadAt_ < kMeasureMillis && !finished_) return;
  sizesReadAt_ = nowMillis_;
  uint64_t sum = 0;
  for (auto& node : nodes_) sum += node->measureStates();
  int64_t changed = static_cast<int64_t>(sum) - reportedBytes_;
  if (changed == 0) return;
  reportedBytes_ = static_cast<int64_t>(sum);
  listener_.stateChanged(changed);
}

}  // namespace millrace
