// The body of an error in the protocols that send it as a document.
#pragma once

#include "aws/model/api_error.h"
#include "aws/model/document.h"
#include "aws/model/model.h"
#include "http/message.h"

namespace millrace {

// {"__type": ..., "message": ..., further members}; the message is called as in the error's shape.
Document errorDocument(const ServiceModel& service, const ApiError& error);

// Request id and error type, and what query-compatible services add for older clients.
void addErrorHeaders(HttpResponse& response, const ServiceModel& service, const ApiError& error,
                     std::string_view requestId);

}  // namespace millrace
