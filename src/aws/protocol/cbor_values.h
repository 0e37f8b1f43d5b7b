// CBOR (RFC 8949) and documents, guided by the shapes of the model. A reader of our own, because
// libraries recurse over nested input without a limit and drop the tag that marks timestamps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "aws/model/document.h"
#include "aws/model/model.h"

namespace millrace {

// How a moment is written, behind tag 1.
enum class CborTime : uint8_t {
  kMillis,   // an integer of milliseconds: application/x-amz-cbor-1.1
  kSeconds,  // seconds, with a fraction as double: Smithy RPC v2
};

// A map, or nothing at all for {}. SerializationException when it is no CBOR, is nested too deeply,
// or a value has another type than the shape says.
Outcome<Document> decodeCbor(const ShapeModel* shape, std::string_view bytes, CborTime time);

std::string encodeCbor(const ShapeModel* shape, const Document& value, CborTime time);

}  // namespace millrace
