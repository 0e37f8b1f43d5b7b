#include "aws/protocol/cbor_protocol.h"

#include <fmt/format.h>

#include "aws/protocol/cbor_values.h"
#include "aws/protocol/error_members.h"
#include "aws/protocol/json_protocol.h"

namespace millrace {

namespace {

class CborProtocol : public Protocol {
 public:
  CborProtocol(std::string contentType, CborTime time)
      : contentType_(std::move(contentType)), time_(time) {}

  std::optional<std::string> operationName(const ServiceModel& service,
                                           const HttpRequest& request) const override {
    return operationOfTarget(service, request);
  }

  Outcome<Document> decode(const OperationModel& operation, HttpRequest& request) const override {
    return decodeCbor(operation.input, request.body, time_);
  }

  HttpResponse encode(const ServiceModel&, const OperationModel& operation, Document output,
                      const ResponseDetails& details) const override {
    HttpResponse response = begin(operation.status);
    response.headers.add("x-amzn-RequestId", std::string(details.requestId));
    if (operation.output != nullptr) response.body = encodeCbor(operation.output, output, time_);
    return response;
  }

  HttpResponse encodeError(const ServiceModel& service, const OperationModel*,
                           const ApiError& error, std::string_view requestId) const override {
    HttpResponse response = begin(error.status());
    addErrorHeaders(response, service, error, requestId);
    const ErrorModel* model = service.findError(error.shape());
    response.body =
        encodeCbor(model == nullptr ? nullptr : model->shape, errorDocument(service, error), time_);
    return response;
  }

  Outcome<HttpRequest> encodeRequest(const ServiceModel& service, const OperationModel& operation,
                                     Document input) const override {
    HttpRequest request = beginRequest(service, operation);
    if (operation.input == nullptr) input = Document(Document::Object());
    request.body = encodeCbor(operation.input, input, time_);
    return request;
  }

  Outcome<Document> decodeResponse(const ServiceModel&, const OperationModel& operation,
                                   HttpResponse& response) const override {
    return decodeCbor(operation.output, response.body, time_);
  }

  ApiError decodeError(const ServiceModel& service, const HttpResponse& response) const override {
    return decodeErrorDocument(service, response, [&](const ShapeModel& shape) {
      return decodeCbor(&shape, response.body, time_);
    });
  }

 protected:
  virtual HttpRequest beginRequest(const ServiceModel& service,
                                   const OperationModel& operation) const {
    return targetRequest(service, operation, contentType_);
  }

  virtual HttpResponse begin(int status) const {
    HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", contentType_);
    return response;
  }

 private:
  std::string contentType_;
  CborTime time_;
};

class RpcV2CborProtocol final : public CborProtocol {
 public:
  RpcV2CborProtocol() : CborProtocol("application/cbor", CborTime::kSeconds) {}

  std::optional<std::string> operationName(const ServiceModel&,
                                           const HttpRequest& request) const override {
    auto names = rpcV2Path(request.path);
    if (!names) return {};
    return std::string(names->second);
  }

 private:
  HttpResponse begin(int status) const override {
    HttpResponse response = CborProtocol::begin(status);
    response.headers.add("smithy-protocol", "rpc-v2-cbor");
    return response;
  }

  HttpRequest beginRequest(const ServiceModel& service,
                           const OperationModel& operation) const override {
    HttpRequest request;
    request.method = "POST";
    request.path = fmt::format("/service/{}/operation/{}", service.targetPrefix, operation.name);
    request.headers.add("smithy-protocol", "rpc-v2-cbor");
    request.headers.add("Accept", "application/cbor");
    request.headers.add("Content-Type", "application/cbor");
    return request;
  }
};

}  // namespace

std::optional<std::pair<std::string_view, std::string_view>> rpcV2Path(std::string_view path) {
  constexpr std::string_view kService = "/service/";
  constexpr std::string_view kOperation = "/operation/";
  if (!path.starts_with(kService)) return {};
  path.remove_prefix(kService.size());
  size_t at = path.find(kOperation);
  if (at == std::string_view::npos) return {};
  return std::make_pair(path.substr(0, at), path.substr(at + kOperation.size()));
}

std::unique_ptr<Protocol> makeCbor11Protocol() {
  return std::make_unique<CborProtocol>("application/x-amz-cbor-1.1", CborTime::kMillis);
}

std::unique_ptr<Protocol> makeRpcV2CborProtocol() { return std::make_unique<RpcV2CborProtocol>(); }

}  // namespace millrace
