#include "connectors/connector.h"

namespace millrace {

const ConnectorCatalog& ConnectorCatalog::builtin() {
  static const ConnectorCatalog catalog = [] {
    ConnectorCatalog made;
    addConnectors(made);
    return made;
  }();
  return catalog;
}

void ConnectorCatalog::add(ConnectorDescriptor connector) {
  connectors_.push_back(std::move(connector));
}

const ConnectorDescriptor* ConnectorCatalog::find(std::string_view name) const {
  for (const ConnectorDescriptor& connector : connectors_) {
    if (connector.name == name) return &connector;
  }
  return nullptr;
}

std::vector<std::string> ConnectorCatalog::names() const {
  std::vector<std::string> names;
  for (const ConnectorDescriptor& connector : connectors_) names.push_back(connector.name);
  return names;
}

}  // namespace millrace
