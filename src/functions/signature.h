// Resolving calls: from argument types to a ResolvedCall, by signatures written as text.
//
//   .resolve = [](Arguments args) {
//     return resolveCall(args, {{"string, int", "string", leftText}});
//   }
//
// A parameter is one of
//   string bytes boolean date time timestamp ltz array map row any numeric integer decimal
//       - the argument keeps its own type (numeric: any number; integer: TINYINT to BIGINT)
//   tinyint smallint int bigint float double - the argument is widened to exactly that type
// "..." behind the last parameter repeats it (at least once); "[" before a parameter makes it and
// those behind it optional. The result is a type name as above, "array<string>", "map<string>",
// "same" (the first argument's type) or "varchar" (as long as the first argument); a "?" behind it
// makes it nullable whatever the arguments are.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "expr/function.h"
#include "types/type_coercion.h"

namespace millrace {

using Arguments = std::span<const ArgumentInfo>;
using Prepare = Result<std::unique_ptr<FunctionState>> (*)(Arguments args, const Type& result);

struct Overload {
  std::string_view parameters;
  std::string_view result;
  Kernel kernel = nullptr;
  Prepare prepare = nullptr;
};

// The first overload whose parameters the arguments fit.
Result<ResolvedCall> resolveCall(Arguments args, std::initializer_list<Overload> overloads);

// "expected (string, int), got (INT, INT)".
Error argumentError(std::string_view expected, Arguments args);

bool anyNullable(Arguments args);
// A call without conversions: every argument keeps its type.
ResolvedCall keepTypes(Arguments args, Type result, Kernel kernel, Prepare prepare = nullptr);
// Every argument becomes `type` (with its own nullability).
ResolvedCall convertTo(Arguments args, const Type& type, Type result, Kernel kernel,
                       Prepare prepare = nullptr);

// commonType (types/type_coercion.h) of two types, and of all arguments.
Result<Type> commonType(const Type& a, const Type& b);
Result<Type> commonType(Arguments args);

}  // namespace millrace
