#include "runtime/exchange.h"

#include <algorithm>

#include "types/gather.h"
#include "types/key_hash.h"

namespace millrace {

namespace {

// Copying a share twice, to fill batches, pays only for small ones.
constexpr uint32_t kDirectRows = 1024;

void addMark(std::vector<WatermarkMark>& marks, uint32_t position, int64_t watermark) {
  // Between the same two rows only the last watermark matters.
  if (!marks.empty() && marks.back().position == position) {
    marks.back().watermark = watermark;
  } else {
    marks.push_back({position, watermark});
  }
}

Batch withoutRows(const Batch& batch) {
  std::vector<ColumnPtr> columns;
  columns.reserve(batch.numColumns());
  for (const ColumnPtr& column : batch.columns()) {
    columns.push_back(Column::make(column->type(), 0));
  }
  return Batch(std::move(columns), 0);
}

// The rows at ascending physical indices as a dense batch, marks moved along.
Batch gatherRows(const Batch& batch, std::span<const uint32_t> indices, bool copyStrings) {
  std::vector<ColumnPtr> columns;
  columns.reserve(batch.numColumns());
  for (const ColumnPtr& column : batch.columns()) {
    columns.push_back(gather(*column, indices, copyStrings));
  }
  Batch share(std::move(columns), indices.size());
  if (const RowKind* from = batch.kinds()) {
    RowKind* to = share.allocateKinds();
    for (size_t i = 0; i < indices.size(); ++i) to[i] = from[indices[i]];
  }
  uint32_t position = 0;
  for (const WatermarkMark& mark : batch.marks()) {
    while (position < indices.size() && indices[position] < mark.position) ++position;
    addMark(share.mutableMarks(), position, mark.watermark);
  }
  return share;
}

// Lists the rows of each consumer in its share of `stride` indices. One pass over the hashes with
// all counts in memory: a pass per consumer measured slower even for two.
void divide(std::span<const uint64_t> hashes, const Rows& rows, std::span<const uint32_t> owners,
            uint32_t* shares, size_t stride, uint32_t* counts) {
  uint32_t numGroups = static_cast<uint32_t>(owners.size());
  for (uint32_t k = 0; k < hashes.size(); ++k) {
    uint32_t target = owners[keyGroupOf(hash32Of(hashes[k]), numGroups)];
    shares[target * stride + counts[target]++] = rows[k];
  }
}

}  // namespace

Exchange::Exchange(ExchangeOptions options, std::vector<Channel*> channels,
                   const int64_t* nowMillis)
    : options_(std::move(options)),
      nowMillis_(nowMillis),
      directRows_(std::clamp(options_.batchRows / 4, 1u, kDirectRows)) {
  for (Channel* channel : channels) boxes_.emplace_back().channel = channel;
  if (options_.partitioning == Partitioning::kRebalance) {
    nextRoundRobin_ = options_.producer % boxes_.size();
  }
  if (options_.partitioning == Partitioning::kHash) {
    uint32_t parallelism = static_cast<uint32_t>(boxes_.size());
    for (uint32_t group = 0; group < options_.maxParallelism; ++group) {
      owners_.push_back(subtaskOf(group, parallelism, options_.maxParallelism));
    }
    counts_.resize(parallelism);
  }
}

void Exchange::emit(Batch batch) {
  // The views may die with the operator's next call; the consumer reads later.
  if (batch.borrowed()) batch.materialize();
  size_t only = 0;
  switch (options_.partitioning) {
    case Partitioning::kHash:
      if (boxes_.size() > 1 && !batch.empty()) return emitByKey(std::move(batch));
      break;
    case Partitioning::kBroadcast:
      for (size_t i = 1; i < boxes_.size(); ++i) emitTo(i, batch);
      return emitTo(0, std::move(batch));
    case Partitioning::kRebalance:
      only = nextRoundRobin_;
      if (!batch.empty()) nextRoundRobin_ = (nextRoundRobin_ + 1) % boxes_.size();
      break;
    case Partitioning::kForward:
    case Partitioning::kSingleton:
      break;
  }
  for (size_t i = 0; i < boxes_.size(); ++i) {
    if (i != only) emitMarks(i, batch);
  }
  emitTo(only, std::move(batch));
}

void Exchange::emitByKey(Batch batch) {
  Rows rows = batch.rows();
  size_t stride = rows.count();
  keyColumns_.clear();
  for (uint32_t key : options_.keys) keyColumns_.push_back(batch.column(key));
  hashes_.resize(stride);
  hashKeys(keyColumns_, rows, hashes_.data());
  keyColumns_.clear();
  if (shares_.size() < stride * boxes_.size()) {
    shares_.resize(stride * boxes_.size());
  }
  std::fill(counts_.begin(), counts_.end(), 0);
  divide(hashes_, rows, owners_, shares_.data(), stride, counts_.data());

  auto whole = std::find(counts_.begin(), counts_.end(), rows.count());
  size_t only = static_cast<size_t>(whole - counts_.begin());
  for (size_t i = 0; i < boxes_.size(); ++i) {
    if (i == only) continue;
    if (counts_[i] == 0) {
      emitMarks(i, batch);
    } else {
      std::span<const uint32_t> share(shares_.data() + i * stride, counts_[i]);
      emitTo(i, gatherRows(batch, share, false));
    }
  }
  if (only < boxes_.size()) emitTo(only, std::move(batch));
}

void Exchange::emitMarks(size_t consumer, const Batch& batch) {
  if (batch.marks().empty()) return;
  Outbox& box = boxes_[consumer];
  int64_t watermark = batch.marks().back().watermark;
  if (box.held.empty()) {
    Batch marks = withoutRows(batch);
    marks.mutableMarks().push_back({0, watermark});
    hold(box, std::move(marks));
  } else {
    addMark(box.held.back().mutableMarks(), box.held.back().numRows(), watermark);
  }
}

void Exchange::emitTo(size_t consumer, Batch batch) {
  Outbox& box = boxes_[consumer];
  uint32_t rows = batch.numSelected();
  if (rows == 0) return emitMarks(consumer, batch);
  // Watermarks that were held back alone go in front of the rows.
  if (box.heldRows == 0 && !box.held.empty()) {
    std::vector<WatermarkMark>& marks = batch.mutableMarks();
    if (marks.empty() || marks.front().position != 0) {
      marks.insert(marks.begin(), {0, box.held.back().marks().back().watermark});
    }
    box.held.clear();
  }
  if (rows < directRows_) return hold(box, std::move(batch));
  flushBox(box);
  push(box, {ElementKind::kBatch, 0, std::move(batch)});
}

void Exchange::hold(Outbox& box, Batch batch) {
  if (heldSince_ == INT64_MAX) heldSince_ = *nowMillis_;
  box.heldRows += batch.numSelected();
  box.held.push_back(std::move(batch));
  if (box.heldRows >= options_.batchRows) flushBox(box);
}

void Exchange::flushBox(Outbox& box) {
  if (box.held.empty()) return;
  Batch joined = box.held.size() == 1 ? std::move(box.held[0]) : concatBatches(box.held);
  box.held.clear();
  box.heldRows = 0;
  push(box, {ElementKind::kBatch, 0, std::move(joined)});
}

void Exchange::flush() {
  for (Outbox& box : boxes_) flushBox(box);
  heldSince_ = INT64_MAX;
}

void Exchange::push(Outbox& box, Element element) {
  if (box.overflow.empty() && box.channel->tryPush(element)) {
    ++numPushed_;
    return;
  }
  if (box.overflow.empty()) ++numOverflowing_;
  box.overflow.push_back(std::move(element));
}

void Exchange::pushToAll(const Element& control) {
  flush();
  for (Outbox& box : boxes_) push(box, control);
}

void Exchange::markIdle(bool idle) {
  pushToAll({idle ? ElementKind::kIdle : ElementKind::kActive, 0, {}});
}

void Exchange::sendBarrier(uint64_t checkpointId) {
  pushToAll({ElementKind::kBarrier, checkpointId, {}});
}

void Exchange::sendEnd() { pushToAll({ElementKind::kEnd, 0, {}}); }

bool Exchange::drain() {
  if (numOverflowing_ == 0) return true;
  for (Outbox& box : boxes_) {
    while (!box.overflow.empty()) {
      if (box.channel->tryPush(box.overflow.front())) {
        ++numPushed_;
        box.overflow.pop_front();
        if (box.overflow.empty()) --numOverflowing_;
      } else if (!box.channel->waitForRoom()) {
        break;
      }
    }
  }
  return numOverflowing_ == 0;
}

}  // namespace millrace
