// Channel: the bounded queue from one producing subtask to one consuming subtask. Batches and
// control travel in it in one order.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "runtime/scheduler.h"
#include "types/batch.h"

namespace millrace {

enum class ElementKind : uint8_t { kBatch, kBarrier, kIdle, kActive, kEnd };

struct Element {
  ElementKind kind = ElementKind::kBatch;
  uint64_t checkpointId = 0;  // kBarrier
  Batch batch;                // kBatch
};

// One thread at a time produces, one consumes; no locks. Each side wakes the other one's task.
class Channel {
 public:
  // alignsBarriers: see InputGate.
  explicit Channel(uint32_t capacity, bool alignsBarriers = true);

  // Before the first element.
  void connect(Schedulable& producer, Schedulable& consumer);

  // Producer. Moves the element in and wakes the consumer, or returns false when full.
  bool tryPush(Element& element);
  // Producer. True when half of the room is free; else the producer is notified when it is.
  bool waitForRoom();

  // Consumer. The oldest element, or nullptr.
  Element* front();
  // Consumer. Requires: front() != nullptr.
  void pop();
  bool alignsBarriers() const { return alignsBarriers_; }

 private:
  const uint32_t capacity_;
  const bool alignsBarriers_;
  std::unique_ptr<Element[]> slots_;  // capacity + 1, one is always free
  Schedulable* producer_ = nullptr;
  Schedulable* consumer_ = nullptr;

  uint32_t sizeOf(uint32_t head, uint32_t tail) const {
    return tail >= head ? tail - head : tail + capacity_ + 1 - head;
  }
  uint32_t after(uint32_t position) const { return position == capacity_ ? 0 : position + 1; }

  alignas(64) std::atomic<uint32_t> head_{0};  // written by the consumer
  uint32_t knownTail_ = 0;                     // consumer's copy
  alignas(64) std::atomic<uint32_t> tail_{0};  // written by the producer
  uint32_t knownHead_ = 0;                     // producer's copy
  alignas(64) std::atomic<bool> producerWaits_{false};
};

}  // namespace millrace
