// Bundle: when a mini-batch is over, and the watermark that waits for it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "runtime/operator.h"

namespace millrace {

class Bundle {
 public:
  void open(OperatorContext& context) { context_ = &context; }

  // Counts the rows of a batch and holds its watermarks back; true when the bundle has to be
  // emitted now: it is full, or the end of time has come.
  bool add(const Batch& batch) {
    if (rows_ == 0 && !batch.empty() && context_->options->miniBatchLatencyMillis > 0) {
      deadline_ = context_->env->clock().nowMillis() + context_->options->miniBatchLatencyMillis;
    }
    rows_ += batch.numSelected();
    for (const WatermarkMark& mark : batch.marks()) {
      watermark_ = std::max(watermark_, mark.watermark);
      hasMark_ = true;
    }
    // A watermark need not wait when there is nothing in front of it.
    if (hasMark_ && (rows_ == 0 || watermark_ == kMaxWatermark)) return true;
    int64_t size = context_->options->miniBatchSize;
    if (size > 0) return rows_ >= size;
    return context_->options->miniBatchLatencyMillis <= 0 && rows_ > 0;
  }
  bool empty() const { return rows_ == 0 && !hasMark_; }
  int64_t deadline() const { return deadline_; }

  // Starts the next bundle. Adds the held watermark behind the rows of `last`.
  void finish(Batch& last) {
    if (hasMark_) last.mutableMarks().push_back({last.numRows(), watermark_});
    rows_ = 0;
    hasMark_ = false;
    deadline_ = INT64_MAX;
  }

 private:
  OperatorContext* context_ = nullptr;
  int64_t rows_ = 0;
  int64_t watermark_ = kMinWatermark;
  bool hasMark_ = false;
  int64_t deadline_ = INT64_MAX;
};

}  // namespace millrace
