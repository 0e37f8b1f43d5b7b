#include "state/state_store.h"

#include <fmt/format.h>

#include <functional>

#include "base/check.h"
#include "state/snapshot.h"
#include "state/state_conversion.h"

namespace millrace {

namespace {

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
  writer.endState();
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
    std::function<void(SnapshotWriter&)> snapshot;
    const StateSchema* keyed = nullptr;  // the schema; nullptr for lists
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
    states.push_back({std::move(name), state, [address] { return address->byteSize(); },
                      [address](SnapshotWriter& writer) { address->snapshot(writer); },
                      &address->schema()});
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
  std::vector<Open> states;
};

StateStore::StateStore(SubtaskInfo subtask, const RestoredOperator* restored)
    : impl_(std::make_unique<Impl>()) {
  impl_->subtask = subtask;
  impl_->restored = restored;
}
StateStore::~StateStore() = default;

Result<KeyedTable*> StateStore::openTable(StateSchema schema) {
  schema.kind = StateKind::kKeyedTable;
  std::string name = schema.name;
  auto shared = std::make_shared<const StateSchema>(std::move(schema));
  return impl_->open(std::move(name), std::make_shared<KeyedTable>(std::move(shared)));
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
  return impl_->open(std::move(name), std::make_shared<KeyedRows>(std::move(schema), options));
}

Result<KeyedSortedRows*> StateStore::openSortedRows(StateSchema schema) {
  schema.kind = StateKind::kKeyedSortedRows;
  std::string name = schema.name;
  return impl_->open(std::move(name), std::make_shared<KeyedSortedRows>(std::move(schema)));
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
      {std::move(name), list, byteSize,
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

bool StateStore::empty() const { return impl_->states.empty(); }

SnapshotBytes StateStore::snapshotParts(bool finished) const {
  const SubtaskInfo& subtask = impl_->subtask;
  SnapshotWriter writer(subtask.index, subtask.parallelism, subtask.maxParallelism);
  for (const Impl::Open& open : impl_->states) {
    if (finished && open.keyed != nullptr) {
      writer.beginState(*open.keyed);
      writer.endState();
    } else {
      open.snapshot(writer);
    }
  }
  return writer.finish();
}

std::string StateStore::snapshot() const { return snapshotParts(false).toString(); }

}  // namespace millrace
