// Router: which service and which wire format a request is for. Like AWS's own endpoints it looks
// at the target, the path, the credential scope, the host and the form, in this order; what is left
// can only be S3.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/protocol/protocol.h"
#include "aws/server/service.h"
#include "http/message.h"

namespace millrace {

struct Route {
  Service* service = nullptr;
  WireFormat format = WireFormat::kJson11;
};

// Thread-safe once made.
class Router {
 public:
  explicit Router(std::vector<Service*> services) : services_(std::move(services)) {}

  // Nothing when no service fits. Before the body is there a form cannot be looked into: then a
  // later call may know more.
  std::optional<Route> route(const HttpRequest& request) const;

 private:
  Service* byTarget(std::string_view target) const;
  Service* bySigningName(std::string_view name) const;
  Service* byHost(std::string_view host) const;
  Service* byForm(const HttpRequest& request) const;
  Service* restService() const;

  std::vector<Service*> services_;
};

// The format of errors for requests that no service takes.
WireFormat formatByContentType(const HttpRequest& request);

// The bucket of a virtual-host style request: "logs.s3.us-east-1.amazonaws.com",
// "logs.s3.localhost", "logs.localhost".
// "" = path style.
std::string bucketOfHost(std::string_view host);

}  // namespace millrace
