// kinesisanalyticsv2: the API of the control plane. An operation is a file in operations/; what
// they share stands here and in lifecycle/configuration_change.h.
#pragma once

#include <memory>
#include <string>

#include "aws/server/service.h"
#include "control/code/code_source.h"
#include "control/engine/engine.h"
#include "control/lifecycle/lifecycle.h"
#include "control/lifecycle/limits.h"
#include "control/model/role_directory.h"
#include "control/observability/dashboard_sessions.h"
#include "control/sampling/record_sampler.h"
#include "control/store/store.h"
#include "env/env.h"

namespace millrace::kinesisanalyticsv2 {

// What the service stands on. Everything outlives it; pointers may be null.
struct ServiceParts {
  Env& env;
  Store& store;
  Engine& engine;
  Lifecycle& lifecycle;
  std::string region;
  std::string account;
  Quotas quotas;
  CodeSource* code = nullptr;        // null: code in S3 is not looked at before it is started
  RoleDirectory* roles = nullptr;    // null: every role will do
  RecordSampler* sampler = nullptr;  // null: DiscoverInputSchema is unavailable
};

class Service : public millrace::Service {
 public:
  explicit Service(ServiceParts parts);

  AccessRequest accessOf(const RequestContext& context, const Document& input) override;

  Env& env() { return parts_.env; }
  Store& store() { return parts_.store; }
  Engine& engine() { return parts_.engine; }
  Lifecycle& lifecycle() { return parts_.lifecycle; }
  const Quotas& quotas() const { return parts_.quotas; }
  CodeSource* code() { return parts_.code; }
  RecordSampler* sampler() { return parts_.sampler; }
  DashboardSessions& dashboardSessions() { return sessions_; }

  // "arn:aws:kinesisanalytics:us-east-1:000000000000:application/"
  const std::string& arnPrefix() const { return arnPrefix_; }

  // May the caller pass on the role, and can the service assume it? The errors are AWS's.
  Outcome<void> checkRole(const RequestContext& context, const ApplicationRole& role);
  ApplicationRole roleFor(const std::string& application, const std::string& roleArn) const {
    return {roleArn, arnPrefix_ + application};
  }

  // ResourceNotFoundException when there is no such application.
  Outcome<Application> find(StoreReader& reader, const std::string& name);
  // The same for a resource ARN.
  Outcome<Application> findByArn(StoreReader& reader, const std::string& arn);
  Outcome<ApplicationVersion> currentVersion(StoreReader& reader, const Application& application);

 private:
  ServiceParts parts_;
  std::string arnPrefix_;
  DashboardSessions sessions_;
};

// ResourceInUseException: "Application orders cannot be started while it is in status STOPPING."
ApiError inUse(const Application& application, std::string_view verb);

}  // namespace millrace::kinesisanalyticsv2
