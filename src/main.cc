#include "cli/main_command.h"
#include "cli/storage_env.h"
#include "env/env.h"

int main(int argc, char** argv) {
  std::unique_ptr<millrace::Env> env = millrace::makeStorageEnv(millrace::realEnv());
  return millrace::runMainCommand(argc, argv, *env);
}
