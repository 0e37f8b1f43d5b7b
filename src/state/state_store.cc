#include "state/state_store.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "base/check.h"
#include "state/snapshot.h"
#include "state/snapshot_buffers.h"
#include "state/state_conversion.h"
#include "state/state_time.h"

namespace millrace {

namespace {

// What is written of a state's buffers at a time, once all its entries are there.
constexpr size_t kFlushBytes = 256 * 1024;

StateSchema listSchema(std::string name, Redistribution redistribution) {
  StateSchema schema;
  schema.name = std::move(name);
  schema.kind = StateKind::kList;
  schema.order = redistribution == Redistribution::kSplit ? "split" : "union";
  return schema;
}

void writeList(SnapshotWriter& writer, const StateSchema& schema, const ListState& list) {
  writer.beginState(schema);
  writer.beginGroup(0, list.elements().size());
  for (const std::string& element : list.elements()) {
    writer.put(static_cast<uint32_t>(element.size()));
    writer.append(element.data(), element.size());
  }
}

// The elements of all old subtasks, in their order.
Result<std::vector<std::string>> readList(SnapshotReader& reader) {
  std::vector<std::string> elements;
  while (TRY(reader.nextGroup({0, 0}))) {
    for (uint64_t n = reader.entries(); n > 0; --n) {
      uint32_t size = TRY(reader.get<uint32_t>());
      const char* bytes = TRY(reader.take(size));
      elements.emplace_back(bytes, size);
    }
  }
  return elements;
}

}  // namespace

struct StateStore::Impl {
  // One open state, of whatever structure.
  struct Open {
    std::string name;
    std::shared_ptr<void> state;
    std::function<size_t()> byteSize;
    // Keyed states: the schema, and how a snapshot of them begins.
    const StateSchema* keyed = nullptr;
    std::function<std::unique_ptr<StateSweep>(SnapshotBuffers&)> beginSnapshot;
    // Lists.
    std::function<void(SnapshotWriter&)> write;
    // States with a time to live.
    std::function<void()> removeExpired;
    std::function<int64_t()> nextExpiryMillis;
  };

  // A snapshot under way.
  struct Snapshot {
    explicit Snapshot(const SubtaskInfo& subtask)
        : writer(subtask.index, subtask.parallelism, subtask.maxParallelism) {}

    // One keyed state.
    struct Part {
      std::unique_ptr<SnapshotBuffers> buffers;
      std::unique_ptr<StateSweep> sweep;  // goes before the buffers
    };
    SnapshotWriter writer;
    std::vector<Part> parts;
    size_t next = 0;  // the part that is being swept
  };

  template <typename State>
  Result<State*> open(std::string name, std::shared_ptr<State> state) {
    TRY(checkName(name));
    if constexpr (requires { state->setKeyGroups(subtask.keyGroups(), uint32_t{}); }) {
      state->setKeyGroups(subtask.keyGroups(), subtask.maxParallelism);
    }
    if (restored != nullptr && restored->hasState(name)) {
      TRY(restoreState(*restored, *state, subtask.keyGroups(), subtask.maxParallelism));
    }
    State* address = state.get();
    states.push_back(
        {std::move(name), state, [address] { return address->byteSize(); }, &address->schema(),
         [address](SnapshotBuffers& buffers) { return address->beginSnapshot(buffers); }, nullptr,
         nullptr});
    if constexpr (requires { state->removeExpired(); }) {
      if (state->schema().ttlMillis != 0) {
        states.back().removeExpired = [address] { address->removeExpired(); };
        states.back().nextExpiryMillis = [address] { return address->nextExpiryMillis(); };
        expires = true;
      }
    }
    return address;
  }

  Status checkName(const std::string& name) const {
    for (const Open& open : states) {
      if (open.name == name) {
        return Error(ErrorKind::kInternal, fmt::format("state '{}' is opened twice", name));
      }
    }
    return Status();
  }

