// ApiError: what a client of a service gets instead of a result; Outcome<T>: one of the two.
// The generated errors.h of a service has a function for each modelled error:
//
//   if (!stream) return resourceNotFoundException(fmt::format("Stream {} not found.", name));
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "aws/model/document.h"
#include "aws/model/model.h"
#include "base/result.h"

namespace millrace {

class [[nodiscard]] ApiError {
 public:
  // A modelled error.
  ApiError(const ErrorModel& model, std::string message)
      : code_(model.code),
        shape_(model.name),
        status_(model.status),
        senderFault_(model.senderFault),
        message_(std::move(message)) {}
  // One that every service has, such as ValidationException or SignatureDoesNotMatch.
  ApiError(std::string code, int status, std::string message)
      : code_(std::move(code)),
        shape_(code_),
        status_(status),
        senderFault_(status < 500),
        message_(std::move(message)) {}
  // A failure of our own: the client sees InternalFailure (500) without details, the log has them.
  ApiError(Error error);  // NOLINT: what TRY returns converts

  const std::string& code() const { return code_; }    // as Query and REST-XML spell it
  const std::string& shape() const { return shape_; }  // as JSON and CBOR spell it
  int status() const { return status_; }
  bool senderFault() const { return senderFault_; }
  const std::string& message() const { return message_; }
  // Members beside the message.
  const Document& members() const { return members_; }
  // For the log only.
  const std::string& cause() const { return cause_; }

  ApiError&& with(std::string member, Document value) &&;
  // Clients: the status that came, where it is not the model's.
  ApiError&& withStatus(int status) &&;

 private:
  std::string code_;
  std::string shape_;
  int status_;
  bool senderFault_;
  std::string message_;
  Document members_;
  std::string cause_;
};

// Works with TRY in functions that return an Outcome; an engine's Error becomes InternalFailure.
template <typename T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : value_(std::move(value)) {}
  Outcome(ApiError error) : error_(std::move(error)) {}
  Outcome(Error error) : error_(ApiError(std::move(error))) {}

  bool ok() const { return value_.has_value(); }
  // Requires: ok().
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  // Requires: !ok().
  const ApiError& error() const& { return *error_; }
  ApiError&& error() && { return std::move(*error_); }

 private:
  std::optional<T> value_;
  std::optional<ApiError> error_;
};

template <>
class [[nodiscard]] Outcome<void> {
 public:
  Outcome() = default;
  Outcome(ApiError error) : error_(std::move(error)) {}
  Outcome(Error error) : error_(ApiError(std::move(error))) {}

  bool ok() const { return !error_.has_value(); }
  void value() const {}
  const ApiError& error() const& { return *error_; }
  ApiError&& error() && { return std::move(*error_); }

 private:
  std::optional<ApiError> error_;
};

}  // namespace millrace
