#include "aws/model/document.h"

namespace millrace {

const Document* Document::find(std::string_view name) const {
  const auto* object = as<Object>();
  if (object == nullptr) return nullptr;
  for (const auto& [key, value] : *object) {
    if (key == name) return value.isNull() ? nullptr : &value;
  }
  return nullptr;
}

Document* Document::find(std::string_view name) {
  return const_cast<Document*>(static_cast<const Document*>(this)->find(name));
}

void Document::add(std::string name, Document value) {
  if (isNull()) value_ = Object();
  if (auto* object = as<Object>()) object->emplace_back(std::move(name), std::move(value));
}

}  // namespace millrace
