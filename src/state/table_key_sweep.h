// beginKeySweep: snapshots of states whose keys are a table and whose rows hang on its values.
#pragma once

#include <memory>
#include <utility>

#include "state/keyed_table.h"
#include "state/snapshot_buffers.h"
#include "state/table_sweep.h"

namespace millrace {

// write(group, value, entry) writes the key of a value with all its rows; entry is its number in
// the table.
template <typename Write>
std::unique_ptr<StateSweep> beginKeySweep(KeyedTable& keys, SnapshotBuffers& buffers, Write write) {
  class Saver final : public EntrySaver {
   public:
    Saver(const KeyedTable& keys, SnapshotBuffers& buffers, Write write)
        : keys_(keys), buffers_(buffers), write_(std::move(write)) {}
    void save(const std::byte* const* values, const uint32_t* entries, size_t n) override {
      for (size_t k = 0; k < n; ++k) {
        uint32_t group = buffers_.groupOf(keys_.keyHash(values[k]));
        write_(buffers_.group(group), values[k], entries[k]);
        buffers_.done(group);
      }
    }

   private:
    const KeyedTable& keys_;
    SnapshotBuffers& buffers_;
    Write write_;
  };
  class Sweep final : public StateSweep {
   public:
    explicit Sweep(KeyedTable& keys) : keys_(keys) {}
    ~Sweep() override { keys_.abandonSweep(); }
    bool step() override { return keys_.sweepSome(); }

   private:
    KeyedTable& keys_;
  };
  keys.beginSweep(std::make_unique<Saver>(keys, buffers, std::move(write)));
  return std::make_unique<Sweep>(keys);
}

}  // namespace millrace
