#include "aws/server/router.h"

#include <algorithm>

#include "aws/protocol/cbor_protocol.h"
#include "aws/server/signature_input.h"
#include "aws/signature/signature_v2.h"
#include "http/url.h"

namespace millrace {

namespace {

bool speaks(const ServiceModel& model, ProtocolKind protocol) {
  return std::find(model.protocols.begin(), model.protocols.end(), protocol) !=
         model.protocols.end();
}

WireFormat formatOf(const ServiceModel& model, const HttpRequest& request) {
  if (speaks(model, ProtocolKind::kRestXml)) return WireFormat::kRestXml;
  if (speaks(model, ProtocolKind::kRpcV2Cbor) && rpcV2Path(request.path)) {
    return WireFormat::kRpcV2Cbor;
  }
  if (speaks(model, ProtocolKind::kQuery) && !request.headers.contains("X-Amz-Target")) {
    return WireFormat::kQuery;
  }
  WireFormat format = formatByContentType(request);
  // Whatever else the type says: a target means JSON, in the version of the model.
  if (format != WireFormat::kQuery) return format;
  return speaks(model, ProtocolKind::kJson10) ? WireFormat::kJson10 : WireFormat::kJson11;
}

bool isForm(const HttpRequest& request) {
  return request.headers.get("Content-Type").starts_with("application/x-www-form-urlencoded");
}

}  // namespace

WireFormat formatByContentType(const HttpRequest& request) {
  std::string_view type = request.headers.get("Content-Type");
  if (type.starts_with("application/x-amz-cbor-1.1")) return WireFormat::kCbor11;
  if (type.starts_with("application/cbor")) return WireFormat::kRpcV2Cbor;
  if (type.starts_with("application/x-amz-json-1.0")) return WireFormat::kJson10;
  if (isForm(request)) return WireFormat::kQuery;
  return WireFormat::kJson11;
}

std::string bucketOfHost(std::string_view host) {
  constexpr std::string_view kLocal = ".localhost";
  if (host.starts_with("s3.") || host.starts_with("s3-")) return {};
  // The bucket is everything before the label "s3" (or "s3-us-west-2").
  for (size_t dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
    std::string_view rest = host.substr(dot + 1);
    if (rest.starts_with("s3.") || rest.starts_with("s3-") || rest == "s3") {
      return std::string(host.substr(0, dot));
    }
  }
  if (host.ends_with(kLocal)) return std::string(host.substr(0, host.size() - kLocal.size()));
  return {};
}

Service* Router::byTarget(std::string_view target) const {
  std::string_view prefix = target.substr(0, target.rfind('.'));
  for (Service* service : services_) {
    if (!prefix.empty() && service->model().targetPrefix == prefix) return service;
  }
  return nullptr;
}

Service* Router::bySigningName(std::string_view name) const {
  for (Service* service : services_) {
    if (service->model().signingName == name) return service;
  }
  return nullptr;
}

Service* Router::byHost(std::string_view host) const {
  std::string_view first = host.substr(0, host.find('.'));
  if (first.size() == host.size()) return nullptr;
  for (Service* service : services_) {
    if (service->model().endpointPrefix == first) return service;
  }
  return bucketOfHost(host).empty() ? nullptr : restService();
}

Service* Router::byForm(const HttpRequest& request) const {
  if (!isForm(request) && request.query.find("Action=") == std::string::npos) return nullptr;
  QueryParameters form =
      parseQuery(isForm(request) && !request.body.empty() ? request.body : request.query);
  const std::string* action = findParameter(form, "Action");
  const std::string* version = findParameter(form, "Version");
  if (action == nullptr) return nullptr;
  for (Service* service : services_) {
    if (version != nullptr && service->model().apiVersion != *version) continue;
    if (speaks(service->model(), ProtocolKind::kQuery) &&
        service->model().findOperation(*action) != nullptr) {
      return service;
    }
  }
  return nullptr;
}

Service* Router::restService() const {
  for (Service* service : services_) {
    if (speaks(service->model(), ProtocolKind::kRestXml)) return service;
  }
  return nullptr;
}

std::optional<Route> Router::route(const HttpRequest& request) const {
  Service* service = nullptr;
  bool named = false;  // the request says which service it is for
  if (const std::string* target = request.headers.find("X-Amz-Target")) {
    service = byTarget(*target);
    named = true;
  } else if (auto names = rpcV2Path(request.path)) {
    service = byTarget(std::string(names->first) + '.');
    named = service != nullptr;
  }
  if (!named) {
    std::string scope = scopeService(request);
    named = !scope.empty();
    if (named) service = bySigningName(scope);
  }
  if (!named && isPresignedV2(request.query)) {
    service = restService();
    named = service != nullptr;
  }
  if (!named) service = byHost(request.host());
  if (!named && service == nullptr) service = byForm(request);
  if (!named && service == nullptr && !isForm(request) &&
      !request.headers.get("Content-Type").starts_with("application/x-amz-") &&
      (request.method != "POST" || request.path.size() > 1)) {
    service = restService();
  }
  if (service == nullptr) return {};
  return Route{service, formatOf(service->model(), request)};
}

}  // namespace millrace
