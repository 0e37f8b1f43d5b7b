// AWS JSON 1.0 and 1.1: POST /, the operation in X-Amz-Target.
#pragma once

#include <memory>
#include <string_view>

#include "aws/protocol/protocol.h"

namespace millrace {

std::unique_ptr<Protocol> makeJsonProtocol(std::string_view contentType);

// The operation that X-Amz-Target names: "Kinesis_20131202.PutRecord" -> "PutRecord".
std::optional<std::string> operationOfTarget(const ServiceModel& service,
                                             const HttpRequest& request);

// A call of JSON or of CBOR with a target: all but the body.
HttpRequest targetRequest(const ServiceModel& service, const OperationModel& operation,
                          std::string_view contentType);

}  // namespace millrace
