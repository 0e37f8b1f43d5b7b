// What the REST protocols share: which operation a method and URI name, and members that travel in
// the path, the query and the header.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "aws/model/document.h"
#include "aws/model/model.h"
#include "http/message.h"

namespace millrace {

// The operation that fits a request best: method, path and every fixed parameter fit, and of
// several the one that has most of what it requires. An operation that the query names fits
// although something required is missing (`partNumber` of a PUT without `uploadId`). nullptr =
// none.
const OperationModel* matchRestOperation(const ServiceModel& service, const HttpRequest& request);

// Adds the members from path, query and header to `object`. An error has the code `errorCode`.
Outcome<void> decodeRestMembers(const OperationModel& operation, const HttpRequest& request,
                                std::string_view errorCode, Document::Object& object);

// Adds the members that travel in the header, and the status if a member has it, to the response.
void encodeRestMembers(const ShapeModel& output, const Document& value, HttpResponse& response);

// The client's side: the method, the path with its labels filled in, query and header of a call.
// ParamValidation when a label has no value.
Outcome<HttpRequest> encodeRestRequest(const OperationModel& operation, const Document& input);

// Adds the members that travel in the header of a response to `object`.
Outcome<void> decodeRestHeaders(const ShapeModel& output, const HttpResponse& response,
                                std::string_view errorCode, Document::Object& object);

}  // namespace millrace
