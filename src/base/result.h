// Result<T> and Status: how the engine returns everything a user can cause.
//
//   Result<int> parsePort(std::string_view text);
//   Status listen(std::string_view text) {
//     int port = TRY(parsePort(text));   // returns the error to our caller
//     return Status();                   // ok
//   }
//
// Bugs are CHECKs (base/check.h), never Results. No exception crosses a module.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace millrace {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return value_.has_value(); }
  // Requires: ok().
  T& value() & {
    CHECK(ok(), error_->message());
    return *value_;
  }
  const T& value() const& {
    CHECK(ok(), error_->message());
    return *value_;
  }
  T&& value() && {
    CHECK(ok(), error_->message());
    return std::move(*value_);
  }
  // Requires: !ok().
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<T> value_;
  std::optional<Error> error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  void value() const { CHECK(ok(), error_->message()); }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace millrace

// Evaluates to the value of a Result expression, or returns its error from the enclosing function.
#define TRY(...)                            \
  (__extension__({                          \
    auto tryResult_ = (__VA_ARGS__);        \
    if (!tryResult_.ok()) [[unlikely]]      \
      return std::move(tryResult_).error(); \
    std::move(tryResult_).value();          \
  }))
