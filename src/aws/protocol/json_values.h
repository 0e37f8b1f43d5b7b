// JSON and documents, guided by the shapes of the model.
#pragma once

#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "aws/model/document.h"
#include "aws/model/model.h"

namespace millrace {

// The text of a request: an object, or nothing at all for {}. SerializationException when it is no
// JSON or a value has another type than the shape says.
Outcome<Document> decodeJson(const ShapeModel* shape, std::string_view text);

// Members in the order of the model; null is left out.
std::string encodeJson(const ShapeModel* shape, const Document& value);
// A document of no shape.
std::string encodePlainJson(const Document& value);

}  // namespace millrace
