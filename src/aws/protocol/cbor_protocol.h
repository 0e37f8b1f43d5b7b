// The two protocols in CBOR: application/x-amz-cbor-1.1 (JSON 1.1 in another coding) and Smithy RPC
// v2 (POST /service/<name>/operation/<operation>).
#pragma once

#include <memory>

#include "aws/protocol/protocol.h"

namespace millrace {

std::unique_ptr<Protocol> makeCbor11Protocol();
std::unique_ptr<Protocol> makeRpcV2CborProtocol();

// ("GraniteServiceVersion20100801", "PutMetricData") of such a path.
std::optional<std::pair<std::string_view, std::string_view>> rpcV2Path(std::string_view path);

}  // namespace millrace
