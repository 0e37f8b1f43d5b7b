// ClientContext: what every call to a service takes from the world.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/client/http_transport.h"
#include "env/env.h"

namespace millrace {

class Cancellation;

// The variables of a process: AWS_REGION and the like. Thread-safe; an empty value is none.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;
Variables processVariables();

// Cheap to copy.
struct ClientContext {
  Env* env = nullptr;                        // outlives every client
  std::shared_ptr<HttpTransport> transport;  // shared: clients use one pool of connections
  Variables variables;
  // Ends calls and their waiting for another attempt; never null. Shared by whoever may cancel and
  // whoever waits.
  std::shared_ptr<Cancellation> cancellation;
};

// The world as it is: libcurl with AWS_CA_BUNDLE, the variables of the process, a cancellation of
// its own.
ClientContext makeClientContext(Env& env);

}  // namespace millrace
