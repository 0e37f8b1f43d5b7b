// JsonProjection: which values of a record are wanted, as a tree of object fields.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace millrace {

// One object level. A field is listed when it is wanted or, below the top level, when the schema
// declares it: Flink counts the declared fields it has met and stops looking when it has met all.
struct JsonObjectFields {
  struct Field {
    std::string name;
    Type type;
    std::vector<uint32_t> columns;  // output columns that take the whole value
    // Set when columns below this field are wanted; owned because the tree is recursive.
    std::unique_ptr<JsonObjectFields> below;
    bool wanted() const { return !columns.empty() || below != nullptr; }
  };
  std::vector<Field> fields;

  // Index of a field, or -1. `guess` is where it stood in the record before.
  int find(std::string_view name, size_t guess) const;
};

JsonObjectFields makeJsonProjection(const Schema& schema, const std::vector<DecodedField>& wanted);
// Appends the output columns of everything at and below a field.
void collectColumns(const JsonObjectFields::Field& field, std::vector<uint32_t>& out);

}  // namespace millrace
