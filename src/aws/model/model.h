// The service model as tables: operations, shapes and errors, as the generator wrote them from the
// model that AWS publishes with its SDKs (aws/model/generator). All tables are constants that live
// for ever, so pointers and views into them never dangle.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "aws/model/timestamp.h"

namespace millrace {

enum class ShapeType : uint8_t {
  kStructure,
  kList,
  kMap,
  kString,
  kBlob,
  kBoolean,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kTimestamp,
};

// Where a member travels in the REST protocols.
enum class MemberLocation : uint8_t {
  kBody,
  kHeader,
  kHeaders /* all that begin with locationName */,
  kUri,
  kQueryString,
  kStatusCode,
};

struct ShapeModel;

struct MemberModel {
  std::string_view name;
  const ShapeModel* shape = nullptr;
  std::string_view locationName;  // the name on the wire; empty = name
  MemberLocation location = MemberLocation::kBody;
  TimestampFormat timestampFormat = TimestampFormat::kDefault;
  bool required = false;
  bool flattened = false;
  bool xmlAttribute = false;
  bool jsonValue = false;
  bool idempotencyToken = false;
  std::string_view xmlNamespace;
  std::string_view xmlPrefix;

  std::string_view wireName() const { return locationName.empty() ? name : locationName; }
};

struct ShapeModel {
  std::string_view name;
  ShapeType type = ShapeType::kStructure;
  // Structures: the members in the model's order. Lists: the element. Maps: key, then value.
  std::span<const MemberModel> members;
  bool flattened = false;
  bool streaming = false;  // a blob or event stream that is never held in memory as a whole
  bool isUnion = false;    // exactly one member is set
  bool sensitive = false;  // never logged
  bool anything = false;   // a free document
  TimestampFormat timestampFormat = TimestampFormat::kDefault;
  // Bounds of a number, or of the length of a text, blob, list or map.
  bool hasMin = false;
  bool hasMax = false;
  double min = 0;
  double max = 0;
  std::string_view pattern;                  // a Java regular expression for the whole text
  std::span<const std::string_view> values;  // of an enum
  std::string_view payload;                  // the member that is the whole body (REST)
  std::string_view locationName;             // the root element (REST-XML)
  std::string_view xmlNamespace;

  const MemberModel* find(std::string_view member) const;
  const MemberModel& element() const { return members[0]; }  // of a list
  const MemberModel& key() const { return members[0]; }      // of a map
  const MemberModel& value() const { return members[1]; }    // of a map
};

struct ErrorModel {
  std::string_view name;  // of the shape
  std::string_view code;  // on the wire; mostly the same
  const ShapeModel* shape = nullptr;
  int status = 400;
  bool senderFault = true;
};

struct OperationModel {
  std::string_view name;
  std::string_view method = "POST";
  std::string_view uri = "/";          // with {labels} and a fixed query (REST)
  int status = 200;                    // of success
  const ShapeModel* input = nullptr;   // null: no members, or not generated (see implemented)
  const ShapeModel* output = nullptr;  // null: no members
  std::string_view inputRootName;      // REST-XML: the root element of the body
  std::string_view inputNamespace;
  std::string_view resultWrapper;  // Query: the element around the result
  std::span<const ErrorModel* const> errors;
  bool unsignedPayload = false;
  bool noAuthentication = false;
  bool streamsInput = false;  // the payload is a stream
  bool streamsOutput = false;
  // REST: what tells the operation from others with the same method and path: query parameters and
  // header fields that are required.
  std::span<const std::string_view> requiredQuery;
  std::span<const std::string_view> requiredHeaders;
  std::string_view checksumAlgorithmMember;  // flexible checksums: names the request's algorithm
  bool checksumRequired = false;
  // There is a file for it; tables of what no such operation reaches are left out.
  bool implemented = false;
};

enum class ProtocolKind : uint8_t { kJson10, kJson11, kRpcV2Cbor, kQuery, kRestXml, kRestJson };

struct ServiceModel {
  std::string_view name;            // the folder of the model: "kinesisanalyticsv2"
  std::string_view apiVersion;      // "2018-05-23"
  std::string_view fullName;        // "Amazon Kinesis Analytics"
  std::string_view serviceId;       // "Kinesis Analytics V2"
  std::string_view endpointPrefix;  // the first label of the host: "monitoring"
  std::string_view signingName;     // "kinesisanalytics"
  std::string_view targetPrefix;    // of X-Amz-Target: "KinesisAnalytics_20180523"
  std::string_view xmlNamespace;
  std::span<const ProtocolKind> protocols;     // those the model names, the preferred one first
  bool queryCompatible = false;                // awsQueryCompatible: error codes as Query had them
  std::span<const OperationModel> operations;  // by name
  std::span<const ErrorModel> errors;          // all that the model names, by shape name

  const OperationModel* findOperation(std::string_view operation) const;
  const ErrorModel* findError(std::string_view shape) const;
};

}  // namespace millrace
