// Options of a command from a file: a JSON object whose members are called as the options.
//
//   {"port": 4566, "data": "/var/lib/millrace", "auth": "on"}
//
// Objects within are settings, where the command has an option --set: {"kinesis": {"fsync":
// "always"}} is --set kinesis.fsync=always.
#pragma once

#include <string>

#include "base/result.h"
#include "env/env.h"

namespace CLI {
class App;
}

namespace millrace {

// Sets the options of `command` that were not given on the command line. Of settings, those that
// were not.
Status applyConfigurationFile(Env& env, const std::string& path, CLI::App& command);

}  // namespace millrace
