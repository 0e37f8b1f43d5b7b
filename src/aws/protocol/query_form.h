// Documents as the form of the Query protocol: Name.member.1=..., nested to any depth.
#pragma once

#include <string>

#include "aws/model/document.h"
#include "aws/model/model.h"

namespace millrace {

// Appends "&Name=value" for every member of the structure, encoded.
void appendForm(std::string& out, const ShapeModel& shape, const Document& value);

}  // namespace millrace
