// Options of a command from a file: a JSON object whose members are called as the options.
//
//   {"port": 4566, "data": "/var/lib/millrace", "auth": "on"}
#pragma once

#include <string>

#include "base/result.h"
#include "env/env.h"

namespace CLI {
class App;
}

namespace millrace {

// Sets the options of `command` that were not given on the command line.
Status applyConfigurationFile(Env& env, const std::string& path, CLI::App& command);

}  // namespace millrace
