#include "connectors/nexmark/event_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace millrace {

namespace {

constexpr int64_t kNoEnd = INT64_MAX;

Error unreadableState() {
  return Error(ErrorKind::kRestore, "the nexmark source's state cannot be read")
      .withHint("Restore a checkpoint of this table, with the options 'seed' and 'events' it had.");
}

}  // namespace

EventBlocks::EventBlocks(int64_t total, int64_t blockSize, uint32_t subtask, uint32_t parallelism)
    : total_(total < 0 ? kNoEnd : total),
      blockSize_(blockSize),
      subtask_(subtask),
      parallelism_(parallelism),
      position_(static_cast<int64_t>(subtask) * blockSize) {}

// A state is text: block size, parallelism, subtask, position, then each layer with its size.
std::string EventBlocks::state() const {
  std::string text =
      fmt::format("{} {} {} {} {}", blockSize_, parallelism_, subtask_, position_, layers_.size());
  for (const Layer& layer : layers_) {
    text += fmt::format(" {}", layer.frontier.size());
    for (int64_t event : layer.frontier) text += fmt::format(" {}", event);
  }
  return text;
}

Status EventBlocks::restore(const std::vector<std::string>& states) {
  if (states.empty()) return {};
  Layer last;
  // The blocks keep the size they had, whatever 'rate' says now.
  std::istringstream(states.front()) >> blockSize_;
  if (blockSize_ <= 0) return unreadableState();
  for (const std::string& state : states) {
    std::istringstream in(state);
    int64_t blockSize = 0, position = 0;
    size_t parallelism = 0, subtask = 0, layers = 0;
    in >> blockSize >> parallelism >> subtask >> position >> layers;
    if (!in || blockSize != blockSize_ || subtask >= parallelism || parallelism > 1 << 16) {
      return unreadableState();
    }
    last.frontier.resize(parallelism);
    last.frontier[subtask] = position;
    layers_.clear();
    for (size_t i = 0; i < layers; ++i) {
      size_t size = 0;
      in >> size;
      if (!in || size == 0 || size > 1 << 16) return unreadableState();
      Layer layer;
      layer.frontier.resize(size);
      for (int64_t& event : layer.frontier) in >> event;
      if (!in) return unreadableState();
      layers_.push_back(std::move(layer));
    }
  }
  // An older layer that everyone has passed says nothing any more.
  int64_t slowest = *std::min_element(last.frontier.begin(), last.frontier.end());
  std::erase_if(layers_, [&](const Layer& layer) {
    return *std::max_element(layer.frontier.begin(), layer.frontier.end()) <= slowest;
  });
  layers_.push_back(std::move(last));
  position_ = static_cast<int64_t>(subtask_) * blockSize_;
  return {};
}

int64_t EventBlocks::readBefore(int64_t block) const {
  int64_t read = 0;
  for (const Layer& layer : layers_) {
    read = std::max(read, layer.frontier[static_cast<size_t>(block) % layer.frontier.size()]);
  }
  return read;
}

std::optional<int64_t> EventBlocks::peek() {
  while (position_ < total_) {
    int64_t block = position_ / blockSize_;
    int64_t blockEnd = (block + 1) * blockSize_;
    int64_t begin = std::max(position_, readBefore(block));
    if (begin < blockEnd) {
      position_ = begin;
      return begin < total_ ? std::optional(begin) : std::nullopt;
    }
    position_ = (block + parallelism_) * blockSize_;
  }
  return std::nullopt;
}

std::optional<EventRun> EventBlocks::next(int64_t limit) {
  std::optional<int64_t> begin = peek();
  if (!begin) return std::nullopt;
  int64_t block = *begin / blockSize_;
  int64_t end = std::min({(block + 1) * blockSize_, total_, *begin + limit});
  position_ = end == (block + 1) * blockSize_ ? (block + parallelism_) * blockSize_ : end;
  return EventRun{*begin, end - *begin};
}

}  // namespace millrace
