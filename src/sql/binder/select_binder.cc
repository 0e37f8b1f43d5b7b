// SELECT: FROM, WHERE, GROUP BY, HAVING, functions OVER windows, the select list, DISTINCT, ORDER
// BY.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <utility>

#include "expr/evaluator.h"
#include "sql/binder/grouping_sets.h"
#include "sql/binder/query_binder.h"
#include "sql/plan/window_properties.h"
#include "types/cast.h"

namespace millrace {

namespace {

using Replace = std::function<Result<ExprPtr>(const ExprPtr&, bool& done)>;

// Rewrites an expression from the top; where `replace` sets `done` the result is taken as it is.
Result<ExprPtr> rewrite(const ExprPtr& expr, const Replace& replace) {
  bool done = false;
  ExprPtr replaced = TRY(replace(expr, done));
  if (done || replaced->args.empty()) return replaced;
  auto copy = std::make_shared<Expr>(*replaced);
  for (ExprPtr& arg : copy->args) arg = TRY(rewrite(arg, replace));
  return ExprPtr(copy);
}

std::string outputName(const ParsedSelectItem& item, size_t index) {
  if (!item.alias.name.empty()) return item.alias.name;
  if (const auto* column = item.expression->tryAs<ParsedColumn>()) return column->parts.back();
  if (const auto* access = item.expression->tryAs<ParsedFieldAccess>()) return access->field.name;
  return fmt::format("EXPR${}", index);
}

// One output column of the SELECT while it is being bound.
struct Item {
  ExprPtr expr;
  std::string name;
  SourcePosition position;
};

bool isSubqueryConjunct(const ParsedExpression& expression) {
  const ParsedExpression* inner = &expression;
  while (const auto* unary = inner->tryAs<ParsedUnary>()) {
    if (unary->op != ParsedUnary::Op::kNot) return false;
    inner = unary->operand.get();
  }
  return inner->is<ParsedExists>() || inner->is<ParsedInQuery>();
}

void collectConjuncts(const ParsedExpression& expression,
                      std::vector<const ParsedExpression*>& conjuncts) {
  const auto* binary = expression.tryAs<ParsedBinary>();
  if (binary != nullptr && binary->op == ParsedBinary::Op::kAnd) {
    collectConjuncts(*binary->left, conjuncts);
    collectConjuncts(*binary->right, conjuncts);
  } else {
    conjuncts.push_back(&expression);
  }
}

// Binds one SELECT; lives for the duration of QueryBinder::bindSelect.
class SelectBinder {
 public:
  SelectBinder(const BindContext& context, const ParsedSelect& select, const Scope& scope,
               LogicalPtr input)
      : context_(context), select_(select), scope_(scope), plan_(std::move(input)) {}

  Result<LogicalPtr> bind(const std::vector<ParsedOrderItem>* orderBy);
  // How sub-queries as values of the select list are added to the plan.
  using AddScalarQuery = std::function<Result<ExprPtr>(const ParsedScalarQuery&, LogicalPtr&)>;
  void setScalarQueries(AddScalarQuery add) { addScalarQuery_ = std::move(add); }
  // input: what hints call the rows of FROM.
  void setTtlHints(StateTtlHints* hints, std::string input) {
    ttlHints_ = hints;
    inputName_ = std::move(input);
  }
  // Columns of the result; those behind them served ORDER BY only.
  size_t numVisible() const { return numVisible_; }

