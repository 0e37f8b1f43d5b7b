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

const ErrorModel* modelOf(const ServiceModel& service, std::string_view code) {
  if (const ErrorModel* model = service.findError(code)) return model;
  for (const ErrorModel& model : service.errors) {
    if (model.code == code) return &model;
  }
  return nullptr;
}

// "Service Unavailable" -> "ServiceUnavailable"
std::string codeOfStatus(int status) {
  std::string code(httpReason(status));
  std::erase(code, ' ');
  return code.empty() ? fmt::format("HTTP{}", status) : code;
}

std::string_view textOf(const Document& document, std::string_view name) {
  const Document* member = document.find(name);
  const auto* text = member == nullptr ? nullptr : member->as<std::string>();
  return text == nullptr ? std::string_view() : *text;
}

// What every error may have, before it is known which it is.
const ShapeModel& errorHead() {
  static constexpr ShapeModel kText{.name = "String", .type = ShapeType::kString};
  static constexpr MemberModel kMembers[] = {
      {.name = "__type", .shape = &kText},
      {.name = "code", .shape = &kText},
      {.name = "message", .shape = &kText},
      {.name = "Message", .shape = &kText},
  };
  static constexpr ShapeModel kHead{.name = "Error", .members = kMembers};
  return kHead;
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

ApiError receivedError(const ServiceModel& service, std::string_view code, std::string message,
                       int status) {
  size_t hash = code.rfind('#');
  if (hash != std::string_view::npos) code.remove_prefix(hash + 1);
  code = code.substr(0, code.find(':'));
  if (const ErrorModel* model = modelOf(service, code)) {
    return ApiError(*model, std::move(message)).withStatus(status);
  }
  return ApiError(code.empty() ? codeOfStatus(status) : std::string(code), status,
                  std::move(message));
}

ApiError decodeErrorDocument(const ServiceModel& service, const HttpResponse& response,
                             const std::function<Outcome<Document>(const ShapeModel&)>& decode) {
  Outcome<Document> head = decode(errorHead());
  Document known = head.ok() ? std::move(head).value() : Document();
  std::string_view code = response.headers.get("x-amzn-ErrorType");
  if (code.empty()) code = textOf(known, "__type");
  if (code.empty()) code = textOf(known, "code");
  std::string_view message = textOf(known, "message");
  if (message.empty()) message = textOf(known, "Message");
  ApiError error = receivedError(service, code, std::string(message), response.status);
  const ErrorModel* model = service.findError(error.shape());
  if (model == nullptr || model->shape == nullptr) return error;
  Outcome<Document> body = decode(*model->shape);
  auto* members = body.ok() ? body.value().as<Document::Object>() : nullptr;
  if (members == nullptr) return error;
  for (auto& [name, value] : *members) {
    if (name == "message" || name == "Message") continue;
    (void)std::move(error).with(name, std::move(value));
  }
  return error;
}

}  // namespace millrace
