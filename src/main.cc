#include "cli/main_command.h"
#include "env/env.h"

int main(int argc, char** argv) {
  return millrace::runMainCommand(argc, argv, millrace::realEnv());
}
