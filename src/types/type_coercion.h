// Which types turn into which: casts that are allowed, common types of several expressions and the
// result types of decimal arithmetic, as in Flink 2.3.
//
// Pure functions. Result types are nullable unless the text says otherwise.
#pragma once

#include <span>

#include "base/result.h"
#include "types/type.h"

namespace millrace {

// Whether CAST(from AS to) is allowed. Nullability is not looked at.
bool supportsExplicitCast(const Type& from, const Type& to);
// Whether `from` may stand where `to` is expected without a CAST.
bool supportsImplicitCast(const Type& from, const Type& to);

// The type all the given ones can be turned into without loss of meaning, for CASE, COALESCE,
// UNION, IN, VALUES and comparisons. NOT NULL when all are. kTypeMismatch when there is none.
// Requires: at least one type. NULL alone gives NULL.
Result<Type> commonType(std::span<const Type> types);

// Result types of DECIMAL(p1, s1) op DECIMAL(p2, s2); integers count as DECIMAL by
// decimalForInteger().
Type decimalSumType(const Type& a, const Type& b);  // + and -
Type decimalProductType(const Type& a, const Type& b);
Type decimalQuotientType(const Type& a, const Type& b);
Type decimalModuloType(const Type& a, const Type& b);
// TINYINT (3, 0), SMALLINT (5, 0), INT (10, 0), BIGINT (19, 0); DECIMAL stays.
Type decimalForInteger(const Type& type);
// ROUND(value, places).
Type decimalRoundType(const Type& type, int places);
// SUM and AVG: DECIMAL grows, other types stay. The nullability is that of the argument.
Type sumResultType(const Type& argument);
Type averageResultType(const Type& argument);

}  // namespace millrace