 private:
  Status bindItems();
  Status expandStar(const ParsedStar& star);
  Status expandRow(const ParsedStar& star);
  void makeNamesUnique();
  Status bindOrderBy(const std::vector<ParsedOrderItem>& orderBy);
  Result<uint32_t> orderColumn(const ParsedExpression& expression);
  bool isAggregated() const;
  Status bindGroupKeys();
  Status bindGroupingSets(const std::vector<ParsedGroupingSet>& sets, ExpressionBinder& binder);
  static int64_t groupingId(const std::vector<bool>& members, const std::vector<uint32_t>& keys);
  LogicalPtr expandGroupingSets(std::vector<ExprPtr> inputs, std::vector<std::string> names,
                                LogicalAggregate& aggregate);
  Result<ExprPtr> groupingOf(const std::vector<ExprPtr>& args, SourcePosition position);
  Status aggregate();
  Result<std::shared_ptr<LogicalNode>> groupWindowNode(const LogicalAggregate& plain,
                                                       std::vector<ExprPtr>& inputs);
  void keepWindowTime(LogicalAggregate& node);
  Result<ExprPtr> afterAggregate(const ExprPtr& expr, SourcePosition position);
  Status applyOvers();
  Status rewriteAll(const Replace& replace);
  // The place of the expression in `inputs`, from `first` on, where it is added when missing.
  uint32_t addInput(std::vector<ExprPtr>& inputs, const ExprPtr& expr, size_t first = 0);

