// What the front end of an AWS service checks before the service sees a request: required members,
// lengths, ranges, patterns and enums, with AWS's words.
//
//   2 validation errors detected: Value '' at 'applicationName' failed to satisfy constraint:
//   Member must have length greater than or equal to 1; Value null at 'runtimeEnvironment' failed
//   to satisfy constraint: Member must not be null
#pragma once

#include <string>

#include "aws/model/document.h"
#include "aws/model/model.h"

namespace millrace {

// "" when the document satisfies the shape. Members that the shape does not know are ignored, as
// AWS does. Types were checked when the document was decoded.
std::string validationMessage(const ShapeModel& shape, const Document& document);

}  // namespace millrace
