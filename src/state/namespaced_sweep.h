// NamespacedSweep: the tables of a NamespacedTable that a snapshot under way has to save, also
// those that have been dropped since.
#pragma once

#include <memory>
#include <vector>

#include "state/keyed_table.h"
#include "state/snapshot_buffers.h"

namespace millrace {

class NamespacedSweep final : public StateSweep {
 public:
  NamespacedSweep(NamespacedTable& table, SnapshotBuffers& buffers);
  ~NamespacedSweep() override;

  bool step() override;
  // Keeps the table until it is saved, when there is something left to save.
  void drop(std::unique_ptr<KeyedTable> table);

 private:
  NamespacedTable& table_;
  std::vector<KeyedTable*> pending_;  // taken from the back
  std::vector<std::unique_ptr<KeyedTable>> dropped_;
};

}  // namespace millrace
