#include "runtime/input_gate.h"

#include <algorithm>
#include <optional>

namespace millrace {

Batch emptyBatch(const Schema& schema) {
  std::vector<ColumnPtr> columns;
  columns.reserve(schema.size());
  for (const Field& field : schema) columns.push_back(Column::make(field.type, 0));
  return Batch(std::move(columns), 0);
}

InputGate::InputGate(std::vector<std::vector<Channel*>> channels, std::vector<Schema> schemas,
                     const Clock& clock)
    : clock_(clock) {
  for (uint32_t input = 0; input < channels.size(); ++input) {
    uint32_t count = static_cast<uint32_t>(channels[input].size());
    inputs_.push_back({WatermarkMerger(count, LaggingInputs::kIgnore), count, count, false,
                       std::move(schemas[input])});
  }
  // Interleaved, so that turns alternate between the inputs first.
  size_t most = 0;
  for (const auto& ofInput : channels) most = std::max(most, ofInput.size());
  for (uint32_t index = 0; index < most; ++index) {
    for (uint32_t input = 0; input < channels.size(); ++input) {
      if (index >= channels[input].size()) continue;
      channels_.push_back({channels[input][index], input, index});
    }
  }
  numOpenChannels_ = static_cast<uint32_t>(channels_.size());
}

InputEvent InputGate::next() {
  InputEvent event;
  while (true) {
    if (!events_.empty()) {
      event = std::move(events_.front());
      events_.pop_front();
      return event;
    }
    bool consumed = false;
    for (size_t turns = 0; turns < channels_.size() && !consumed; ++turns) {
      GateChannel& from = channels_[next_];
      next_ = next_ + 1 == channels_.size() ? 0 : next_ + 1;
      if (from.blocked || from.ended || from.channel->front() == nullptr) continue;
      consumed = true;
      if (readFrom(from, event)) return event;
    }
    if (!consumed) return event;
  }
}

// True when `event` has been filled.
bool InputGate::readFrom(GateChannel& from, InputEvent& event) {
  Element& element = *from.channel->front();
  switch (element.kind) {
    case ElementKind::kBatch:
      event.batch = std::move(element.batch);
      from.channel->pop();
      readBatch(from, event);
      return true;
    case ElementKind::kBarrier: {
      uint64_t checkpointId = element.checkpointId;
      from.channel->pop();
      readBarrier(from, checkpointId);
      return false;
    }
    case ElementKind::kIdle:
    case ElementKind::kActive: {
      bool idle = element.kind == ElementKind::kIdle;
      from.channel->pop();
      setIdle(from, idle);
      return false;
    }
    case ElementKind::kEnd:
      from.channel->pop();
      end(from);
      return false;
  }
  UNREACHABLE();
}

void InputGate::readBarrier(GateChannel& from, uint64_t checkpointId) {
  // A barrier of a checkpoint that was given up: a later one is under way already.
  if (checkpointId < barrier_) return;
  // The one before was given up: not every channel may deliver its barrier.
  if (checkpointId > barrier_) release();
  barrier_ = checkpointId;
  from.arrived = true;
  from.blocked = from.channel->alignsBarriers();
  if (numArrived_ == 0 && from.blocked) alignmentBegan_ = clock_.monotonicNanos();
  ++numArrived_;
  checkAlignment();
}

void InputGate::release() {
  for (GateChannel& channel : channels_) channel.arrived = channel.blocked = false;
  numArrived_ = 0;
}

void InputGate::readBatch(GateChannel& from, InputEvent& event) {
  event.kind = InputEvent::Kind::kBatch;
  event.input = static_cast<int>(from.input);
  GateInput& input = inputs_[from.input];
  if (event.batch.marks().empty()) return;
  if (input.numChannels == 1) {
    input.merger.update(0, event.batch.marks().back().watermark);
    return;
  }
  std::vector<WatermarkMark>& marks = event.batch.mutableMarks();
  size_t kept = 0;
  for (const WatermarkMark& mark : marks) {
    std::optional<int64_t> lifted = input.merger.update(from.index, mark.watermark);
    if (lifted) marks[kept++] = {mark.position, *lifted};
  }
  marks.resize(kept);
}

void InputGate::setIdle(GateChannel& from, bool idle) {
  std::optional<int64_t> lifted = inputs_[from.input].merger.setIdle(from.index, idle);
  if (lifted) queueWatermark(from.input, *lifted);
  queueIdleChange(from.input);
}

void InputGate::end(GateChannel& from) {
  GateInput& input = inputs_[from.input];
  from.ended = true;
  if (from.arrived) --numArrived_;
  from.arrived = false;
  --numOpenChannels_;
  --input.numOpen;
  std::optional<int64_t> lifted = input.merger.setFinished(from.index);
  if (lifted) queueWatermark(from.input, *lifted);
  queueIdleChange(from.input);
  if (input.numOpen == 0) {
    InputEvent event;
    event.kind = InputEvent::Kind::kInputEnd;
    event.input = static_cast<int>(from.input);
    events_.push_back(std::move(event));
  }
  checkAlignment();
}

void InputGate::queueWatermark(uint32_t input, int64_t watermark) {
  InputEvent event;
  event.kind = InputEvent::Kind::kBatch;
  event.input = static_cast<int>(input);
  event.batch = emptyBatch(inputs_[input].schema);
  event.batch.mutableMarks().push_back({0, watermark});
  events_.push_back(std::move(event));
}

void InputGate::queueIdleChange(uint32_t input) {
  bool idle = inputs_[input].merger.allIdle();
  if (idle == inputs_[input].idle) return;
  inputs_[input].idle = idle;
  InputEvent event;
  event.kind = InputEvent::Kind::kIdle;
  event.input = static_cast<int>(input);
  event.idle = idle;
  events_.push_back(std::move(event));
}

void InputGate::checkAlignment() {
  if (numArrived_ == 0 || numArrived_ < numOpenChannels_) return;
  InputEvent event;
  event.kind = InputEvent::Kind::kBarrier;
  event.checkpointId = barrier_;
  bool aligned = std::any_of(channels_.begin(), channels_.end(),
                             [](const GateChannel& channel) { return channel.blocked; });
  if (aligned) event.alignmentNanos = clock_.monotonicNanos() - alignmentBegan_;
  release();
  events_.push_back(std::move(event));
}

}  // namespace millrace
