#include "operators/values/values.h"

#include <algorithm>
#include <charconv>

#include "types/column_builder.h"

namespace millrace {

namespace {

class ValuesReader final : public SourceReader {
 public:
  ValuesReader(const ValuesSpec& spec, bool emits) : spec_(spec), emits_(emits) {}

  Status open(SourceContext& context) override {
    position_ = TRY(context.op->state->openList("position", Redistribution::kUnion));
    if (emits_ && !position_->elements().empty()) {
      const std::string& text = position_->elements().front();
      std::from_chars(text.data(), text.data() + text.size(), next_);
    }
    return {};
  }

  Result<SourceStatus> poll(size_t maxRows, Batch& out) override {
    if (!emits_ || next_ >= spec_.rows.size()) return SourceStatus::kEnd;
    size_t end = std::min(spec_.rows.size(), next_ + std::max<size_t>(maxRows, 1));
    std::vector<ColumnPtr> columns;
    for (size_t i = 0; i < spec_.types.size(); ++i) {
      ColumnBuilder builder(spec_.types[i]);
      for (size_t row = next_; row < end; ++row) builder.appendValue(spec_.rows[row][i]);
      columns.push_back(builder.finish());
    }
    out = Batch(std::move(columns), end - next_);
    next_ = end;
    return SourceStatus::kData;
  }

  Status snapshotState(uint64_t) override {
    position_->elements().clear();
    if (emits_) position_->elements().push_back(std::to_string(next_));
    return {};
  }

 private:
  const ValuesSpec& spec_;
  bool emits_;
  size_t next_ = 0;
  ListState* position_ = nullptr;
};

class ValuesSource final : public Source {
 public:
  explicit ValuesSource(ValuesSpec spec) : spec_(std::move(spec)) {}

  bool isBounded() const override { return true; }
  Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo& subtask) override {
    return std::unique_ptr<SourceReader>(std::make_unique<ValuesReader>(spec_, subtask.index == 0));
  }

 private:
  ValuesSpec spec_;
};

}  // namespace

Result<std::unique_ptr<Source>> makeValuesSource(const ValuesSpec& spec) {
  return std::unique_ptr<Source>(std::make_unique<ValuesSource>(spec));
}

}  // namespace millrace
