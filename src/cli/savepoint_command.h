// `millrace savepoint`: what is in a savepoint or checkpoint, and whether a query can go on from
// it. Both only read.
#pragma once

#include <string>

#include "cli/script_input.h"
#include "env/env.h"

namespace millrace {

struct SavepointInspection {
  // The directory of a checkpoint, its manifest, a directory of checkpoints, or that of a job of
  // `millrace run`.
  std::string path;
  bool json = false;
};

// Shows operators, states, schemas, key groups and sizes; returns the exit code.
int runSavepointInspect(const SavepointInspection& command, Env& env);

struct SavepointCheck {
  std::string path;
  std::string file;  // the script; "-" is standard input
  Settings settings;
  bool json = false;
};

// Plans the script's job, starts nothing, and says for each operator what would become of its
// state. Exit codes: 0 the whole state fits, 3 some of it is lost or some starts empty, 1 the job
// cannot be restored (or the script or the savepoint is wrong), 2 wrong usage.
int runSavepointCheck(const SavepointCheck& command, Env& env);

}  // namespace millrace
