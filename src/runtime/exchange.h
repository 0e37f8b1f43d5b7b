// Exchange: one producing subtask's side of an edge that crosses tasks. It decides which consumer
// gets which rows, gathers small shares into full batches and keeps what the channels cannot take.
//
// Every consumer gets every watermark and all control, at the right place among its rows.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "runtime/channel.h"
#include "runtime/job_graph.h"
#include "types/batch.h"

namespace millrace {

struct ExchangeOptions {
  Partitioning partitioning = Partitioning::kForward;
  std::vector<uint32_t> keys;
  uint32_t producer = 0;  // subtask index: kForward uses it, kRebalance starts with it
  uint32_t maxParallelism = 128;
  uint32_t batchRows = 4096;  // a share that has grown to this is sent
};

class Exchange {
 public:
  // Channels in order of the consuming subtasks; for kForward exactly one. `nowMillis` is the
  // task's clock, read once per batch by the task.
  Exchange(ExchangeOptions options, std::vector<Channel*> channels, const int64_t* nowMillis);

  void emit(Batch batch);
  void markIdle(bool idle);
  // Sends what is held back, then the control element.
  void sendBarrier(uint64_t checkpointId);
  void sendEnd();

  // Sends what is held back.
  void flush();
  // The time since which rows have been held back, INT64_MAX = none are.
  int64_t heldSince() const { return heldSince_; }

  // Hands over what did not fit. False when something is left: the task must stop reading and will
  // be notified.
  bool drain();
  bool overflows() const { return numOverflowing_ > 0; }
  // Elements handed to channels so far.
  uint64_t numPushed() const { return numPushed_; }

 private:
  struct Outbox {
    Channel* channel = nullptr;
    std::vector<Batch> held;  // dense but for the last, which may have a selection
    uint32_t heldRows = 0;
    std::deque<Element> overflow;
  };

  void emitByKey(Batch batch);
  void emitTo(size_t consumer, Batch batch);
  void emitMarks(size_t consumer, const Batch& batch);
  void hold(Outbox& box, Batch batch);
  void flushBox(Outbox& box);
  void push(Outbox& box, Element element);
  void pushToAll(const Element& control);

  ExchangeOptions options_;
  std::vector<Outbox> boxes_;
  const int64_t* nowMillis_;
  uint32_t directRows_;  // shares of this size are sent as they are
  size_t nextRoundRobin_ = 0;
  int64_t heldSince_ = INT64_MAX;
  uint32_t numOverflowing_ = 0;
  uint64_t numPushed_ = 0;

  // kHash: owner of each key group, and scratch space.
  std::vector<uint32_t> owners_;
  std::vector<ColumnPtr> keyColumns_;
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> shares_;  // per consumer room for the indices of all rows
  std::vector<uint32_t> counts_;
};

}  // namespace millrace
