// Casts between numbers and booleans.
#include <cmath>
#include <limits>

#include "types/cast_kernels.h"
#include "types/decimal.h"

namespace millrace {

namespace {

// Java's narrowing: integers wrap; reals saturate at INT or BIGINT, NaN is 0, and TINYINT and
// SMALLINT wrap after that.
template <typename To, typename From>
To convertNumber(From value) {
  if constexpr (std::is_integral_v<From> || std::is_floating_point_v<To>) {
    return static_cast<To>(value);
  } else {
    using Wide = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
    if (value != value) return 0;
    constexpr double kLimit = sizeof(Wide) == 8 ? 0x1p63 : 0x1p31;
    double real = value;
    Wide wide = real >= kLimit    ? std::numeric_limits<Wide>::max()
                : real <= -kLimit ? std::numeric_limits<Wide>::min()
                                  : static_cast<Wide>(real);
    return static_cast<To>(wide);
  }
}

// Calls work(value of the C++ type) for a plain number or boolean type.
template <typename Work>
CastPtr withPlainType(const Type& type, Work&& work) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return work(uint8_t{});
    case TypeKind::kTinyint:
      return work(int8_t{});
    case TypeKind::kSmallint:
      return work(int16_t{});
    case TypeKind::kInteger:
      return work(int32_t{});
    case TypeKind::kBigint:
      return work(int64_t{});
    case TypeKind::kFloat:
      return work(float{});
    case TypeKind::kDouble:
      return work(double{});
    default:
      return nullptr;
  }
}

template <typename From, typename To>
CastPtr plainCast() {
  return castOf([](const Column& in, Rows rows, const CastContext&, bool, Column& out) {
    return castAll<From, To>(in, rows, out, [](From value) { return convertNumber<To>(value); });
  });
}

CastPtr plainToPlain(const Type& from, const Type& to) {
  return withPlainType(from, [&](auto source) {
    return withPlainType(
        to, [&](auto target) { return plainCast<decltype(source), decltype(target)>(); });
  });
}

CastPtr plainToBoolean(const Type& from) {
  return withPlainType(from, [](auto source) {
    using From = decltype(source);
    return castOf([](const Column& in, Rows rows, const CastContext&, bool, Column& out) {
      return castAll<From, uint8_t>(in, rows, out,
                                    [](From value) { return static_cast<uint8_t>(value != 0); });
    });
  });
}

// Runs work(tag) with the unscaled type of a decimal.
template <typename Work>
CastPtr withDecimalType(const Type& type, Work&& work) {
  if (type.physical() == Physical::kInt64) return work(int64_t{});
  return work(int128{});
}

template <typename To>
CastOutcome store(OptionalDecimal value, CastOutcome otherwise, To& target) {
  if (!value) return otherwise;
  target = static_cast<To>(*value);
  return CastOutcome::kOk;
}

CastPtr plainToDecimal(const Type& from, const Type& to) {
  int precision = to.precision();
  int scale = to.scale();
  return withPlainType(from, [=, &to](auto source) {
    using From = decltype(source);
    return withDecimalType(to, [=](auto unscaled) {
      using To = decltype(unscaled);
      return castOf([=](const Column& in, Rows rows, const CastContext&, bool tryCast,
                        Column& out) {
        return castEach<From, To>(in, rows, tryCast, out, [=](From value, To& target) {
          if constexpr (std::is_floating_point_v<From>) {
            // NaN and infinities have no decimal form; overflow is NULL.
            CastOutcome otherwise =
                std::isfinite(value) ? CastOutcome::kNull : CastOutcome::kFailed;
            return store(decimalFromDouble(value, precision, scale), otherwise, target);
          } else {
            return store(decimalFromInteger(value, precision, scale), CastOutcome::kNull, target);
          }
        });
      });
    });
  });
}

CastPtr decimalToDecimal(const Type& from, const Type& to) {
  int scaleFrom = from.scale();
  int scaleTo = to.scale();
  int precision = to.precision();
  return withDecimalType(from, [=, &to](auto source) {
    using From = decltype(source);
    return withDecimalType(to, [=](auto target) {
      using To = decltype(target);
      return castOf(
          [=](const Column& in, Rows rows, const CastContext&, bool tryCast, Column& out) {
            return castEach<From, To>(in, rows, tryCast, out, [=](From value, To& result) {
              return store(rescaleDecimal(value, scaleFrom, scaleTo, precision), CastOutcome::kNull,
                           result);
            });
          });
    });
  });
}

template <typename To>
To decimalTo(int128 value, int scale) {
  if constexpr (std::is_floating_point_v<To>) {
    return static_cast<To>(decimalToDouble(value, scale));
  } else {
    return static_cast<To>(decimalToInteger(value, scale));
  }
}

CastPtr decimalToPlain(const Type& from, const Type& to) {
  int scale = from.scale();
  bool toBoolean = to.kind() == TypeKind::kBoolean;
  return withDecimalType(from, [=, &to](auto source) {
    using From = decltype(source);
    return withPlainType(to, [=](auto target) {
      using To = decltype(target);
      return castOf([=](const Column& in, Rows rows, const CastContext&, bool, Column& out) {
        return castAll<From, To>(in, rows, out, [=](From value) {
          if (toBoolean) return static_cast<To>(value != 0);
          return decimalTo<To>(value, scale);
        });
      });
    });
  });
}

}  // namespace

CastPtr makeNumericCast(const Type& from, const Type& to) {
  bool fromDecimal = from.kind() == TypeKind::kDecimal;
  bool toDecimal = to.kind() == TypeKind::kDecimal;
  if (fromDecimal && toDecimal) return decimalToDecimal(from, to);
  if (fromDecimal) return decimalToPlain(from, to);
  if (toDecimal) return plainToDecimal(from, to);
  if (to.kind() == TypeKind::kBoolean) return plainToBoolean(from);
  return plainToPlain(from, to);
}

}  // namespace millrace
