#include "state/namespaced_sweep.h"

#include <algorithm>

#include "base/check.h"
#include "state/table_snapshot.h"

namespace millrace {

NamespacedSweep::NamespacedSweep(NamespacedTable& table, SnapshotBuffers& buffers) : table_(table) {
  CHECK(table_.sweep_ == nullptr, "a snapshot is under way");
  table_.sweep_ = this;
  for (auto& [space, one] : table_.spaces_) {
    one->beginSweep(TableSnapshot::saver(*one, space, buffers));
    pending_.push_back(one.get());
  }
  // The earliest namespaces go first: they are the next to change.
  std::reverse(pending_.begin(), pending_.end());
}

NamespacedSweep::~NamespacedSweep() {
  for (KeyedTable* one : pending_) one->abandonSweep();
  table_.sweep_ = nullptr;
}

bool NamespacedSweep::step() {
  if (pending_.empty()) return false;
  KeyedTable* one = pending_.back();
  if (one->sweepSome()) return true;
  pending_.pop_back();
  std::erase_if(dropped_, [one](const auto& dropped) { return dropped.get() == one; });
  return true;
}

void NamespacedSweep::drop(std::unique_ptr<KeyedTable> table) {
  if (table->isSwept()) {
    dropped_.push_back(std::move(table));
  } else {
    std::erase(pending_, table.get());
  }
}

}  // namespace millrace
