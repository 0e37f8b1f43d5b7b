// REST-XML: resources by method and URI, XML or raw bodies. S3 is the only service that speaks it.
#pragma once

#include <memory>

#include "aws/protocol/protocol.h"

namespace millrace {

std::unique_ptr<Protocol> makeRestXmlProtocol();

}  // namespace millrace
