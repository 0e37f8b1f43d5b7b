// StoredAttributes and configurations as JSON, as they stand in the database.
#pragma once

#include <string>
#include <string_view>

#include "aws/model/document.h"
#include "companions/s3/store/records.h"

namespace millrace::s3 {

std::string attributesToJson(const StoredAttributes& attributes);
// What is broken is kCorruptData.
Result<StoredAttributes> attributesFromJson(std::string_view json);

// Documents keep their types: a timestamp is {"$timestamp": millis}, bytes are {"$bytes": Base64}.
std::string documentToJson(const Document& document);
Result<Document> documentFromJson(std::string_view json);

}  // namespace millrace::s3
