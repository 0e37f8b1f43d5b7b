// JsonColumn: an output column of the json decoder and how JSON scalars become its values.
#pragma once

#include "formats/json/json_scalar.h"
#include "formats/record_column.h"

namespace millrace {

class JsonColumn : public RecordColumn {
 public:
  JsonColumn(const Type& type, TimestampStyle style)
      : RecordColumn(type), converter_(type, style) {}

  const JsonScalarConverter& converter() const { return converter_; }

 private:
  JsonScalarConverter converter_;
};

}  // namespace millrace
