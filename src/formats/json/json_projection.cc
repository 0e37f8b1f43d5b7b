#include "formats/json/json_projection.h"

namespace millrace {

namespace {

void addBelow(JsonObjectFields::Field& field, const std::vector<uint32_t>& path, size_t depth,
              uint32_t column) {
  if (depth == path.size()) {
    field.columns.push_back(column);
    return;
  }
  if (!field.below) {
    field.below = std::make_unique<JsonObjectFields>();
    const std::vector<std::string>& names = field.type.fieldNames();
    for (size_t i = 0; i < names.size(); ++i) {
      field.below->fields.push_back({names[i], field.type.child(i), {}, nullptr});
    }
  }
  addBelow(field.below->fields[path[depth]], path, depth + 1, column);
}

}  // namespace

int JsonObjectFields::find(std::string_view name, size_t guess) const {
  if (guess < fields.size() && fields[guess].name == name) return static_cast<int>(guess);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

JsonObjectFields makeJsonProjection(const Schema& schema, const std::vector<DecodedField>& wanted) {
  JsonObjectFields root;
  for (uint32_t column = 0; column < wanted.size(); ++column) {
    const std::vector<uint32_t>& path = wanted[column].path;
    const Field& top = schema[path[0]];
    int index = root.find(top.name, root.fields.size());
    if (index < 0) {
      index = static_cast<int>(root.fields.size());
      root.fields.push_back({top.name, top.type, {}, nullptr});
    }
    addBelow(root.fields[static_cast<size_t>(index)], path, 1, column);
  }
  return root;
}

void collectColumns(const JsonObjectFields::Field& field, std::vector<uint32_t>& out) {
  out.insert(out.end(), field.columns.begin(), field.columns.end());
  if (!field.below) return;
  for (const JsonObjectFields::Field& child : field.below->fields) collectColumns(child, out);
}

}  // namespace millrace
