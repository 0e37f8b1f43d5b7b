// InputGate: the channels a task reads, over all inputs of its first operator. It alternates
// fairly, combines the watermarks of the channels of one input and aligns barriers.
//
// Aligned barriers: a channel that has delivered barrier n is not read until all channels have (or
// have ended). Where channels do not align it is read on. A barrier with a higher number than the
// one under way replaces it.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "env/env.h"
#include "runtime/channel.h"
#include "runtime/watermark.h"
#include "types/batch.h"
#include "types/type.h"

namespace millrace {

// What the task has to do next.
struct InputEvent {
  enum class Kind : uint8_t {
    kNothing,   // no channel has anything to read
    kBatch,     // marks are the input's combined watermarks
    kIdle,      // the input is idle, or active again
    kBarrier,   // all channels have delivered it
    kInputEnd,  // no more batches of this input
  };
  Kind kind = Kind::kNothing;
  int input = 0;
  bool idle = false;
  uint64_t checkpointId = 0;
  int64_t alignmentNanos = 0;  // from the first barrier to the last; 0 when nothing waited
  Batch batch;
};

class InputGate {
 public:
  // channels[i] are those of input i; schemas[i] its columns. The clock measures alignment.
  InputGate(std::vector<std::vector<Channel*>> channels, std::vector<Schema> schemas,
            const Clock& clock);

  InputEvent next();
  bool allEnded() const { return numOpenChannels_ == 0; }

 private:
  struct GateChannel {
    Channel* channel = nullptr;
    uint32_t input = 0;
    uint32_t index = 0;    // among the channels of its input
    bool arrived = false;  // its barrier
    bool blocked = false;
    bool ended = false;
  };
  struct GateInput {
    WatermarkMerger merger;
    uint32_t numChannels = 0;
    uint32_t numOpen = 0;
    bool idle = false;
    Schema schema;
  };

  bool readFrom(GateChannel& from, InputEvent& event);
  void readBarrier(GateChannel& from, uint64_t checkpointId);
  void release();
  void readBatch(GateChannel& from, InputEvent& event);
  void setIdle(GateChannel& from, bool idle);
  void end(GateChannel& from);
  void queueWatermark(uint32_t input, int64_t watermark);
  void queueIdleChange(uint32_t input);
  void checkAlignment();

  const Clock& clock_;
  std::vector<GateChannel> channels_;
  std::vector<GateInput> inputs_;
  std::deque<InputEvent> events_;  // consequences that are still to be told
  size_t next_ = 0;
  uint32_t numOpenChannels_ = 0;
  uint32_t numArrived_ = 0;
  uint64_t barrier_ = 0;        // the last one that came
  int64_t alignmentBegan_ = 0;  // monotonic: when the first of its channels was blocked
};

// A batch of the schema without rows.
Batch emptyBatch(const Schema& schema);

}  // namespace millrace
