#include "aws/protocol/query_protocol.h"

#include <fmt/format.h>

#include <map>

#include "aws/protocol/error_members.h"
#include "aws/protocol/query_form.h"
#include "aws/protocol/text_values.h"
#include "aws/protocol/xml_values.h"
#include "http/url.h"

namespace millrace {

namespace {

constexpr std::string_view kWrongType = "MalformedInput";
constexpr int kMaxNesting = 64;

// The parameters of a form or query string, by name.
using Form = std::map<std::string, std::string, std::less<>>;

Form formOf(const HttpRequest& request) {
  Form form;
  for (auto& [name, value] : parseQuery(request.query)) form.try_emplace(name, value);
  for (auto& [name, value] : parseQuery(request.body)) form.insert_or_assign(name, value);
  return form;
}

class FormDecoder {
 public:
  explicit FormDecoder(Form form) : form_(std::move(form)) {}

  Outcome<Document> structure(const ShapeModel& shape, const std::string& prefix, int depth) {
    Document::Object object;
    for (const MemberModel& member : shape.members) {
      std::string name = prefix + std::string(member.wireName());
      if (!isThere(name)) continue;
      object.emplace_back(member.name, TRY(value(member, name, depth + 1)));
    }
    return Document(std::move(object));
  }

 private:
  // Whether a parameter of this name exists, or one below it.
  bool isThere(const std::string& name) const {
    if (form_.contains(name)) return true;
    auto next = form_.lower_bound(name + '.');
    return next != form_.end() && next->first.starts_with(name + '.');
  }

  Outcome<Document> value(const MemberModel& member, const std::string& name, int depth) {
    if (depth > kMaxNesting) {
      return ApiError(std::string(kWrongType), 400, "The request is nested too deeply");
    }
    switch (member.shape->type) {
      case ShapeType::kStructure:
        return structure(*member.shape, name + '.', depth);
      case ShapeType::kList:
        return list(member, name, depth);
      case ShapeType::kMap:
        return map(member, name, depth);
      default: {
        auto found = form_.find(name);
        if (found == form_.end()) return Document();
        return decodeText(member, found->second, TimestampFormat::kIso8601, kWrongType);
      }
    }
  }

  Outcome<Document> list(const MemberModel& member, const std::string& name, int depth) {
    const MemberModel& element = member.shape->element();
    std::string prefix = queryListPrefix(member, name);
    Document::List list;
    for (size_t i = 1; isThere(prefix + std::to_string(i)); ++i) {
      list.push_back(TRY(value(element, prefix + std::to_string(i), depth + 1)));
    }
    return Document(std::move(list));
  }

  // Name.entry.1.key, Name.entry.1.value, ...
  Outcome<Document> map(const MemberModel& member, const std::string& name, int depth) {
    const ShapeModel& shape = *member.shape;
    auto nameOf = [](const MemberModel& part, std::string_view fallback) {
      return std::string(part.locationName.empty() ? fallback : part.locationName);
    };
    bool flattened = member.flattened || shape.flattened;
    std::string prefix = name + (flattened ? "." : ".entry.");
    Document::Object object;
    for (size_t i = 1; isThere(prefix + std::to_string(i)); ++i) {
      std::string entry = prefix + std::to_string(i) + '.';
      auto key = form_.find(entry + nameOf(shape.key(), "key"));
      if (key == form_.end()) continue;
      std::string valueName = entry + nameOf(shape.value(), "value");
      object.emplace_back(key->second, TRY(value(shape.value(), valueName, depth + 1)));
    }
    return Document(std::move(object));
  }

  Form form_;
};

class QueryProtocol final : public Protocol {
 public:
  std::optional<std::string> operationName(const ServiceModel&,
                                           const HttpRequest& request) const override {
    Form form = formOf(request);
    auto action = form.find("Action");
    if (action == form.end()) return {};
    return action->second;
  }

  Outcome<Document> decode(const OperationModel& operation, HttpRequest& request) const override {
    if (operation.input == nullptr) return Document(Document::Object());
    return FormDecoder(formOf(request)).structure(*operation.input, {}, 0);
  }

  HttpResponse encode(const ServiceModel& service, const OperationModel& operation, Document output,
                      const ResponseDetails& details) const override {
    std::string body =
        fmt::format("<{}Response xmlns=\"{}\">", operation.name, service.xmlNamespace);
    if (operation.output != nullptr) {
      std::string wrapper(operation.resultWrapper);
      if (!wrapper.empty()) body += '<' + wrapper + '>';
      appendXmlMembers(body, *operation.output, output);
      if (!wrapper.empty()) body += "</" + wrapper + '>';
    }
    body +=
        fmt::format("<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{}Response>",
                    details.requestId, operation.name);
    return xml(operation.status, std::move(body), details.requestId);
  }

  HttpResponse encodeError(const ServiceModel& service, const OperationModel*,
                           const ApiError& error, std::string_view requestId) const override {
    std::string further;
    if (const auto* members = error.members().as<Document::Object>()) {
      static const ShapeModel kText{.name = "String", .type = ShapeType::kString};
      for (const auto& [name, value] : *members) {
        if (value.as<Document::Object>() != nullptr || value.as<Document::List>() != nullptr) {
          continue;
        }
        appendXmlElement(further, name, {}, MemberModel{.name = name, .shape = &kText}, value);
      }
    }
    return xml(error.status(),
               fmt::format("<ErrorResponse xmlns=\"{}\"><Error><Type>{}</Type><Code>{}</Code>"
                           "<Message>{}</Message>{}</Error><RequestId>{}</RequestId>"
                           "</ErrorResponse>",
                           service.xmlNamespace, error.senderFault() ? "Sender" : "Receiver",
                           xmlEscape(error.code()), xmlEscape(error.message()), further, requestId),
               requestId);
  }

  Outcome<HttpRequest> encodeRequest(const ServiceModel& service, const OperationModel& operation,
                                     Document input) const override {
    HttpRequest request;
    request.method = "POST";
    request.path = "/";
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.body = fmt::format("Action={}&Version={}", operation.name, service.apiVersion);
    if (operation.input != nullptr) appendForm(request.body, *operation.input, input);
    return request;
  }

  Outcome<Document> decodeResponse(const ServiceModel&, const OperationModel& operation,
                                   HttpResponse& response) const override {
    if (operation.output == nullptr) return Document(Document::Object());
    return decodeXmlBelow(*operation.output, operation.resultWrapper, response.body);
  }

  ApiError decodeError(const ServiceModel& service, const HttpResponse& response) const override {
    XmlError error = decodeXmlError(response.body).value_or(XmlError());
    ApiError received =
        receivedError(service, error.code, std::move(error.message), response.status);
    for (auto& [name, value] : error.members) {
      if (name != "Type") (void)std::move(received).with(name, std::move(value));
    }
    return received;
  }

 private:
  static HttpResponse xml(int status, std::string body, std::string_view requestId) {
    HttpResponse response;
    response.status = status;
    response.headers.add("x-amzn-RequestId", std::string(requestId));
    response.headers.add("Content-Type", "text/xml");
    response.body = std::move(body);
    return response;
  }
};

}  // namespace

std::unique_ptr<Protocol> makeQueryProtocol() { return std::make_unique<QueryProtocol>(); }

}  // namespace millrace
