// Flink's monitoring REST, read-only: a path in, JSON out.
#pragma once

#include <string>

#include "base/result.h"
#include "rest/job_view.h"

namespace millrace {

// path: "/jobs/overview", with its query. kNotFound for what is not there.
Result<std::string> answerRest(const JobView& view, const std::string& path);

// The plan of a job as Flink's JSON, what /jobs/:jobid/plan has below "plan".
std::string jobPlanJson(const JobView& view);

}  // namespace millrace
