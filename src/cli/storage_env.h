// The world as the program sees it: the machine, with files that may also be in S3.
#pragma once

#include <memory>

#include "env/env.h"

namespace millrace {

// `machine` must outlive it. Paths s3:// and s3a:// go to S3, all others to the machine's files.
std::unique_ptr<Env> makeStorageEnv(Env& machine);

}  // namespace millrace
