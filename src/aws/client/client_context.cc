#include "aws/client/client_context.h"

#include <cstdlib>

#include "aws/client/cancellation.h"

namespace millrace {

Variables processVariables() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return {};
    return std::string(value);
  };
}

ClientContext makeClientContext(Env& env) {
  ClientContext context;
  context.env = &env;
  context.variables = processVariables();
  TransportOptions options;
  options.caBundle = context.variables("AWS_CA_BUNDLE").value_or("");
  context.transport = makeHttpTransport(options);
  context.cancellation = std::make_shared<Cancellation>();
  return context;
}

}  // namespace millrace
