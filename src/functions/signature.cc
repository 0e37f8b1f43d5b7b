#include "functions/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace millrace {

namespace {

struct Parameters {
  std::vector<std::string_view> names;
  size_t required = 0;
  bool repeats = false;
};

Parameters parseParameters(std::string_view text) {
  Parameters parameters;
  bool optional = false;
  while (!text.empty()) {
    size_t comma = std::min(text.find(','), text.size());
    std::string_view name = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    if (name.starts_with('[')) {
      optional = true;
      name.remove_prefix(1);
    }
    if (name.ends_with("...")) {
      parameters.repeats = true;
      name.remove_suffix(3);
    }
    parameters.names.push_back(name);
    if (!optional) ++parameters.required;
  }
  return parameters;
}

struct NamedType {
  std::string_view name;
  Type type;
};

const Type* fixedType(std::string_view name) {
  static const NamedType kTypes[] = {{"tinyint", Type::tinyint()},
                                     {"smallint", Type::smallint()},
                                     {"int", Type::integer()},
                                     {"bigint", Type::bigint()},
                                     {"float", Type::floating()},
                                     {"double", Type::doubling()},
                                     {"boolean", Type::boolean()},
                                     {"string", Type::string()},
                                     {"bytes", Type::bytes()},
                                     {"date", Type::date()},
                                     {"time", Type::time()},
                                     {"timestamp", Type::timestamp(3)},
                                     {"ltz", Type::timestampLtz(3)},
                                     {"array<string>", Type::array(Type::string())},
                                     {"map<string>", Type::map(Type::string(), Type::string())}};
  for (const NamedType& entry : kTypes) {
    if (entry.name == name) return &entry.type;
  }
  return nullptr;
}

// Whether an argument of this type may stand for the named parameter without a change of type.
bool keepsType(std::string_view name, const Type& type) {
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return name == "string";
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return name == "bytes";
    case TypeKind::kBoolean:
      return name == "boolean";
    case TypeKind::kDate:
      return name == "date";
    case TypeKind::kTime:
      return name == "time";
    case TypeKind::kTimestamp:
      return name == "timestamp";
    case TypeKind::kTimestampLtz:
      return name == "ltz";
    case TypeKind::kArray:
      return name == "array";
    case TypeKind::kMap:
      return name == "map";
    case TypeKind::kRow:
      return name == "row";
    case TypeKind::kDecimal:
      return name == "decimal" || name == "numeric";
    default:
      if (type.isInteger() && name == "integer") return true;
      return type.isNumeric() && name == "numeric";
  }
}

// The type an argument gets for a parameter; false when it does not fit.
bool fitParameter(std::string_view name, const Type& type, Type& fitted) {
  if (name == "any" || keepsType(name, type)) {
    fitted = type;
    return true;
  }
  const Type* fixed = fixedType(name);
  if (type.kind() == TypeKind::kNull) {
    if (fixed == nullptr) return false;
    fitted = fixed->withNullable(true);
    return true;
  }
  bool widens = fixed != nullptr && fixed->isNumeric() && type.isNumeric() &&
                (fixed->isApproximate() || (type.isInteger() && type.kind() <= fixed->kind()));
  if (!widens) return false;
  fitted = type.kind() == fixed->kind() ? type : fixed->withNullable(type.nullable());
  return true;
}

bool fit(const Overload& overload, Arguments args, std::vector<Type>& fitted) {
  Parameters parameters = parseParameters(overload.parameters);
  size_t most = parameters.repeats ? SIZE_MAX : parameters.names.size();
  if (args.size() < parameters.required || args.size() > most) return false;
  fitted.clear();
  for (size_t i = 0; i < args.size(); ++i) {
    std::string_view name = parameters.names[std::min(i, parameters.names.size() - 1)];
    Type type;
    if (!fitParameter(name, args[i].type, type)) return false;
    fitted.push_back(std::move(type));
  }
  return true;
}

Type resultType(std::string_view name, Arguments args) {
  bool nullable = name.ends_with('?');
  if (nullable) name.remove_suffix(1);
  if (name == "same") return args[0].type.withNullable(nullable);
  if (name == "varchar") {
    int length = args[0].type.isCharacter() ? args[0].type.length() : kMaxStringLength;
    return Type::varchar(length).withNullable(nullable);
  }
  const Type* type = fixedType(name);
  CHECK(type != nullptr, name);
  return type->withNullable(nullable);
}

}  // namespace

Error argumentError(std::string_view expected, Arguments args) {
  std::string got;
  for (const ArgumentInfo& arg : args) {
    if (!got.empty()) got += ", ";
    got += arg.type.withNullable(true).withTimeAttribute(TimeAttribute::kNone).toString();
  }
  return Error(ErrorKind::kTypeMismatch,
               fmt::format("wrong arguments: expected {}, got ({})", expected, got))
      .withHint("Convert an argument with CAST, or check their number and order.");
}

Result<ResolvedCall> resolveCall(Arguments args, std::initializer_list<Overload> overloads) {
  std::string expected;
  for (const Overload& overload : overloads) {
    ResolvedCall call;
    if (fit(overload, args, call.arguments)) {
      call.result = resultType(overload.result, args);
      call.kernel = overload.kernel;
      call.prepare = overload.prepare;
      return call;
    }
    if (!expected.empty()) expected += " or ";
    expected += fmt::format("({})", overload.parameters);
  }
  return argumentError(expected, args);
}

bool anyNullable(Arguments args) {
  return std::any_of(args.begin(), args.end(),
                     [](const ArgumentInfo& arg) { return arg.type.nullable(); });
}

ResolvedCall keepTypes(Arguments args, Type result, Kernel kernel, Prepare prepare) {
  ResolvedCall call;
  for (const ArgumentInfo& arg : args) call.arguments.push_back(arg.type);
  call.result = std::move(result);
  call.kernel = kernel;
  call.prepare = prepare;
  return call;
}

ResolvedCall convertTo(Arguments args, const Type& type, Type result, Kernel kernel,
                       Prepare prepare) {
  ResolvedCall call;
  for (const ArgumentInfo& arg : args) {
    bool same = arg.type.sameAs(type);
    call.arguments.push_back(same ? arg.type : type.withNullable(arg.type.nullable()));
  }
  call.result = std::move(result);
  call.kernel = kernel;
  call.prepare = prepare;
  return call;
}

Result<Type> commonType(const Type& a, const Type& b) {
  Type both[] = {a, b};
  return commonType(both);
}

Result<Type> commonType(Arguments args) {
  std::vector<Type> types;
  for (const ArgumentInfo& arg : args) types.push_back(arg.type);
  return commonType(types);
}

}  // namespace millrace
