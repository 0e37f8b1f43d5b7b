#include "aws/protocol/protocol.h"

#include <memory>

#include "aws/protocol/cbor_protocol.h"
#include "aws/protocol/json_protocol.h"
#include "aws/protocol/query_protocol.h"
#include "aws/protocol/rest_xml_protocol.h"
#include "base/check.h"

namespace millrace {

const Protocol& protocolOf(WireFormat format) {
  static const std::unique_ptr<Protocol> json10 = makeJsonProtocol("application/x-amz-json-1.0");
  static const std::unique_ptr<Protocol> json11 = makeJsonProtocol("application/x-amz-json-1.1");
  static const std::unique_ptr<Protocol> cbor11 = makeCbor11Protocol();
  static const std::unique_ptr<Protocol> rpcV2 = makeRpcV2CborProtocol();
  static const std::unique_ptr<Protocol> query = makeQueryProtocol();
  static const std::unique_ptr<Protocol> restXml = makeRestXmlProtocol();
  switch (format) {
    case WireFormat::kJson10:
      return *json10;
    case WireFormat::kJson11:
      return *json11;
    case WireFormat::kCbor11:
      return *cbor11;
    case WireFormat::kRpcV2Cbor:
      return *rpcV2;
    case WireFormat::kQuery:
      return *query;
    case WireFormat::kRestXml:
      return *restXml;
  }
  UNREACHABLE();
}

}  // namespace millrace
