// An engine that runs nothing: it looks at the code of an application and says why it is not
// started. It stands in where the service was started without an engine, and the reasons are those
// of the native engine.
#pragma once

#include <memory>

#include "control/code/code_source.h"
#include "control/engine/engine.h"

namespace millrace {

// The source may be null; it outlives the engine.
std::unique_ptr<Engine> makeUnavailableEngine(CodeSource* code);

}  // namespace millrace
