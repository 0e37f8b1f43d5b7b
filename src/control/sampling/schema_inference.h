// Schemas from samples: what DiscoverInputSchema answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/model/generated/kinesisanalyticsv2/shapes/source_schema.h"

namespace millrace::kinesisanalyticsv2 {

struct InferredSchema {
  SourceSchema schema;
  // The values of each row, in the order of the columns, as text.
  std::vector<std::vector<std::string>> rows;
};

// JSON when every record is a JSON object, or every one an array of objects, otherwise CSV when the
// rows of all records have the same number (two or more) of columns; nothing when neither fits.
// Empty records are left out.
std::optional<InferredSchema> inferSchema(const std::vector<std::string>& records);

// The records within the first bytes of an object: its lines, or all of it when it is one JSON
// document. A last line that was cut off is left out.
std::vector<std::string> recordsOfObject(const std::string& bytes, bool complete);

}  // namespace millrace::kinesisanalyticsv2
