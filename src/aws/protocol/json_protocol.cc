#include "aws/protocol/json_protocol.h"

#include "aws/protocol/error_members.h"
#include "aws/protocol/json_values.h"

namespace millrace {

namespace {

class JsonProtocol final : public Protocol {
 public:
  explicit JsonProtocol(std::string_view contentType) : contentType_(contentType) {}

  std::optional<std::string> operationName(const ServiceModel& service,
                                           const HttpRequest& request) const override {
    return operationOfTarget(service, request);
  }

  Outcome<Document> decode(const OperationModel& operation, HttpRequest& request) const override {
    return decodeJson(operation.input, request.body);
  }

  HttpResponse encode(const ServiceModel&, const OperationModel& operation, Document output,
                      const ResponseDetails& details) const override {
    HttpResponse response;
    response.status = operation.status;
    response.headers.add("x-amzn-RequestId", std::string(details.requestId));
    response.headers.add("Content-Type", contentType_);
    // Without an output there is no body at all.
    if (operation.output != nullptr) response.body = encodeJson(operation.output, output);
    return response;
  }

  HttpResponse encodeError(const ServiceModel& service, const OperationModel*,
                           const ApiError& error, std::string_view requestId) const override {
    HttpResponse response;
    response.status = error.status();
    addErrorHeaders(response, service, error, requestId);
    response.headers.add("Content-Type", contentType_);
    const ErrorModel* model = service.findError(error.shape());
    response.body =
        encodeJson(model == nullptr ? nullptr : model->shape, errorDocument(service, error));
    return response;
  }

  Outcome<HttpRequest> encodeRequest(const ServiceModel& service, const OperationModel& operation,
                                     Document input) const override {
    HttpRequest request = targetRequest(service, operation, contentType_);
    request.body = operation.input == nullptr ? "{}" : encodeJson(operation.input, input);
    return request;
  }

  Outcome<Document> decodeResponse(const ServiceModel&, const OperationModel& operation,
                                   HttpResponse& response) const override {
    return decodeJson(operation.output, response.body);
  }

  ApiError decodeError(const ServiceModel& service, const HttpResponse& response) const override {
    return decodeErrorDocument(service, response, [&](const ShapeModel& shape) {
      return decodeJson(&shape, response.body);
    });
  }

 private:
  std::string contentType_;
};

}  // namespace

std::optional<std::string> operationOfTarget(const ServiceModel& service,
                                             const HttpRequest& request) {
  std::string_view target = request.headers.get("X-Amz-Target");
  size_t dot = target.rfind('.');
  if (dot == std::string_view::npos || target.substr(0, dot) != service.targetPrefix) return {};
  return std::string(target.substr(dot + 1));
}

HttpRequest targetRequest(const ServiceModel& service, const OperationModel& operation,
                          std::string_view contentType) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/";
  request.headers.add("Content-Type", std::string(contentType));
  request.headers.add("X-Amz-Target",
                      std::string(service.targetPrefix) + '.' + std::string(operation.name));
  return request;
}

std::unique_ptr<Protocol> makeJsonProtocol(std::string_view contentType) {
  return std::make_unique<JsonProtocol>(contentType);
}

}  // namespace millrace
