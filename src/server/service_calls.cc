#include "server/service_calls.h"

#include <optional>

#include "aws/client/cancellation.h"

namespace millrace {

namespace {

// Of the services of this process; nobody resolves the name.
constexpr const char* kOwnEndpoint = "http://localhost";

}  // namespace

ServiceCalls::ServiceCalls(Env& env, RoleSessions& roles, const ServiceEndpoints& endpoints,
                           ClientContext elsewhere, std::string region)
    : roles_(roles),
      endpoints_(endpoints),
      region_(std::move(region)),
      own_(std::make_shared<InProcessTransport>()),
      elsewhere_(std::move(elsewhere)) {
  ownContext_.env = &env;
  ownContext_.transport = own_;
  ownContext_.variables = [](const std::string&) { return std::optional<std::string>(); };
  ownContext_.cancellation = elsewhere_.cancellation;
}

void ServiceCalls::close() {
  elsewhere_.cancellation->cancel();
  own_->close();
}

std::unique_ptr<ServiceClient> ServiceCalls::client(const ServiceModel& service,
                                                    const ApplicationRole& role,
                                                    uint64_t maxBytes) {
  const std::string* endpoint = endpoints_.elsewhere(service.name);
  ClientOptions options;
  options.region = region_;
  options.endpoint = endpoint == nullptr ? kOwnEndpoint : *endpoint;
  options.credentials = roles_.of(role);
  options.send.maxResponseBytes = maxBytes;
  return std::make_unique<ServiceClient>(endpoint == nullptr ? ownContext_ : elsewhere_, service,
                                         std::move(options));
}

bool ServiceCalls::wait(int64_t micros) { return elsewhere_.cancellation->wait(micros); }

}  // namespace millrace
