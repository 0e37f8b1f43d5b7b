#include "operators/expand/expand.h"

#include "operators/calc/calc.h"

namespace millrace {

namespace {

class Expand final : public Operator {
 public:
  static Result<OperatorPtr> make(const ExpandSpec& spec) {
    auto expand = std::make_unique<Expand>();
    for (const std::vector<ExprPtr>& projection : spec.projections) {
      expand->calcs_.push_back(TRY(makeCalc({nullptr, projection})));
    }
    return OperatorPtr(std::move(expand));
  }

  Status open(OperatorContext& context) override {
    for (const OperatorPtr& calc : calcs_) TRY(calc->open(context));
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    std::vector<WatermarkMark> marks = std::move(batch.mutableMarks());
    batch.mutableMarks().clear();
    Rows rows = batch.rows();
    uint32_t begin = 0;
    for (const WatermarkMark& mark : marks) {
      auto run = std::make_shared<Selection>();
      for (; begin < rows.count() && rows[begin] < mark.position; ++begin) {
        run->push_back(rows[begin]);
      }
      TRY(emitRun(batch, std::move(run), out));
      Batch alone = batch;
      alone.setSelection(std::make_shared<Selection>());
      alone.mutableMarks().push_back(mark);
      TRY(calcs_[0]->processBatch(0, std::move(alone), out));
    }
    if (marks.empty()) return emitAll(batch, out);
    auto rest = std::make_shared<Selection>();
    for (; begin < rows.count(); ++begin) rest->push_back(rows[begin]);
    return emitRun(batch, std::move(rest), out);
  }

 private:
  Status emitRun(Batch batch, std::shared_ptr<Selection> run, Output& out) {
    if (run->empty()) return {};
    batch.setSelection(std::move(run));
    return emitAll(batch, out);
  }

  Status emitAll(const Batch& batch, Output& out) {
    for (const OperatorPtr& calc : calcs_) TRY(calc->processBatch(0, batch, out));
    return {};
  }

  std::vector<OperatorPtr> calcs_;
};

}  // namespace

Result<OperatorPtr> makeExpand(const ExpandSpec& spec) { return Expand::make(spec); }

}  // namespace millrace