  SubtaskInfo subtask;
  const RestoredOperator* restored;
  StateTime time;
  bool expires = false;  // some state has a time to live
  std::vector<Open> states;
  // Behind the states: it goes before them.
  std::unique_ptr<Snapshot> underWay;
  SnapshotBytes rest;  // of a snapshot that is complete
  std::vector<StateSize> snapshotSizes;
};

StateStore::StateStore(SubtaskInfo subtask, const RestoredOperator* restored)
    : impl_(std::make_unique<Impl>()) {
  impl_->subtask = subtask;
  impl_->restored = restored;
}
StateStore::~StateStore() = default;

void StateStore::advanceTime(int64_t nowMillis) {
  if (nowMillis <= impl_->time.nowMillis()) return;
  impl_->time.advance(nowMillis);
  if (!impl_->expires) return;
  for (const Impl::Open& open : impl_->states) {
    if (open.removeExpired) open.removeExpired();
  }
}

int64_t StateStore::nextExpiryMillis() const {
  int64_t next = INT64_MAX;
  if (!impl_->expires) return next;
  for (const Impl::Open& open : impl_->states) {
    if (open.nextExpiryMillis) next = std::min(next, open.nextExpiryMillis());
  }
  return next;
}

Result<KeyedTable*> StateStore::openTable(StateSchema schema) {
  schema.kind = StateKind::kKeyedTable;
  std::string name = schema.name;
  auto shared = std::make_shared<const StateSchema>(std::move(schema));
  auto table = std::make_shared<KeyedTable>(std::move(shared), &impl_->time);
  return impl_->open(std::move(name), std::move(table));
}

Result<NamespacedTable*> StateStore::openNamespacedTable(StateSchema schema) {
  schema.kind = StateKind::kKeyedTable;
  std::string name = schema.name;
  auto shared = std::make_shared<const StateSchema>(std::move(schema));
  return impl_->open(std::move(name), std::make_shared<NamespacedTable>(std::move(shared)));
}

Result<KeyedRows*> StateStore::openRows(StateSchema schema, KeyedRows::Options options) {
  schema.kind = StateKind::kKeyedRows;
  std::string name = schema.name;
  return impl_->open(std::move(name),
                     std::make_shared<KeyedRows>(std::move(schema), options, &impl_->time));
}

Result<KeyedSortedRows*> StateStore::openSortedRows(StateSchema schema) {
  schema.kind = StateKind::kKeyedSortedRows;
  std::string name = schema.name;
  auto rows = std::make_shared<KeyedSortedRows>(std::move(schema), &impl_->time);
  return impl_->open(std::move(name), std::move(rows));
}

Result<Timers*> StateStore::openTimers(StateSchema schema) {
  schema.kind = StateKind::kTimers;
  std::string name = schema.name;
  return impl_->open(std::move(name), std::make_shared<Timers>(std::move(schema)));
}

Result<ListState*> StateStore::openList(std::string name, Redistribution redistribution) {
  TRY(impl_->checkName(name));
  auto schema = std::make_shared<StateSchema>(listSchema(name, redistribution));
  auto list = std::make_shared<ListState>();
  const SubtaskInfo& subtask = impl_->subtask;
  if (impl_->restored != nullptr && impl_->restored->hasState(name)) {
    SnapshotReader reader(*impl_->restored, name);
    TRY(reader.check(*schema, subtask.maxParallelism));
    std::vector<std::string> all = TRY(readList(reader));
    if (redistribution == Redistribution::kUnion) {
      list->elements() = std::move(all);
    } else {
      size_t first = all.size() * subtask.index / subtask.parallelism;
      size_t last = all.size() * (subtask.index + 1) / subtask.parallelism;
      for (size_t i = first; i < last; ++i) list->elements().push_back(std::move(all[i]));
    }
  }
  ListState* address = list.get();
  auto byteSize = [address] {
    size_t bytes = 0;
    for (const std::string& element : address->elements()) bytes += element.size();
    return bytes;
  };
  impl_->states.push_back(
      {std::move(name), list, byteSize, nullptr, nullptr,
       [address, schema](SnapshotWriter& w) { writeList(w, *schema, *address); }, nullptr});
  return address;
}

bool StateStore::isRestored() const { return impl_->restored != nullptr; }
const SubtaskInfo& StateStore::subtask() const { return impl_->subtask; }

size_t StateStore::byteSize() const {
  size_t bytes = 0;
  for (const Impl::Open& open : impl_->states) bytes += open.byteSize();
  return bytes;
}

std::vector<StateSize> StateStore::sizes() const {
  std::vector<StateSize> sizes;
  for (const Impl::Open& open : impl_->states) sizes.push_back({open.name, open.byteSize()});
  return sizes;
}

bool StateStore::empty() const { return impl_->states.empty(); }

void StateStore::beginSnapshot(bool finished) {
  CHECK(!snapshotUnderWay(), "a snapshot is under way");
  impl_->rest = SnapshotBytes();
  impl_->underWay = std::make_unique<Impl::Snapshot>(impl_->subtask);
  Impl::Snapshot& snapshot = *impl_->underWay;
  for (const Impl::Open& open : impl_->states) {
    if (open.keyed == nullptr) {
      open.write(snapshot.writer);
      continue;
    }
    uint32_t state = snapshot.writer.beginState(*open.keyed);
    if (finished) continue;
    Impl::Snapshot::Part part;
    part.buffers = std::make_unique<SnapshotBuffers>(snapshot.writer, state);
    part.sweep = open.beginSnapshot(*part.buffers);
    snapshot.parts.push_back(std::move(part));
  }
}

bool StateStore::snapshotUnderWay() const { return impl_->underWay != nullptr; }

bool StateStore::continueSnapshot(size_t budgetBytes) {
  CHECK(snapshotUnderWay());
  Impl::Snapshot& snapshot = *impl_->underWay;
  size_t written = 0;
  for (; snapshot.next < snapshot.parts.size(); ++snapshot.next) {
    Impl::Snapshot::Part& part = snapshot.parts[snapshot.next];
    uint64_t before = part.buffers->addedBytes();
    while (part.sweep->step()) {
      if (written + part.buffers->addedBytes() - before >= budgetBytes) return false;
    }
    written += part.buffers->addedBytes() - before;
    while (part.buffers->bufferedBytes() > 0) {
      if (written >= budgetBytes) return false;
      written += part.buffers->write(kFlushBytes);
    }
    // In this order: the sweep may still refer to the buffers.
    part.sweep.reset();
    part.buffers.reset();
  }
  impl_->rest = snapshot.writer.finish();
  impl_->snapshotSizes.clear();
  for (uint32_t i = 0; i < impl_->states.size(); ++i) {
    impl_->snapshotSizes.push_back({impl_->states[i].name, snapshot.writer.entryBytes(i)});
  }
  impl_->underWay.reset();
  return true;
}

SnapshotBytes StateStore::takeSnapshotBytes() {
  if (impl_->underWay) return impl_->underWay->writer.takeFull();
  return std::exchange(impl_->rest, SnapshotBytes());
}

const std::vector<StateSize>& StateStore::snapshotSizes() const { return impl_->snapshotSizes; }

void StateStore::abandonSnapshot() { impl_->underWay.reset(); }

SnapshotBytes StateStore::snapshotParts(bool finished) {
  beginSnapshot(finished);
  continueSnapshot(SIZE_MAX);
  return takeSnapshotBytes();
}

std::string StateStore::snapshot() { return snapshotParts(false).toString(); }

}  // namespace millrace
