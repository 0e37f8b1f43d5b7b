#include "operators/union/union.h"

#include "runtime/watermark.h"

namespace millrace {

namespace {

class Union final : public Operator {
 public:
  // In Flink the inputs of a union are channels of the one input behind it.
  explicit Union(size_t numInputs) : merger_(numInputs, LaggingInputs::kIgnore) {}

  Status processBatch(int input, Batch batch, Output& out) override {
    std::vector<WatermarkMark>& marks = batch.mutableMarks();
    size_t kept = 0;
    for (const WatermarkMark& mark : marks) {
      if (std::optional<int64_t> merged = merger_.update(input, mark.watermark)) {
        marks[kept++] = {mark.position, *merged};
      }
    }
    marks.resize(kept);
    if (batch.empty() && marks.empty()) return {};
    return out.emit(std::move(batch));
  }

  Status inputIdle(int input, bool idle, Output& out) override {
    TRY(emitMark(merger_.setIdle(input, idle), out));
    bool allIdle = merger_.allIdle();
    if (allIdle == idle_) return {};
    idle_ = allIdle;
    return out.markIdle(allIdle);
  }

  Status endInput(int input, Output& out) override {
    return emitMark(merger_.setFinished(input), out);
  }

 private:
  Status emitMark(std::optional<int64_t> watermark, Output& out) {
    if (!watermark) return {};
    Batch batch;
    batch.mutableMarks().push_back({0, *watermark});
    return out.emit(std::move(batch));
  }

  WatermarkMerger merger_;
  bool idle_ = false;
};

}  // namespace

Result<OperatorPtr> makeUnion(size_t numInputs) {
  return OperatorPtr(std::make_unique<Union>(numInputs));
}

}  // namespace millrace
