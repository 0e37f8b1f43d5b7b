#include "aws/protocol/error_members.h"

#include <fmt/format.h>

namespace millrace {

namespace {

std::string_view messageMember(const ServiceModel& service, const ApiError& error) {
  const ErrorModel* model = service.findError(error.shape());
  if (model != nullptr && model->shape != nullptr && model->shape->find("Message") != nullptr) {
    return "Message";
  }
  return "message";
}

}  // namespace

Document errorDocument(const ServiceModel& service, const ApiError& error) {
  Document document;
  document.add("__type", error.shape());
  document.add(std::string(messageMember(service, error)), error.message());
  if (const auto* members = error.members().as<Document::Object>()) {
    for (const auto& [name, value] : *members) document.add(name, value);
  }
  return document;
}

void addErrorHeaders(HttpResponse& response, const ServiceModel& service, const ApiError& error,
                     std::string_view requestId) {
  response.headers.add("x-amzn-RequestId", std::string(requestId));
  response.headers.add("x-amzn-ErrorType", error.shape());
  if (service.queryCompatible) {
    response.headers.add(
        "x-amzn-query-error",
        fmt::format("{};{}", error.code(), error.senderFault() ? "Sender" : "Receiver"));
  }
}

}  // namespace millrace
