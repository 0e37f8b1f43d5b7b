// What the control plane reads with the roles of applications: their code in S3, samples of streams
// and objects, and whether it may act with a role at all.
#pragma once

#include <memory>

#include "control/code/code_source.h"
#include "control/model/role_directory.h"
#include "control/sampling/record_sampler.h"
#include "env/env.h"
#include "server/role_sessions.h"
#include "server/service_calls.h"

namespace millrace {

// What they are given outlives them.
std::unique_ptr<CodeSource> makeCodeSource(ServiceCalls& calls);
std::unique_ptr<RecordSampler> makeRecordSampler(ServiceCalls& calls, Env& env);
std::unique_ptr<RoleDirectory> makeRoleDirectory(RoleSessions& roles);

}  // namespace millrace
