#include "expr/evaluator.h"

#include <algorithm>
#include <unordered_map>

#include "expr/row_merge.h"
#include "expr/selector.h"
#include "types/bitmap.h"
#include "types/cast.h"

namespace millrace {

namespace {

// How long a node's value lasts.
enum class Lifetime : uint8_t { kForever, kBatch, kRow };

// One distinct sub-expression. Arguments are numbers of earlier nodes.
struct Node {
  const Expr* expr = nullptr;
  std::vector<uint32_t> args;
  uint32_t uses = 0;
  Lifetime lifetime = Lifetime::kRow;
  std::unique_ptr<FunctionState> state;
  std::unique_ptr<Cast> cast;  // nullptr when the values stay as they are

  // The result for the batch at hand; nullptr before the first use. Only shared nodes and constants
  // keep it. `covered` is empty when the result holds for all selected rows.
  ColumnPtr column;
  std::vector<uint64_t> covered;

  bool isConstant() const { return lifetime != Lifetime::kRow; }
};

// The rows of a selection with a property, in memory of their own.
class RowList {
 public:
  explicit RowList(uint32_t capacity) : rows_(capacity) {}
  uint32_t* data() { return rows_.data(); }
  void setCount(uint32_t count) { count_ = count; }
  void push(uint32_t row) { rows_[count_++] = row; }
  uint32_t count() const { return count_; }
  Rows rows() const { return {rows_.data(), 0, count_}; }

 private:
  std::vector<uint32_t> rows_;
  uint32_t count_ = 0;
};

bool sameRows(const Rows& a, const Rows& b) {
  return a.indices == b.indices && a.begin == b.begin && a.end == b.end;
}

void andWords(uint64_t* target, const uint64_t* source, size_t words) {
  for (size_t i = 0; i < words; ++i) target[i] &= source[i];
}

class DagEvaluator final : public Evaluator {
 public:
  Status compile(std::vector<ExprPtr> exprs);

  Result<std::vector<ColumnPtr>> evaluate(const Batch& batch, const EvalContext& context) override;
  Result<SelectionPtr> filter(size_t index, const Batch& batch,
                              const EvalContext& context) override;

 private:
  Result<uint32_t> compileNode(const ExprPtr& expr);
  Status prepareNode(Node& node);
  void begin(const Batch& batch, const EvalContext& context);
  void forget();

  Result<ColumnPtr> value(uint32_t id, const Rows& rows);
  Result<ColumnPtr> completed(Node& node, const Rows& rows);
  Result<ColumnPtr> constantValue(Node& node);
  Result<ColumnPtr> compute(Node& node, const Rows& rows);
  Result<ColumnPtr> computeCall(Node& node, const Rows& rows);
  Result<ColumnPtr> computeField(Node& node, const Rows& rows);
  Result<ColumnPtr> computeJunction(Node& node, const Rows& rows);
  Result<ColumnPtr> computeCase(Node& node, const Rows& rows);
  Result<ColumnPtr> computeCast(Node& node, const Rows& rows);
  Result<Rows> validRows(std::span<const ColumnPtr> args, const Rows& rows, bool total, Column& out,
                         std::unique_ptr<RowList>& storage);

  // The rows of `rows` where the node is TRUE go to `out`, which may be the list behind `rows`.
  Result<uint32_t> select(uint32_t id, const Rows& rows, uint32_t* out);
  Result<uint32_t> selectOr(const Node& node, const Rows& rows, uint32_t* out);

  std::vector<ExprPtr> exprs_;
  std::vector<uint32_t> roots_;
  std::vector<Node> nodes_;
  std::unordered_multimap<uint64_t, uint32_t> nodesByHash_;
  bool sharesAcrossRoots_ = false;

