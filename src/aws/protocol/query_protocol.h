// The Query protocol: a form with Action and Version, XML answers.
#pragma once

#include <memory>

#include "aws/protocol/protocol.h"

namespace millrace {

std::unique_ptr<Protocol> makeQueryProtocol();

}  // namespace millrace
