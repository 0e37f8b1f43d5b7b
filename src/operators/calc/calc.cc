#include "operators/calc/calc.h"

#include <algorithm>
#include <string_view>

#include "expr/evaluator.h"

namespace millrace {

namespace {

bool readsWatermark(const Expr& expr) {
  if (expr.kind == ExprKind::kCall && expr.function->name == "CURRENT_WATERMARK") return true;
  return std::any_of(expr.args.begin(), expr.args.end(),
                     [](const ExprPtr& arg) { return readsWatermark(*arg); });
}

class Calc final : public Operator {
 public:
  static Result<OperatorPtr> make(const CalcSpec& spec) {
    auto calc = std::make_unique<Calc>();
    if (spec.filter) {
      calc->filter_ = TRY(Evaluator::make({spec.filter}));
      calc->readsWatermark_ = readsWatermark(*spec.filter);
    }
    for (const ExprPtr& expr : spec.projections) {
      calc->types_.push_back(expr->type);
      calc->inputs_.push_back(expr->kind == ExprKind::kInput ? static_cast<int>(expr->index) : -1);
      calc->readsWatermark_ = calc->readsWatermark_ || readsWatermark(*expr);
    }
    std::vector<ExprPtr> computed;
    for (const ExprPtr& expr : spec.projections) {
      if (expr->kind != ExprKind::kInput) computed.push_back(expr);
    }
    if (!computed.empty()) calc->projections_ = TRY(Evaluator::make(std::move(computed)));
    return OperatorPtr(std::move(calc));
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    context_->refreshTime();
    if (readsWatermark_ && !batch.marks().empty()) return processSegments(batch, out);
    TRY(processSegment(batch, out));
    return {};
  }

 private:
  // CURRENT_WATERMARK differs between the rows of a batch: each run of rows between two marks is a
  // batch of its own.
  Status processSegments(const Batch& batch, Output& out) {
    Rows rows = batch.rows();
    uint32_t begin = 0;
    const std::vector<WatermarkMark>& marks = batch.marks();
    for (size_t m = 0; m <= marks.size(); ++m) {
      uint32_t bound = m < marks.size() ? marks[m].position : UINT32_MAX;
      auto selection = std::make_shared<Selection>();
      for (; begin < rows.count() && rows[begin] < bound; ++begin) {
        selection->push_back(rows[begin]);
      }
      Batch segment = batch;
      segment.mutableMarks().clear();
      if (m < marks.size()) segment.mutableMarks().push_back(marks[m]);
      segment.setSelection(std::move(selection));
      TRY(processSegment(segment, out));
    }
    return {};
  }

  Status processSegment(Batch& batch, Output& out) {
    if (filter_ && !batch.empty()) {
      SelectionPtr selection = TRY(filter_->filter(0, batch, context_->eval));
      if (selection) batch.setSelection(std::move(selection));
    }
    std::vector<ColumnPtr> computed;
    if (projections_ && !batch.empty()) {
      computed = TRY(projections_->evaluate(batch, context_->eval));
    }
    if (!batch.marks().empty()) {
      context_->eval.currentWatermark =
          std::max(context_->eval.currentWatermark, batch.marks().back().watermark);
    }
    if (batch.empty()) return emitMarks(batch, out);
    std::vector<ColumnPtr> columns;
    columns.reserve(inputs_.size());
    size_t next = 0;
    for (int input : inputs_) {
      columns.push_back(input >= 0 ? batch.column(input) : computed[next++]);
    }
    batch.setColumns(std::move(columns));
    return out.emit(std::move(batch));
  }

  Status emitMarks(const Batch& batch, Output& out) {
    if (batch.marks().empty()) return {};
    std::vector<ColumnPtr> columns;
    for (const Type& type : types_) columns.push_back(Column::make(type, 0));
    Batch empty(std::move(columns), 0);
    for (const WatermarkMark& mark : batch.marks()) {
      empty.mutableMarks().push_back({0, mark.watermark});
    }
    return out.emit(std::move(empty));
  }

  std::unique_ptr<Evaluator> filter_;
  std::unique_ptr<Evaluator> projections_;  // the columns that are not plain inputs
  std::vector<int> inputs_;                 // input column of each output column, -1: computed
  std::vector<Type> types_;
  bool readsWatermark_ = false;
  OperatorContext* context_ = nullptr;
};

}  // namespace

Result<OperatorPtr> makeCalc(const CalcSpec& spec) { return Calc::make(spec); }

}  // namespace millrace
