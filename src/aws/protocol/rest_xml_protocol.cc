#include "aws/protocol/rest_xml_protocol.h"

#include <fmt/format.h>

#include "aws/protocol/rest_binding.h"
#include "aws/protocol/xml_values.h"

namespace millrace {

namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view kWrongValue = "InvalidArgument";
constexpr std::string_view kNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";

class RestXmlProtocol final : public Protocol {
 public:
  std::optional<std::string> operationName(const ServiceModel& service,
                                           const HttpRequest& request) const override {
    const OperationModel* operation = matchRestOperation(service, request);
    if (operation == nullptr) return {};
    return std::string(operation->name);
  }

  Outcome<Document> decode(const OperationModel& operation, HttpRequest& request) const override {
    Document::Object object;
    TRY(decodeRestMembers(operation, request, kWrongValue, object));
    if (operation.input != nullptr) TRY(decodeBody(*operation.input, request, object));
    return Document(std::move(object));
  }

  HttpResponse encode(const ServiceModel&, const OperationModel& operation, Document output,
                      const ResponseDetails& details) const override {
    HttpResponse response = begin(operation.status, details.requestId);
    if (operation.output == nullptr) return response;
    const ShapeModel& shape = *operation.output;
    encodeRestMembers(shape, output, response);
    if (!shape.payload.empty()) {
      encodePayload(shape, output, details, response);
    } else if (hasBody(shape)) {
      std::string_view root = details.xmlRootName.empty() ? rootOf(shape) : details.xmlRootName;
      const MemberModel* text = shape.find(root);
      MemberModel whole{.name = root, .shape = &shape};
      const Document* value = text == nullptr ? &output : output.find(root);
      static const Document kEmpty("");
      setXml(response);
      appendXmlElement(response.body, root, kNamespace, text == nullptr ? whole : *text,
                       value == nullptr ? kEmpty : *value);
    }
    return response;
  }

  HttpResponse encodeError(const ServiceModel&, const OperationModel*, const ApiError& error,
                           std::string_view requestId) const override {
    HttpResponse response = begin(error.status(), requestId);
    // Not modified, and answers to HEAD (the server drops their bodies), have no body.
    if (error.status() == 304) return response;
    setXml(response);
    response.body += fmt::format("<Error><Code>{}</Code><Message>{}</Message>",
                                 xmlEscape(error.code()), xmlEscape(error.message()));
    static const ShapeModel kText{.name = "String", .type = ShapeType::kString};
    if (const auto* members = error.members().as<Document::Object>()) {
      for (const auto& [name, value] : *members) {
        appendXmlElement(response.body, name, {}, MemberModel{.name = name, .shape = &kText},
                         value);
      }
    }
    response.body +=
        fmt::format("<RequestId>{0}</RequestId><HostId>{0}</HostId></Error>", requestId);
    return response;
  }

 private:
  static HttpResponse begin(int status, std::string_view requestId) {
    HttpResponse response;
    response.status = status;
    response.headers.add("x-amz-request-id", std::string(requestId));
    response.headers.add("x-amz-id-2", std::string(requestId));
    return response;
  }

  static void setXml(HttpResponse& response) {
    if (!response.headers.contains("Content-Type")) {
      response.headers.add("Content-Type", "application/xml");
    }
    response.body = kDeclaration;
  }

  static std::string_view rootOf(const ShapeModel& shape) {
    return shape.locationName.empty() ? shape.name : shape.locationName;
  }

  static bool hasBody(const ShapeModel& shape) {
    for (const MemberModel& member : shape.members) {
      if (member.location == MemberLocation::kBody) return true;
    }
    return false;
  }

  static Outcome<void> decodeBody(const ShapeModel& shape, HttpRequest& request,
                                  Document::Object& object) {
    if (shape.payload.empty()) {
      if (!hasBody(shape) || request.body.empty()) return {};
      Document body = TRY(decodeXml(shape, request.body));
      for (auto& entry : *body.as<Document::Object>()) object.push_back(std::move(entry));
      return {};
    }
    const MemberModel& member = *shape.find(shape.payload);
    if (request.stream) {
      object.emplace_back(member.name, request.stream);
    } else if (member.shape->type == ShapeType::kStructure) {
      if (request.body.empty()) return {};
      object.emplace_back(member.name, TRY(decodeXml(*member.shape, request.body)));
    } else if (member.shape->type == ShapeType::kString) {
      object.emplace_back(member.name, std::move(request.body));
    } else {
      object.emplace_back(member.name, Blob{std::move(request.body)});
    }
    return {};
  }

  static void encodePayload(const ShapeModel& shape, Document& output,
                            const ResponseDetails& details, HttpResponse& response) {
    const MemberModel& member = *shape.find(shape.payload);
    Document* value = output.find(shape.payload);
    if (value == nullptr) return;
    if (auto* stream = value->as<BodyReaderPtr>()) {
      response.stream = std::move(*stream);
    } else if (auto* blob = value->as<Blob>()) {
      response.body = std::move(blob->bytes);
    } else if (auto* text = value->as<std::string>()) {
      response.body = std::move(*text);
    } else {
      std::string_view root = details.xmlRootName;
      if (root.empty())
        root = member.locationName.empty() ? rootOf(*member.shape) : member.locationName;
      setXml(response);
      appendXmlElement(response.body, root, kNamespace, member, *value);
    }
  }
};

}  // namespace

std::unique_ptr<Protocol> makeRestXmlProtocol() { return std::make_unique<RestXmlProtocol>(); }

}  // namespace millrace
