// The legacy group windows: TUMBLE, HOP and SESSION in GROUP BY and their auxiliary functions.
#include <fmt/format.h>

#include <array>

#include "expr/evaluator.h"
#include "sql/binder/expression_binder.h"

namespace millrace {

Result<int64_t> windowMillis(const ParsedExpression& expression, const BindContext& context,
                             std::string_view what) {
  Scope none;
  ExpressionBinder binder(context, none, "a window function");
  ExprPtr bound = foldConstants(TRY(binder.bind(expression)), context.eval);
  if (!bound->isLiteral() || bound->type.kind() != TypeKind::kIntervalDayTime) {
    return Error(ErrorKind::kTypeMismatch,
                 fmt::format("{} of a window must be a constant interval of days to seconds", what))
        .at(expression.position)
        .withHint("Write it as INTERVAL '10' SECOND.");
  }
  return bound->literal.integer();
}

namespace {

Status checkTime(const ExprPtr& time, SourcePosition position) {
  if (time->type.timeAttribute() != TimeAttribute::kNone) return {};
  return Error(ErrorKind::kValidation,
               fmt::format("a window needs a time attribute, found {}", time->type.toString()))
      .at(position)
      .withHint("Use a column with a WATERMARK, or PROCTIME().");
}

struct Shape {
  std::string_view prefix;
  WindowKind kind;
  size_t numArgs;  // time included; one more is the offset
};
constexpr std::array<Shape, 3> kShapes = {{{"TUMBLE", WindowKind::kTumble, 2},
                                           {"HOP", WindowKind::kHop, 3},
                                           {"SESSION", WindowKind::kSession, 2}}};

Result<BoundWindowProperty> bindShape(const ParsedCall& call, const Shape& shape,
                                      const BindContext& context, const Scope& scope) {
  if (call.args.size() != shape.numArgs) {
    return Error(ErrorKind::kValidation,
                 fmt::format("wrong number of arguments for group window '{}': {}",
                             call.upperName(), call.args.size()))
        .at(call.position);
  }
  BoundWindowProperty bound;
  ExpressionBinder binder(context, scope, "a group window");
  bound.time = TRY(binder.bind(*call.args[0]));
  TRY(checkTime(bound.time, call.args[0]->position));
  bound.window.kind = shape.kind;
  bound.window.isProctime = bound.time->type.isProctime();
  bound.window.isLtz = bound.time->type.kind() == TypeKind::kTimestampLtz;
  if (shape.kind == WindowKind::kHop) {
    bound.window.slideMillis = TRY(windowMillis(*call.args[1], context, "the slide"));
    bound.window.sizeMillis = TRY(windowMillis(*call.args[2], context, "the size"));
  } else {
    bound.window.sizeMillis = TRY(windowMillis(*call.args[1], context, "the size"));
  }
  if (bound.window.sizeMillis <= 0 ||
      (shape.kind == WindowKind::kHop && bound.window.slideMillis <= 0)) {
    return Error(ErrorKind::kValidation, "the size of a window must be positive").at(call.position);
  }
  return bound;
}

}  // namespace

Result<std::optional<BoundWindowProperty>> bindGroupWindow(const ParsedExpression& expression,
                                                           const BindContext& context,
                                                           const Scope& scope) {
  const auto* call = expression.tryAs<ParsedCall>();
  if (call == nullptr) return std::optional<BoundWindowProperty>();
  for (const Shape& shape : kShapes) {
    if (call->upperName() == shape.prefix) {
      return std::optional<BoundWindowProperty>(TRY(bindShape(*call, shape, context, scope)));
    }
  }
  return std::optional<BoundWindowProperty>();
}

Result<std::optional<ExprPtr>> ExpressionBinder::bindWindowProperty(const ParsedCall& call) {
  std::string name = call.upperName();
  for (const Shape& shape : kShapes) {
    if (!name.starts_with(shape.prefix) || name.size() <= shape.prefix.size()) continue;
    std::string_view suffix = std::string_view(name).substr(shape.prefix.size());
    bool proctime = suffix == "_PROCTIME";
    if (suffix != "_START" && suffix != "_END" && suffix != "_ROWTIME" && !proctime) continue;
    if (calls_ == nullptr || insideAggregate_) {
      return Error(ErrorKind::kValidation, fmt::format("'{}' is not allowed in {}", name, clause_));
    }
    BoundWindowProperty bound = TRY(bindShape(call, shape, context_, scope_));
    bound.property = suffix == "_START" ? WindowProperty::kStart
                     : suffix == "_END" ? WindowProperty::kEnd
                                        : WindowProperty::kTime;
    bound.isProctimeProperty = proctime;
    Type type = Type::timestamp(3).withNullable(false);
    if (bound.property == WindowProperty::kTime) type = bound.time->type.withNullable(false);
    calls_->properties.push_back(std::move(bound));
    return std::optional<ExprPtr>(
        Expr::input(kPropertyBase + static_cast<uint32_t>(calls_->properties.size() - 1), type));
  }
  return std::optional<ExprPtr>();
}

}  // namespace millrace
