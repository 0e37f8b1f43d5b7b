#include "aws/model/api_error.h"

namespace millrace {

ApiError::ApiError(Error error)
    : code_("InternalFailure"),
      shape_(code_),
      status_(500),
      senderFault_(false),
      message_("The request processing has failed because of an internal error."),
      cause_(error.describe()) {}

ApiError&& ApiError::with(std::string member, Document value) && {
  members_.add(std::move(member), std::move(value));
  return std::move(*this);
}

ApiError&& ApiError::withStatus(int status) && {
  status_ = status;
  return std::move(*this);
}

}  // namespace millrace
