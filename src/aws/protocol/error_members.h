// The body of an error in the protocols that send it as a document.
#pragma once

#include <functional>
#include <string>
#include <string_view>

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

// The client's side. The error that `code` names: a shape or its code on the wire, with what stands
// around it in JSON ("com.amazonaws#Name:http://...") taken away. "" makes a code of the status.
ApiError receivedError(const ServiceModel& service, std::string_view code, std::string message,
                       int status);

// The error in a document: `decode` reads the body as a shape.
ApiError decodeErrorDocument(const ServiceModel& service, const HttpResponse& response,
                             const std::function<Outcome<Document>(const ShapeModel&)>& decode);

}  // namespace millrace