  // The batch at hand. The columns are kept after filter(), so that evaluate() of the same batch
  // finds what is shared.
  std::vector<ColumnPtr> inputs_;
  uint32_t numRows_ = 0;
  Rows batchRows_;
  const EvalContext* context_ = nullptr;
  int64_t nowMicros_ = 0;
  SelectionPtr filtered_;  // what filter() last returned
  size_t filteredIndex_ = SIZE_MAX;
};

Status DagEvaluator::compile(std::vector<ExprPtr> exprs) {
  exprs_ = std::move(exprs);
  for (const ExprPtr& expr : exprs_) {
    uint32_t id = TRY(compileNode(expr));
    ++nodes_[id].uses;
    roots_.push_back(id);
  }
  sharesAcrossRoots_ = exprs_.size() > 1;
  return Status();
}

bool isShareable(const Expr& expr) {
  if (expr.function != nullptr && !expr.function->deterministic) return false;
  return std::all_of(expr.args.begin(), expr.args.end(),
                     [](const ExprPtr& arg) { return isShareable(*arg); });
}

Result<uint32_t> DagEvaluator::compileNode(const ExprPtr& expr) {
  uint64_t hash = hashExpr(*expr);
  bool shareable = isShareable(*expr);
  if (shareable) {
    auto [first, last] = nodesByHash_.equal_range(hash);
    for (auto entry = first; entry != last; ++entry) {
      if (sameExpr(*nodes_[entry->second].expr, *expr)) return entry->second;
    }
  }
  Node node;
  node.expr = expr.get();
  node.lifetime = expr->kind == ExprKind::kInput ? Lifetime::kRow : Lifetime::kForever;
  if (expr->function != nullptr && expr->function->dynamic) node.lifetime = Lifetime::kBatch;
  if (expr->function != nullptr && !expr->function->deterministic) node.lifetime = Lifetime::kRow;
  for (const ExprPtr& arg : expr->args) {
    uint32_t id = TRY(compileNode(arg));
    ++nodes_[id].uses;
    node.args.push_back(id);
    node.lifetime = std::max(node.lifetime, nodes_[id].lifetime);
  }
  TRY(prepareNode(node));
  uint32_t id = static_cast<uint32_t>(nodes_.size());
  nodes_.push_back(std::move(node));
  if (shareable) nodesByHash_.emplace(hash, id);
  return id;
}

// A cast that renames the type only.
bool keepsLayout(const Type& from, const Type& to) {
  if (from.sameAs(to)) return true;
  if (from.isCharacter() && to.kind() == TypeKind::kVarchar) return to.length() >= from.length();
  return from.isTimestamp() && from.kind() == to.kind() && from.physical() == to.physical() &&
         to.precision() >= from.precision();
}

Status DagEvaluator::prepareNode(Node& node) {
  const Expr& expr = *node.expr;
  if (expr.kind == ExprKind::kCast || expr.kind == ExprKind::kTryCast) {
    const Type& from = expr.args[0]->type;
    if (!keepsLayout(from, expr.type)) node.cast = TRY(makeCast(from, expr.type));
  }
  if (expr.kind != ExprKind::kCall || expr.resolved.prepare == nullptr) return Status();
  std::vector<ArgumentInfo> infos;
  for (const ExprPtr& arg : expr.args) {
    infos.push_back({arg->type, arg->isLiteral() ? &arg->literal : nullptr});
  }
  node.state = TRY(expr.resolved.prepare(infos, expr.type));
  return Status();
}

void DagEvaluator::forget() {
  for (Node& node : nodes_) {
    if (node.lifetime == Lifetime::kForever) continue;
    node.column.reset();
    node.covered.clear();
  }
  inputs_.clear();
  filtered_.reset();
  filteredIndex_ = SIZE_MAX;
}

void DagEvaluator::begin(const Batch& batch, const EvalContext& context) {
  bool same = !inputs_.empty() && inputs_ == batch.columns() && numRows_ == batch.numRows() &&
              nowMicros_ == context.nowMicros;
  if (!same) {
    forget();
    inputs_ = batch.columns();
    numRows_ = batch.numRows();
    nowMicros_ = context.nowMicros;
  }
  context_ = &context;
  batchRows_ = batch.rows();
}

ColumnPtr resized(const ColumnPtr& column, uint32_t size) {
  if (!column->isConstant() || column->size() == size) return column;
  return Value::of(*column, 0).toColumn(column->type(), size);
}

Result<std::vector<ColumnPtr>> DagEvaluator::evaluate(const Batch& batch,
                                                      const EvalContext& context) {
  begin(batch, context);
  std::vector<ColumnPtr> columns;
  columns.reserve(roots_.size());
  for (size_t i = 0; i < roots_.size(); ++i) {
    bool known = i == filteredIndex_ && filtered_ == batch.selection();
    if (known) {
      columns.push_back(Value(true).toColumn(exprs_[i]->type, numRows_));
      continue;
    }
    Result<ColumnPtr> column = value(roots_[i], batchRows_);
    if (!column.ok()) {
      forget();
      return std::move(column).error();
    }
    columns.push_back(resized(column.value(), numRows_));
  }
  forget();
  return columns;
}

Result<SelectionPtr> DagEvaluator::filter(size_t index, const Batch& batch,
                                          const EvalContext& context) {
  CHECK(index < roots_.size());
  begin(batch, context);
  auto selection = std::make_shared<Selection>(batchRows_.count());
  Result<uint32_t> count = select(roots_[index], batchRows_, selection->data());
  if (!count.ok()) {
    forget();
    return std::move(count).error();
  }
  SelectionPtr result;
  if (count.value() < batchRows_.count()) {
    selection->resize(count.value());
    result = std::move(selection);
  }
  if (sharesAcrossRoots_) {
    filtered_ = result ? result : batch.selection();
    filteredIndex_ = index;
  } else {
    forget();
  }
  return result;
}

// Marks the rows in a bitmap and reports whether some were not marked yet.
bool coversAll(const std::vector<uint64_t>& covered, const Rows& rows) {
  bool all = true;
  forEachRow(rows, [&](uint32_t row) { all = all && bitAt(covered.data(), row); });
  return all;
}

Result<ColumnPtr> DagEvaluator::value(uint32_t id, const Rows& rows) {
  Node& node = nodes_[id];
  if (node.expr->kind == ExprKind::kInput) {
    CHECK(node.expr->index < inputs_.size());
    return inputs_[node.expr->index];
  }
  if (node.isConstant()) return constantValue(node);
  if (node.uses < 2) return compute(node, rows);
  return completed(node, rows);
}

Result<ColumnPtr> DagEvaluator::completed(Node& node, const Rows& rows) {
  if (node.column && node.covered.empty()) return node.column;
  if (node.column && coversAll(node.covered, rows)) return node.column;
  if (!node.column) {
    node.column = TRY(compute(node, rows));
    if (sameRows(rows, batchRows_)) return node.column;
    node.covered.assign(bitmapWords(numRows_), 0);
    forEachRow(rows, [&](uint32_t row) { setBit(node.covered.data(), row); });
    return node.column;
  }
  RowList missing(rows.count()), present(numRows_);
  forEachRow(rows, [&](uint32_t row) {
    if (!bitAt(node.covered.data(), row)) missing.push(row);
  });
  for (uint32_t row = 0; row < numRows_; ++row) {
    if (bitAt(node.covered.data(), row)) present.push(row);
  }
  ColumnPtr rest = TRY(compute(node, missing.rows()));
  node.column =
      mergeRows(node.expr->type, numRows_, {{node.column, present.rows()}, {rest, missing.rows()}});
  forEachRow(missing.rows(), [&](uint32_t row) { setBit(node.covered.data(), row); });
  return node.column;
}

// Constants are computed as a batch of one row.
Result<ColumnPtr> DagEvaluator::constantValue(Node& node) {
  if (node.column) return node.column;
  const Expr& expr = *node.expr;
  if (expr.isLiteral()) {
    node.column = expr.literal.toColumn(expr.type, std::max<uint32_t>(numRows_, 1));
    return node.column;
  }
  uint32_t numRows = numRows_;
  Rows batchRows = batchRows_;
  numRows_ = 1;
  batchRows_ = Rows::dense(1);
  Result<ColumnPtr> single = compute(node, batchRows_);
  numRows_ = numRows;
  batchRows_ = batchRows;
  ColumnPtr column = TRY(std::move(single));
  node.column = Value::of(*column, 0).toColumn(expr.type, std::max<uint32_t>(numRows_, 1));
  return node.column;
}

Result<ColumnPtr> DagEvaluator::compute(Node& node, const Rows& rows) {
  switch (node.expr->kind) {
    case ExprKind::kCall:
      return computeCall(node, rows);
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return computeJunction(node, rows);
    case ExprKind::kCase:
      return computeCase(node, rows);
    case ExprKind::kCast:
    case ExprKind::kTryCast:
      return computeCast(node, rows);
    case ExprKind::kField:
      return computeField(node, rows);
    case ExprKind::kInput:
    case ExprKind::kLiteral:
      break;
  }
  UNREACHABLE();
}

// Sets the validity of `out` to the AND of the arguments' and returns the rows a kernel may read:
// all of them when none is NULL or the kernel is total.
Result<Rows> DagEvaluator::validRows(std::span<const ColumnPtr> args, const Rows& rows, bool total,
                                     Column& out, std::unique_ptr<RowList>& storage) {
  uint64_t* words = nullptr;
  size_t numWords = bitmapWords(numRows_);
  for (const ColumnPtr& arg : args) {
    if (!arg->mayHaveNulls() || arg->isConstant()) continue;
    // The bitmap is the column's own: the kernel may clear further bits.
    words = out.mutableValidity();
    andWords(words, arg->validity(), numWords);
  }
  if (words == nullptr || total) return rows;
  storage = std::make_unique<RowList>(rows.count());
  uint32_t* kept = storage->data();
  uint32_t count = 0;
  forEachRow(rows, [&](uint32_t row) {
    kept[count] = row;
    count += bitAt(words, row) ? 1 : 0;
  });
  storage->setCount(count);
  if (count == rows.count()) return rows;
  return storage->rows();
}

Result<ColumnPtr> DagEvaluator::computeCall(Node& node, const Rows& rows) {
  const Expr& expr = *node.expr;
  std::vector<ColumnPtr> args;
  args.reserve(node.args.size());
  for (uint32_t arg : node.args) args.push_back(TRY(value(arg, rows)));
  Rows workRows = rows;
  std::unique_ptr<RowList> storage;
  bool propagate = expr.function->nulls == NullRule::kPropagate;
  if (propagate) {
    for (const ColumnPtr& arg : args) {
      if (arg->isConstant() && arg->isNull(0)) return Column::makeNull(expr.type, numRows_);
    }
  }
  MutableColumnPtr out = Column::make(expr.type, numRows_);
  if (propagate) workRows = TRY(validRows(args, rows, expr.function->total, *out, storage));
  if (workRows.empty()) return ColumnPtr(std::move(out));
  KernelCall call{workRows, args, *context_, node.state.get()};
  TRY(expr.resolved.kernel(call, *out));
  return ColumnPtr(std::move(out));
}

Result<ColumnPtr> DagEvaluator::computeField(Node& node, const Rows& rows) {
  const Expr& expr = *node.expr;
  ColumnPtr row = TRY(value(node.args[0], rows));
  if (row->isConstant()) {
    if (row->isNull(0)) return Column::makeNull(expr.type, numRows_);
    return Value::of(*row->child(expr.index), 0).toColumn(expr.type, numRows_);
  }
  ColumnPtr child = row->child(expr.index);
  if (!row->mayHaveNulls()) return child;
  if (child->isConstant()) {
    std::vector<RowPart> whole = {{child, Rows::dense(numRows_)}};
    child = mergeRows(expr.type, numRows_, whole);
  }
  MutableColumnPtr copy = child->shallowCopy();
  copy->clearValidity();
  size_t words = bitmapWords(numRows_);
  andWords(copy->mutableValidity(), row->validity(), words);
  if (child->mayHaveNulls()) andWords(copy->mutableValidity(), child->validity(), words);
  return ColumnPtr(std::move(copy));
}

// Three-valued, left to right: a row that is decided is not asked again.
Result<ColumnPtr> DagEvaluator::computeJunction(Node& node, const Rows& rows) {
  bool isAnd = node.expr->kind == ExprKind::kAnd;
  uint8_t decisive = isAnd ? 0 : 1;
  MutableColumnPtr out = Column::make(node.expr->type, numRows_);
  uint8_t* values = out->mutableValues<uint8_t>();
  std::vector<uint8_t> unknown(numRows_, 0);
  forEachRow(rows, [&](uint32_t row) { values[row] = 1 - decisive; });
  RowList open(rows.count());
  Rows remaining = rows;
  bool anyUnknown = false;
  for (uint32_t arg : node.args) {
    ColumnPtr column = TRY(value(arg, remaining));
    ColumnValues<uint8_t> truth(*column);
    uint32_t count = 0;
    uint32_t* kept = open.data();
    bool nulls = column->mayHaveNulls();
    forEachRow(remaining, [&](uint32_t row) {
      bool isNull = nulls && column->isNull(row);
      bool decided = !isNull && truth[row] == decisive;
      if (decided) values[row] = decisive;
      unknown[row] = static_cast<uint8_t>(!decided && (isNull || unknown[row] != 0));
      anyUnknown = anyUnknown || isNull;
      kept[count] = row;
      count += decided ? 0 : 1;
    });
    if (count < remaining.count()) {
      open.setCount(count);
      remaining = open.rows();
    }
    if (remaining.empty()) break;
  }
  if (!anyUnknown) return ColumnPtr(std::move(out));
  uint64_t* words = out->mutableValidity();
  forEachRow(rows, [&](uint32_t row) {
    if (unknown[row] != 0) clearBit(words, row);
  });
  return ColumnPtr(std::move(out));
}

Result<ColumnPtr> DagEvaluator::computeCase(Node& node, const Rows& rows) {
  std::vector<std::unique_ptr<RowList>> storage;
  std::vector<RowPart> parts;
  Rows remaining = rows;
  size_t branches = node.args.size() / 2;
  for (size_t i = 0; i < branches && !remaining.empty(); ++i) {
    auto taken = std::make_unique<RowList>(remaining.count());
    uint32_t count = TRY(select(node.args[2 * i], remaining, taken->data()));
    taken->setCount(count);
    if (count == 0) continue;
    if (count == remaining.count()) {
      ColumnPtr column = TRY(value(node.args[2 * i + 1], remaining));
      parts.push_back({std::move(column), remaining});
      remaining = Rows();
      break;
    }
    ColumnPtr column = TRY(value(node.args[2 * i + 1], taken->rows()));
    auto rest = std::make_unique<RowList>(remaining.count());
    uint32_t next = 0;
    forEachRow(remaining, [&](uint32_t row) {
      bool isTaken = next < count && taken->data()[next] == row;
      if (isTaken) {
        ++next;
      } else {
        rest->push(row);
      }
    });
    parts.push_back({std::move(column), taken->rows()});
    remaining = rest->rows();
    storage.push_back(std::move(taken));
    storage.push_back(std::move(rest));
  }
  if (!remaining.empty()) {
    ColumnPtr column = TRY(value(node.args.back(), remaining));
    parts.push_back({std::move(column), remaining});
  }
  if (parts.size() == 1 && sameRows(parts[0].rows, rows)) return parts[0].column;
  return mergeRows(node.expr->type, numRows_, parts);
}

Result<ColumnPtr> DagEvaluator::computeCast(Node& node, const Rows& rows) {
  ColumnPtr arg = TRY(value(node.args[0], rows));
  const Type& type = node.expr->type;
  if (node.cast == nullptr) return arg->withType(type);
  MutableColumnPtr out = Column::make(type, numRows_);
  bool tryCast = node.expr->kind == ExprKind::kTryCast;
  TRY(node.cast->apply(*arg, rows, CastContext{context_->zone}, tryCast, *out));
  return ColumnPtr(std::move(out));
}

Result<uint32_t> DagEvaluator::select(uint32_t id, const Rows& rows, uint32_t* out) {
  Node& node = nodes_[id];
  if (node.isConstant() || node.uses > 1) {
    ColumnPtr column = TRY(value(id, rows));
    return selectTrue(*column, rows, out);
  }
  if (node.expr->kind == ExprKind::kAnd) {
    Rows remaining = rows;
    for (uint32_t arg : node.args) {
      uint32_t count = TRY(select(arg, remaining, out));
      remaining = Rows{out, 0, count};
      if (count == 0) break;
    }
    return remaining.count();
  }
  if (node.expr->kind == ExprKind::kOr) return selectOr(node, rows, out);
  Comparison comparison;
  if (selectableComparison(*node.expr, comparison)) {
    ColumnPtr left = TRY(value(node.args[0], rows));
    ColumnPtr right = TRY(value(node.args[1], rows));
    return selectComparison(comparison, *left, *right, rows, out);
  }
  ColumnPtr column = TRY(value(id, rows));
  return selectTrue(*column, rows, out);
}

Result<uint32_t> DagEvaluator::selectOr(const Node& node, const Rows& rows, uint32_t* out) {
  // Marks the rows that some argument accepts; later arguments see the others only.
  std::vector<uint64_t> accepted(bitmapWords(numRows_), 0);
  RowList open(rows.count()), taken(rows.count());
  Rows remaining = rows;
  for (uint32_t arg : node.args) {
    uint32_t count = TRY(select(arg, remaining, taken.data()));
    for (uint32_t k = 0; k < count; ++k) setBit(accepted.data(), taken.data()[k]);
    if (count == remaining.count()) break;
    uint32_t rest = 0;
    uint32_t* kept = open.data();
    forEachRow(remaining, [&](uint32_t row) {
      kept[rest] = row;
      rest += bitAt(accepted.data(), row) ? 0 : 1;
    });
    open.setCount(rest);
    remaining = open.rows();
  }
  uint32_t n = 0;
  forEachRow(rows, [&](uint32_t row) {
    out[n] = row;
    n += bitAt(accepted.data(), row) ? 1 : 0;
  });
  return n;
}

}  // namespace

Result<std::unique_ptr<Evaluator>> Evaluator::make(std::vector<ExprPtr> exprs) {
  auto evaluator = std::make_unique<DagEvaluator>();
  TRY(evaluator->compile(std::move(exprs)));
  return std::unique_ptr<Evaluator>(std::move(evaluator));
}

Result<Value> evaluateConstant(const ExprPtr& expr, const EvalContext& context) {
  if (expr->isLiteral()) return expr->literal;
  std::unique_ptr<Evaluator> evaluator = TRY(Evaluator::make({expr}));
  std::vector<ColumnPtr> columns = TRY(evaluator->evaluate(Batch({}, 1), context));
  return Value::of(*columns[0], 0);
}

ExprPtr foldConstants(const ExprPtr& expr, const EvalContext& context) {
  if (expr->args.empty() && expr->kind != ExprKind::kCall) return expr;
  std::vector<ExprPtr> args;
  bool changed = false;
  bool constant = true;
  for (const ExprPtr& arg : expr->args) {
    args.push_back(foldConstants(arg, context));
    changed = changed || args.back() != arg;
    constant = constant && args.back()->isLiteral();
  }
  ExprPtr folded = expr;
  if (changed) {
    auto copy = std::make_shared<Expr>(*expr);
    copy->args = std::move(args);
    folded = std::move(copy);
  }
  if (!constant || !folded->isDeterministic()) return folded;
  Result<Value> value = evaluateConstant(folded, context);
  if (!value.ok()) return folded;
  return Expr::constant(std::move(value).value(), folded->type);
}

}  // namespace millrace