  const BindContext& context_;
  const ParsedSelect& select_;
  const Scope& scope_;
  LogicalPtr plan_;
  BoundCalls calls_;
  AddScalarQuery addScalarQuery_;
  StateTtlHints* ttlHints_ = nullptr;
  std::string inputName_;
  std::vector<Item> items_;
  size_t numVisible_ = 0;  // items behind these serve ORDER BY only
  ExprPtr having_;
  ExprPtr qualify_;
  std::vector<SortOrder> order_;  // columns are indices of items_
  std::vector<ExprPtr> groupKeys_;
  std::vector<std::vector<bool>> groupingSets_;  // per set and key; empty: plain GROUP BY
  std::optional<BoundWindowProperty> groupWindow_;
  std::vector<WindowProperty> windowProperties_;  // distinct ones, in order of first use
  std::vector<uint32_t> propertyColumns_;         // per calls_.properties
};

Status SelectBinder::expandStar(const ParsedStar& star) {
  size_t before = items_.size();
  bool isRelation = star.qualifier.empty();
  for (const ScopeColumn& column : scope_.columns()) {
    isRelation = isRelation || column.relation == star.qualifier.back();
  }
  if (!isRelation && scope_.has(star.qualifier[0])) return expandRow(star);
  for (uint32_t i = 0; i < scope_.columns().size(); ++i) {
    const ScopeColumn& column = scope_.columns()[i];
    bool wanted =
        star.qualifier.empty() ? !column.hidden : column.relation == star.qualifier.back();
    if (!wanted) continue;
    items_.push_back({Expr::input(i, column.type), column.name, star.position});
    if (context_.expansion == nullptr) continue;
    const std::string& relation = column.madeAlias.empty() ? column.relation : column.madeAlias;
    context_.expansion->stars[&star].push_back({relation, column.name});
  }
  if (items_.size() == before && !star.qualifier.empty()) {
    return Error(ErrorKind::kUnknownTable,
                 fmt::format("table '{}' not found in FROM", star.qualifier.back()))
        .at(star.position);
  }
  return {};
}

// row_column.*: one column per field.
Status SelectBinder::expandRow(const ParsedStar& star) {
  ResolvedColumn found = TRY(scope_.resolve(star.qualifier, star.position));
  const ScopeColumn& column = scope_.columns()[found.index];
  QueryExpansion::Path path = {column.madeAlias.empty() ? column.relation : column.madeAlias,
                               column.name};
  ExprPtr row = Expr::input(found.index, column.type);
  for (uint32_t field : found.fields) {
    path.push_back(row->type.fieldNames()[field]);
    row = Expr::field(row, field);
  }
  const std::vector<std::string>& names = row->type.fieldNames();
  for (uint32_t i = 0; i < names.size(); ++i) {
    items_.push_back({Expr::field(row, i), names[i], star.position});
    if (context_.expansion == nullptr) continue;
    QueryExpansion::Path& full = context_.expansion->stars[&star].emplace_back(path);
    full.push_back(names[i]);
  }
  return {};
}

// Later columns of a name that was used before get a number: x, x0, x1.
void SelectBinder::makeNamesUnique() {
  std::set<std::string> used;
  for (Item& item : items_) {
    std::string name = item.name;
    for (int i = 0; !used.insert(name).second; ++i) name = fmt::format("{}{}", item.name, i);
    item.name = name;
  }
}

Status SelectBinder::bindItems() {
  ExpressionBinder binder(context_, scope_, "SELECT", &calls_);
  binder.setNamedWindows(&select_.windows);
  binder.setScalarQueries(
      [this](const ParsedScalarQuery& query) { return addScalarQuery_(query, plan_); });
  for (const ParsedSelectItem& item : select_.items) {
    if (const auto* star = item.expression->tryAs<ParsedStar>()) {
      TRY(expandStar(*star));
      continue;
    }
    size_t index = items_.size();
    ExprPtr expr = TRY(binder.bind(*item.expression));
    if (expr->type.kind() == TypeKind::kNull) {
      return Error(ErrorKind::kValidation, "illegal use of 'NULL'")
          .at(item.expression->position)
          .withHint("Give it a type: CAST(NULL AS INT).");
    }
    items_.push_back({expr, outputName(item, index), item.expression->position});
  }
  numVisible_ = items_.size();
  makeNamesUnique();
  if (select_.having) {
    ExpressionBinder havingBinder(context_, scope_, "HAVING", &calls_);
    having_ = TRY(havingBinder.bindCondition(*select_.having));
  }
  if (select_.qualify) {
    ExpressionBinder qualifyBinder(context_, scope_, "QUALIFY", &calls_);
    qualifyBinder.setNamedWindows(&select_.windows);
    size_t numOvers = calls_.overs.size();
    qualify_ = TRY(qualifyBinder.bindCondition(*select_.qualify));
    if (calls_.overs.size() == numOvers) {
      return Error(ErrorKind::kValidation, "QUALIFY must contain a function OVER a window")
          .at(select_.qualify->position)
          .withHint("Use WHERE around the query for other conditions.");
    }
  }
  return {};
}

// An output column by alias or position, else an expression over the input (a hidden item).
Result<uint32_t> SelectBinder::orderColumn(const ParsedExpression& expression) {
  if (const auto* column = expression.tryAs<ParsedColumn>(); column && column->parts.size() == 1) {
    for (uint32_t i = 0; i < numVisible_; ++i) {
      if (items_[i].name == column->parts[0]) return i;
    }
  }
  if (const auto* literal = expression.tryAs<ParsedLiteral>();
      literal && literal->type == ParsedLiteral::Type::kExactNumber) {
    size_t position = literal->text.size() > 9 ? 0 : std::stoul(literal->text);
    if (position < 1 || position > numVisible_) {
      return Error(ErrorKind::kValidation,
                   fmt::format("ORDER BY position {} is not in the select list", literal->text))
          .at(expression.position);
    }
    return static_cast<uint32_t>(position - 1);
  }
  ExpressionBinder binder(context_, scope_, "ORDER BY", &calls_);
  ExprPtr expr = TRY(binder.bind(expression));
  for (uint32_t i = 0; i < items_.size(); ++i) {
    if (sameExpr(*items_[i].expr, *expr)) return i;
  }
  if (select_.distinct) {
    return Error(ErrorKind::kValidation, "ORDER BY of SELECT DISTINCT must name its columns")
        .at(expression.position);
  }
  items_.push_back({expr, fmt::format("EXPR${}", items_.size()), expression.position});
  return static_cast<uint32_t>(items_.size() - 1);
}

Status SelectBinder::bindOrderBy(const std::vector<ParsedOrderItem>& orderBy) {
  for (const ParsedOrderItem& item : orderBy) {
    uint32_t column = TRY(orderColumn(*item.expression));
    bool ascending = !item.descending;
    bool nullsFirst = item.nulls == ParsedOrderItem::Nulls::kDefault
                          ? ascending
                          : item.nulls == ParsedOrderItem::Nulls::kFirst;
    order_.push_back({column, ascending, nullsFirst});
  }
  return {};
}

bool SelectBinder::isAggregated() const {
  return select_.grouped || !calls_.aggregates.empty() || select_.having ||
         !calls_.properties.empty() || !calls_.groupings.empty();
}

Status SelectBinder::bindGroupKeys() {
  ExpressionBinder binder(context_, scope_, "GROUP BY");
  std::vector<ParsedGroupingSet> sets = TRY(groupingSetsOf(select_.groupBy));
  if (sets.size() > 1) return bindGroupingSets(sets, binder);
  for (const ParsedExpression* expression : sets[0]) {
    auto window = TRY(bindGroupWindow(*expression, context_, scope_));
    if (!window) {
      groupKeys_.push_back(TRY(binder.bind(*expression)));
      continue;
    }
    if (groupWindow_) {
      return Error(ErrorKind::kUnsupported, "more than one group window in GROUP BY")
          .at(expression->position);
    }
    groupWindow_ = std::move(window);
  }
  return {};
}

Status SelectBinder::bindGroupingSets(const std::vector<ParsedGroupingSet>& sets,
                                      ExpressionBinder& binder) {
  for (const ParsedGroupingSet& set : sets) {
    std::vector<bool> members(groupKeys_.size(), false);
    for (const ParsedExpression* expression : set) {
      if (TRY(bindGroupWindow(*expression, context_, scope_))) {
        return Error(ErrorKind::kUnsupported, "a group window beside GROUPING SETS")
            .at(expression->position)
            .withHint("Use a window table function.");
      }
      uint32_t key = addInput(groupKeys_, TRY(binder.bind(*expression)));
      members.resize(groupKeys_.size(), false);
      members[key] = true;
    }
    if (std::find(groupingSets_.begin(), groupingSets_.end(), members) != groupingSets_.end()) {
      return Error(ErrorKind::kUnsupported, "the same grouping set twice").at(select_.position);
    }
    groupingSets_.push_back(std::move(members));
  }
  for (std::vector<bool>& members : groupingSets_) members.resize(groupKeys_.size(), false);
  if (groupKeys_.size() > 62) {
    return Error(ErrorKind::kUnsupported, "more than 62 columns in GROUPING SETS")
        .at(select_.position);
  }
  return {};
}

// The bits of the columns that a set leaves out, the first column highest.
int64_t SelectBinder::groupingId(const std::vector<bool>& members,
                                 const std::vector<uint32_t>& keys) {
  int64_t id = 0;
  for (uint32_t key : keys) id = id * 2 + (members[key] ? 0 : 1);
  return id;
}

// Every row once per grouping set: keys outside of the set are NULL, and a further key tells the
// sets apart.
LogicalPtr SelectBinder::expandGroupingSets(std::vector<ExprPtr> inputs,
                                            std::vector<std::string> names,
                                            LogicalAggregate& aggregate) {
  std::vector<uint32_t> keys(groupKeys_.size());
  std::iota(keys.begin(), keys.end(), 0);
  Type idType = Type::bigint().withNullable(false);
  auto all = std::make_shared<LogicalUnion>();
  for (uint32_t key : keys) {
    bool always = std::all_of(groupingSets_.begin(), groupingSets_.end(),
                              [&](const std::vector<bool>& members) { return members[key]; });
    if (always) continue;
    Type& type = aggregate.schema[key].type;
    type = withoutTimeAttribute(type).withNullable(true);
    inputs[key] = coerce(inputs[key], type);
  }
  names.push_back("$e");
  for (const std::vector<bool>& members : groupingSets_) {
    std::vector<ExprPtr> exprs = inputs;
    for (uint32_t key : keys) {
      if (!members[key]) exprs[key] = Expr::constant(Value(), inputs[key]->type);
    }
    exprs.push_back(Expr::constant(Value(groupingId(members, keys)), idType));
    all->inputs.push_back(makeProject(plan_, std::move(exprs), names));
  }
  all->schema = all->inputs[0]->schema;
  auto idColumn = static_cast<uint32_t>(inputs.size());
  aggregate.schema.insert(aggregate.schema.begin() + static_cast<ptrdiff_t>(aggregate.keys.size()),
                          {"$e", idType});
  aggregate.keys.push_back(idColumn);
  return all;
}

// GROUPING(..) over the output of the aggregate.
Result<ExprPtr> SelectBinder::groupingOf(const std::vector<ExprPtr>& args,
                                         SourcePosition position) {
  std::vector<uint32_t> keys;
  for (const ExprPtr& arg : args) {
    uint32_t key = 0;
    while (key < groupKeys_.size() && !sameExpr(*groupKeys_[key], *arg)) ++key;
    if (key == groupKeys_.size()) {
      return Error(ErrorKind::kValidation, "an argument of GROUPING is not a column of GROUP BY")
          .at(position);
    }
    keys.push_back(key);
  }
  Type type = Type::bigint().withNullable(false);
  if (groupingSets_.empty()) return Expr::constant(Value(int64_t{0}), type);
  std::vector<uint32_t> all(groupKeys_.size());
  std::iota(all.begin(), all.end(), 0);
  auto idColumn = static_cast<uint32_t>(groupKeys_.size());
  std::vector<ExprPtr> parts;
  for (size_t i = 0; i < groupingSets_.size(); ++i) {
    ExprPtr value = Expr::constant(Value(groupingId(groupingSets_[i], keys)), type);
    if (i + 1 < groupingSets_.size()) {
      ExprPtr id = Expr::constant(Value(groupingId(groupingSets_[i], all)), type);
      const ScalarFunction& equals = *context_.functions->scalar("=");
      parts.push_back(TRY(makeCall(equals, {Expr::input(idColumn, type), id})));
    }
    parts.push_back(value);
  }
  return Expr::caseWhen(std::move(parts), type);
}

uint32_t SelectBinder::addInput(std::vector<ExprPtr>& inputs, const ExprPtr& expr, size_t first) {
  for (auto i = static_cast<uint32_t>(first); i < inputs.size(); ++i) {
    if (sameExpr(*inputs[i], *expr)) return i;
  }
  inputs.push_back(expr);
  return static_cast<uint32_t>(inputs.size() - 1);
}

Status SelectBinder::aggregate() {
  TRY(bindGroupKeys());
  std::vector<ExprPtr> inputs;
  auto node = std::make_shared<LogicalAggregate>();
  if (ttlHints_ != nullptr) node->ttl = ttlHints_->ofAggregate(inputName_);
  // Keys come first and keep their places even when two are the same expression.
  for (const ExprPtr& key : groupKeys_) {
    node->keys.push_back(static_cast<uint32_t>(inputs.size()));
    node->schema.push_back({fmt::format("k{}", inputs.size()), withoutTimeAttribute(key->type)});
    inputs.push_back(key);
  }
  // Grouping sets make keys NULL, which the arguments must not see.
  size_t unshared = groupingSets_.empty() ? 0 : groupKeys_.size();
  for (const BoundAggregate& bound : calls_.aggregates) {
    AggregateCall call;
    call.function = bound.function;
    call.resolved = bound.resolved;
    call.distinct = bound.distinct;
    call.name = bound.name;
    for (const ExprPtr& arg : bound.args) call.arguments.push_back(addInput(inputs, arg, unshared));
    if (bound.filter) call.filter = static_cast<int>(addInput(inputs, bound.filter, unshared));
    node->schema.push_back({bound.name, bound.resolved.result});
    node->calls.push_back(std::move(call));
  }
  std::shared_ptr<LogicalNode> made = node;
  if (groupWindow_) {
    made = TRY(groupWindowNode(*node, inputs));
  } else if (!calls_.properties.empty()) {
    return Error(ErrorKind::kValidation, "group window functions need a group window in GROUP BY")
        .at(select_.position);
  }
  keepWindowTime(*node);
  std::vector<std::string> names;
  for (size_t i = 0; i < inputs.size(); ++i) {
    bool named = inputs[i]->kind == ExprKind::kInput;
    names.push_back(named ? plan_->schema[inputs[i]->index].name : fmt::format("$f{}", i));
  }
  // Key columns are called after their input.
  for (size_t i = 0; i < groupKeys_.size(); ++i) made->schema[i].name = names[i];
  made->inputs = {groupingSets_.empty() ? makeProject(plan_, inputs, names)
                                        : expandGroupingSets(inputs, names, *node)};
  made->position = select_.position;
  plan_ = made;
  return {};
}

// GROUP BY TUMBLE(..) and its like instead of the plain aggregate.
Result<std::shared_ptr<LogicalNode>> SelectBinder::groupWindowNode(const LogicalAggregate& plain,
                                                                   std::vector<ExprPtr>& inputs) {
  auto windowed = std::make_shared<LogicalWindowAggregate>();
  windowed->window = groupWindow_->window;
  windowed->legacy = true;
  windowed->keys = plain.keys;
  windowed->calls = plain.calls;
  windowed->schema = plain.schema;
  windowed->timeColumn = static_cast<int>(addInput(inputs, groupWindow_->time));
  windowed->timeType = groupWindow_->time->type;
  for (const BoundWindowProperty& property : calls_.properties) {
    if (!(property.window == groupWindow_->window) ||
        !sameExpr(*property.time, *groupWindow_->time)) {
      return Error(ErrorKind::kValidation,
                   "a group window function does not match the window in GROUP BY")
          .at(select_.position);
    }
    size_t at = 0;
    while (at < windowProperties_.size() && windowProperties_[at] != property.property) ++at;
    if (at == windowProperties_.size()) windowProperties_.push_back(property.property);
    propertyColumns_.push_back(static_cast<uint32_t>(windowed->schema.size() + at));
  }
  windowed->properties = windowProperties_;
  for (WindowProperty property : windowProperties_) {
    bool isTime = property == WindowProperty::kTime;
    windowed->schema.push_back(
        {isTime                               ? "w_time"
         : property == WindowProperty::kStart ? "w_start"
                                              : "w_end",
         (isTime ? windowed->timeType : Type::timestamp(3)).withNullable(false)});
  }
  return std::shared_ptr<LogicalNode>(windowed);
}

// window_time stays a time attribute when its rows are grouped by their window.
void SelectBinder::keepWindowTime(LogicalAggregate& node) {
  std::optional<WindowProperties> window = windowPropertiesOf(*plan_);
  if (!window) return;
  auto isKey = [&](int column) {
    for (const ExprPtr& key : groupKeys_) {
      if (key->kind == ExprKind::kInput && static_cast<int>(key->index) == column) return true;
    }
    return false;
  };
  if (!isKey(window->start) || !isKey(window->end)) return;
  for (size_t k = 0; k < groupKeys_.size(); ++k) {
    if (groupKeys_[k]->kind != ExprKind::kInput) continue;
    if (static_cast<int>(groupKeys_[k]->index) == window->time) {
      node.schema[k].type = groupKeys_[k]->type;
    }
  }
}

// An expression over the input of the aggregate as one over its output.
Result<ExprPtr> SelectBinder::afterAggregate(const ExprPtr& expr, SourcePosition position) {
  uint32_t numKeys = static_cast<uint32_t>(groupKeys_.size());
  return rewrite(expr, [&](const ExprPtr& node, bool& done) -> Result<ExprPtr> {
    for (uint32_t k = 0; k < numKeys; ++k) {
      if (sameExpr(*groupKeys_[k], *node)) {
        done = true;
        return Expr::input(k, plan_->schema[k].type);
      }
    }
    if (node->kind != ExprKind::kInput) return node;
    done = true;
    uint32_t index = node->index;
    if (index >= kOuterBase || (index >= kOverBase && index < kOuterBase)) return node;
    if (index >= kPropertyBase) {
      uint32_t column = propertyColumns_[index - kPropertyBase];
      return Expr::input(column, plan_->schema[column].type);
    }
    if (index >= kGroupingBase) {
      return groupingOf(calls_.groupings[index - kGroupingBase], position);
    }
    if (index >= kAggregateBase) {
      uint32_t column = numKeys + (groupingSets_.empty() ? 0 : 1) + index - kAggregateBase;
      return Expr::input(column, plan_->schema[column].type);
    }
    if (index >= scope_.columns().size()) {
      return Error(ErrorKind::kUnsupported, "a sub-query as a value beside GROUP BY").at(position);
    }
    return Error(ErrorKind::kValidation,
                 fmt::format("expression '{}' is not being grouped", scope_.columns()[index].name))
        .at(position)
        .withHint("Add it to GROUP BY or use an aggregate function.");
  });
}

Status SelectBinder::rewriteAll(const Replace& replace) {
  for (Item& item : items_) item.expr = TRY(rewrite(item.expr, replace));
  if (qualify_) qualify_ = TRY(rewrite(qualify_, replace));
  return {};
}

// ROW_NUMBER() OVER (..): the columns it needs are appended, then the node that adds its result.
Status SelectBinder::applyOvers() {
  for (uint32_t o = 0; o < calls_.overs.size(); ++o) {
    const BoundOver& over = calls_.overs[o];
    std::vector<ExprPtr> exprs = inputsOf(plan_->schema);
    std::vector<std::string> names = namesOf(plan_->schema);
    size_t numInputs = exprs.size();
    auto column = [&](const ExprPtr& expr) {
      uint32_t index = addInput(exprs, expr);
      if (index >= names.size()) names.push_back(fmt::format("$o{}", index));
      return index;
    };
    auto node = std::make_shared<LogicalOver>();
    node->function = over.function;
    node->position = over.position;
    for (const ExprPtr& key : over.partitionBy) node->partitionKeys.push_back(column(key));
    for (const BoundOver::Order& order : over.orderBy) {
      node->order.push_back({column(order.expression), order.ascending, order.nullsFirst});
    }
    LogicalPtr input = exprs.size() == numInputs ? plan_ : makeProject(plan_, exprs, names);
    node->schema = input->schema;
    node->schema.push_back({fmt::format("w{}$o{}", o, node->schema.size()), over.result});
    node->inputs = {input};
    plan_ = node;
    uint32_t result = static_cast<uint32_t>(node->schema.size() - 1);
    TRY(rewriteAll([&](const ExprPtr& expr, bool& done) -> Result<ExprPtr> {
      done = expr->kind == ExprKind::kInput;
      if (done && expr->index == kOverBase + o) return Expr::input(result, over.result);
      return expr;
    }));
  }
  return {};
}

Result<LogicalPtr> SelectBinder::bind(const std::vector<ParsedOrderItem>* orderBy) {
  TRY(bindItems());
  if (orderBy) TRY(bindOrderBy(*orderBy));
  if (isAggregated()) {
    TRY(aggregate());
    for (Item& item : items_) item.expr = TRY(afterAggregate(item.expr, item.position));
    if (having_) {
      having_ = TRY(afterAggregate(having_, select_.having->position));
      plan_ = makeFilter(plan_, having_);
    }
    if (qualify_) qualify_ = TRY(afterAggregate(qualify_, select_.qualify->position));
    for (BoundOver& over : calls_.overs) {
      for (ExprPtr& key : over.partitionBy) key = TRY(afterAggregate(key, over.position));
      for (BoundOver::Order& order : over.orderBy) {
        order.expression = TRY(afterAggregate(order.expression, over.position));
      }
    }
  }
  TRY(applyOvers());
  if (qualify_) plan_ = makeFilter(plan_, qualify_);
  std::vector<ExprPtr> exprs;
  std::vector<std::string> names;
  for (const Item& item : items_) {
    exprs.push_back(item.expr);
    names.push_back(item.name);
  }
  plan_ = makeProject(plan_, exprs, names);
  if (select_.distinct) {
    auto node = std::make_shared<LogicalAggregate>();
    // Above an aggregation the input has no name.
    if (ttlHints_ != nullptr) node->ttl = ttlHints_->ofAggregate(isAggregated() ? "" : inputName_);
    for (uint32_t i = 0; i < exprs.size(); ++i) {
      node->keys.push_back(i);
      node->schema.push_back({names[i], withoutTimeAttribute(plan_->schema[i].type)});
    }
    node->inputs = {plan_};
    plan_ = node;
  }
  if (!order_.empty()) {
    auto sort = std::make_shared<LogicalSort>();
    sort->order = order_;
    sort->schema = plan_->schema;
    sort->position = select_.position;
    sort->inputs = {plan_};
    plan_ = sort;
  }
  return plan_;
}

}  // namespace

Result<LogicalPtr> QueryBinder::bindWhere(const ParsedSelect& select, LogicalPtr input,
                                          const Scope& scope) {
  std::vector<const ParsedExpression*> conjuncts;
  collectConjuncts(*select.where, conjuncts);
  ExpressionBinder binder(context_, scope, "WHERE");
  binder.setScalarQueries(
      [&](const ParsedScalarQuery& query) { return addScalarQuery(query, scope, input); });
  size_t numColumns = input->schema.size();
  std::vector<ExprPtr> conditions;
  for (const ParsedExpression* conjunct : conjuncts) {
    if (!isSubqueryConjunct(*conjunct)) conditions.push_back(TRY(binder.bindCondition(*conjunct)));
  }
  if (!conditions.empty()) input = makeFilter(input, Expr::conjunction(std::move(conditions)));
  if (input->schema.size() > numColumns) {
    std::vector<ExprPtr> exprs = inputsOf(input->schema);
    std::vector<std::string> names = namesOf(input->schema);
    exprs.resize(numColumns);
    names.resize(numColumns);
    input = makeProject(input, std::move(exprs), std::move(names));
  }
  for (const ParsedExpression* conjunct : conjuncts) {
    if (isSubqueryConjunct(*conjunct)) input = TRY(applySubquery(*conjunct, input, scope));
  }
  return input;
}

Result<LogicalPtr> QueryBinder::bindSelect(const ParsedSelect& select, const Scope* outer,
                                           const std::vector<ParsedOrderItem>* orderBy) {
  StateTtlHints hints = TRY(StateTtlHints::make(select.hints));
  // Hints do not reach into the queries inside of this one, nor those around it into this one.
  StateTtlHints* around = std::exchange(ttlHints_, &hints);
  Result<LogicalPtr> bound = bindHinted(select, outer, orderBy);
  ttlHints_ = around;
  if (bound.ok()) TRY(hints.checkUsed());
  return bound;
}

Result<LogicalPtr> QueryBinder::bindHinted(const ParsedSelect& select, const Scope* outer,
                                           const std::vector<ParsedOrderItem>* orderBy) {
  BoundRelation from;
  if (select.from) {
    from = TRY(bindTable(*select.from, outer));
  } else {
    auto one = std::make_shared<LogicalValues>();
    one->rows.emplace_back();
    from.plan = one;
  }
  Scope scope(outer);
  scope.columns() = from.columns;
  LogicalPtr input = from.plan;
  if (select.where) input = TRY(bindWhere(select, input, scope));
  SelectBinder binder(context_, select, scope, input);
  binder.setScalarQueries([&](const ParsedScalarQuery& query, LogicalPtr& plan) {
    return addScalarQuery(query, scope, plan);
  });
  binder.setTtlHints(ttlHints_, from.name);
  LogicalPtr plan = TRY(binder.bind(orderBy));
  if (binder.numVisible() == plan->schema.size()) return plan;
  // Columns that only ORDER BY needed are dropped behind the sort.
  std::vector<ExprPtr> exprs = inputsOf(plan->schema);
  std::vector<std::string> names = namesOf(plan->schema);
  exprs.resize(binder.numVisible());
  names.resize(binder.numVisible());
  return makeProject(plan, std::move(exprs), std::move(names));
}

}  // namespace millrace
