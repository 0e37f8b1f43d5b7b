// ServiceCalls: clients of the services that applications stand on, with an application's role. A
// service that this process keeps is called in this process, another one where it is.
#pragma once

#include <memory>
#include <string>

#include "aws/client/service_client.h"
#include "control/model/application_role.h"
#include "server/in_process_transport.h"
#include "server/role_sessions.h"
#include "server/service_endpoints.h"

namespace millrace {

// Thread-safe. What it is given outlives it, and it outlives its clients.
class ServiceCalls {
 public:
  // `elsewhere`: the context of calls to services of others.
  ServiceCalls(Env& env, RoleSessions& roles, const ServiceEndpoints& endpoints,
               ClientContext elsewhere, std::string region);

  // Who answers for the services of this process from now on, until close().
  void open(HttpHandler& api) { own_->open(api); }
  // Ends calls and waits for those that are on their way.
  void close();

  // Responses are at most `maxBytes` long.
  std::unique_ptr<ServiceClient> client(const ServiceModel& service, const ApplicationRole& role,
                                        uint64_t maxBytes);
  // Waits; false when the service stops.
  bool wait(int64_t micros);

 private:
  RoleSessions& roles_;
  const ServiceEndpoints& endpoints_;
  const std::string region_;
  std::shared_ptr<InProcessTransport> own_;  // shared with the context
  ClientContext ownContext_;
  ClientContext elsewhere_;
};

}  // namespace millrace
