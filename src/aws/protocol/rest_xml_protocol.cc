#include "aws/protocol/rest_xml_protocol.h"

#include <fmt/format.h>

#include "aws/protocol/error_members.h"
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

  Outcome<HttpRequest> encodeRequest(const ServiceModel&, const OperationModel& operation,
                                     Document input) const override {
    HttpRequest request = TRY(encodeRestRequest(operation, input));
    if (operation.input == nullptr) return request;
    const ShapeModel& shape = *operation.input;
    if (!shape.payload.empty()) {
      encodeRequestPayload(*shape.find(shape.payload), input, request);
    } else if (hasBody(shape)) {
      MemberModel whole{.name = operation.inputRootName, .shape = &shape};
      std::string_view root =
          operation.inputRootName.empty() ? rootOf(shape) : operation.inputRootName;
      appendXmlElement(request.body, root, operation.inputNamespace, whole, input);
    }
    return request;
  }

  Outcome<Document> decodeResponse(const ServiceModel& service, const OperationModel& operation,
                                   HttpResponse& response) const override {
    Document::Object object;
    if (operation.output == nullptr) return Document(std::move(object));
    const ShapeModel& shape = *operation.output;
    // CompleteMultipartUpload and CopyObject send their status before they know how it ends.
    if (!operation.streamsOutput && isError(response.body)) return decodeError(service, response);
    TRY(decodeRestHeaders(shape, response, "SerializationException", object));
    TRY(decodeResponseBody(operation, response, object));
    return Document(std::move(object));
  }

  ApiError decodeError(const ServiceModel& service, const HttpResponse& response) const override {
    XmlError error = decodeXmlError(response.body).value_or(XmlError());
    // An answer to HEAD has no body.
    if (error.code.empty() && response.status == 404) error.code = "NotFound";
    ApiError received =
        receivedError(service, error.code, std::move(error.message), response.status);
    for (auto& [name, value] : error.members) {
      (void)std::move(received).with(name, std::move(value));
    }
    std::string_view region = response.headers.get("x-amz-bucket-region");
    if (!region.empty() && received.members().find("Region") == nullptr) {
      (void)std::move(received).with("Region", Document(region));
    }
    return received;
  }

 private:
  static bool isError(std::string_view body) {
    // Only the head of a body tells; a parser would read all of a large listing twice.
    size_t at = body.find_first_not_of(" \r\n\t");
    if (at != std::string_view::npos && body.substr(at).starts_with("<?xml")) {
      at = body.find("?>", at);
      if (at != std::string_view::npos) at = body.find_first_not_of(" \r\n\t", at + 2);
    }
    return at != std::string_view::npos && body.substr(at).starts_with("<Error>");
  }

  static void encodeRequestPayload(const MemberModel& member, Document& input,
                                   HttpRequest& request) {
    Document* value = input.find(member.name);
    if (value == nullptr) return;
    if (auto* stream = value->as<BodyReaderPtr>()) {
      request.stream = std::move(*stream);
    } else if (auto* blob = value->as<Blob>()) {
      request.body = std::move(blob->bytes);
    } else if (auto* text = value->as<std::string>()) {
      request.body = std::move(*text);
    } else {
      std::string_view root =
          member.locationName.empty() ? rootOf(*member.shape) : member.locationName;
      appendXmlElement(request.body, root,
                       member.xmlNamespace.empty() ? kNamespace : member.xmlNamespace, member,
                       *value);
    }
  }

  static Outcome<void> decodeResponseBody(const OperationModel& operation, HttpResponse& response,
                                          Document::Object& object) {
    const ShapeModel& shape = *operation.output;
    if (shape.payload.empty()) {
      if (!hasBody(shape) || response.body.empty()) return {};
      Document body = TRY(decodeXml(shape, response.body));
      for (auto& entry : *body.as<Document::Object>()) object.push_back(std::move(entry));
      return {};
    }
    const MemberModel& member = *shape.find(shape.payload);
    if (operation.streamsOutput) {
      object.emplace_back(member.name, response.stream ? std::move(response.stream)
                                                       : bodyFromString(std::move(response.body)));
    } else if (member.shape->type == ShapeType::kStructure) {
      if (response.body.empty()) return {};
      object.emplace_back(member.name, TRY(decodeXml(*member.shape, response.body)));
    } else if (member.shape->type == ShapeType::kString) {
      object.emplace_back(member.name, std::move(response.body));
    } else {
      object.emplace_back(member.name, Blob{std::move(response.body)});
    }
    return {};
  }

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
