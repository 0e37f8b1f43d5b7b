// Protocol: one wire format of AWS's APIs, both sides. One file per protocol; no other file knows
// how a format looks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "aws/model/document.h"
#include "aws/model/model.h"
#include "http/message.h"

namespace millrace {

// The wire formats that clients of the services use, beyond those that the model names.
enum class WireFormat : uint8_t {
  kJson10,     // application/x-amz-json-1.0, X-Amz-Target
  kJson11,     // application/x-amz-json-1.1
  kCbor11,     // application/x-amz-cbor-1.1: JSON 1.1 in CBOR, of the Java SDKs for Kinesis
  kRpcV2Cbor,  // Smithy RPC v2: /service/<name>/operation/<operation>
  kQuery,      // form with Action and Version, XML answers
  kRestXml,    // S3
};

struct ResponseDetails {
  std::string_view requestId;
  // REST-XML: the root element, where it is not called as the output. When that is the name of a
  // text member, the text alone is the content.
  std::string_view xmlRootName;
};

// Stateless and thread-safe.
class Protocol {
 public:
  virtual ~Protocol() = default;

  // The server's side.

  // The name of the operation that a request calls, or nothing when it names none. For a buffered
  // request the body is there (Query has the name in the form).
  virtual std::optional<std::string> operationName(const ServiceModel& service,
                                                   const HttpRequest& request) const = 0;

  // The input with the names of the model. What is broken or has the wrong type is
  // SerializationException (or what the protocol says instead); constraints are checked by
  // validationMessage() afterwards. A payload that streams becomes the request's stream.
  virtual Outcome<Document> decode(const OperationModel& operation, HttpRequest& request) const = 0;

  virtual HttpResponse encode(const ServiceModel& service, const OperationModel& operation,
                              Document output, const ResponseDetails& details) const = 0;

  // `operation` is null when none was found.
  virtual HttpResponse encodeError(const ServiceModel& service, const OperationModel* operation,
                                   const ApiError& error, std::string_view requestId) const = 0;

  // The client's side.

  // Method, path, query, headers and body of a call; Host and what signing adds are missing. A
  // payload that streams is the request's stream. ParamValidation when a part of the path is empty.
  virtual Outcome<HttpRequest> encodeRequest(const ServiceModel& service,
                                             const OperationModel& operation,
                                             Document input) const = 0;

  // The output of a response whose status is below 300. S3 sends some errors with status 200: they
  // are returned as errors. SerializationException when the body is not what the model says.
  virtual Outcome<Document> decodeResponse(const ServiceModel& service,
                                           const OperationModel& operation,
                                           HttpResponse& response) const = 0;

  // The error of any other response, with the status of the response. What is no error of the
  // service (a proxy's page) gets a code made from the status, such as "ServiceUnavailable".
  virtual ApiError decodeError(const ServiceModel& service, const HttpResponse& response) const = 0;
};

const Protocol& protocolOf(WireFormat format);

}  // namespace millrace
