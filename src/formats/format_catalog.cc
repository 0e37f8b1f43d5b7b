#include "formats/format.h"

namespace millrace {

const FormatCatalog& FormatCatalog::builtin() {
  static const FormatCatalog catalog = [] {
    FormatCatalog made;
    addFormats(made);
    return made;
  }();
  return catalog;
}

void FormatCatalog::add(FormatDescriptor format) { formats_.push_back(std::move(format)); }

const FormatDescriptor* FormatCatalog::find(std::string_view name) const {
  for (const FormatDescriptor& format : formats_) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

std::vector<std::string> FormatCatalog::names() const {
  std::vector<std::string> names;
  for (const FormatDescriptor& format : formats_) names.push_back(format.name);
  return names;
}

}  // namespace millrace
