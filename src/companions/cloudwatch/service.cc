#include "companions/cloudwatch/service.h"

#include <fmt/format.h>

#include <chrono>

#include "aws/model/generated/cloudwatch/service.h"
#include "aws/server/generated/cloudwatch/bindings.h"

namespace millrace {

namespace cloudwatch {

namespace {

constexpr int64_t kMaintainSeconds = 60;

}  // namespace

Service::Service(Env& env, Log& log, std::unique_ptr<MetricStore> store)
    : millrace::Service(kModel, cloudwatch::bindings()),
      env_(env),
      log_(log),
      store_(std::move(store)),
      thread_([this] { run(); }) {}

Service::~Service() { stop(); }

Result<std::unique_ptr<Service>> Service::open(const CompanionContext& context) {
  TRY(refuseSettings(context, "cloudwatch"));
  auto store = TRY(MetricStore::open(context.dataDirectory));
  return std::unique_ptr<Service>(new Service(context.env, context.log, std::move(store)));
}

AccessRequest Service::accessOf(const RequestContext& context, const Document& input) {
  AccessRequest access = millrace::Service::accessOf(context, input);
  // Requests are signed for "monitoring", but policies say "cloudwatch".
  access.action = fmt::format("cloudwatch:{}", context.operation.name);
  const Document* name = input.find("Namespace");
  const std::string* text = name != nullptr ? name->as<std::string>() : nullptr;
  // Metrics have no ARNs; policies narrow by the namespace.
  if (text != nullptr) access.conditions["cloudwatch:namespace"] = {*text};
  return access;
}

void Service::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Service::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    Status deleted = store_->deleteOld(env_.clock().nowMillis());
    if (!deleted.ok()) {
      log_.error("old metrics could not be deleted", {{"cause", deleted.error().describe()}});
    }
    lock.lock();
    wake_.wait_for(lock, std::chrono::seconds(kMaintainSeconds), [&] { return stopping_; });
  }
}

}  // namespace cloudwatch

void addCloudwatchCompanion(CompanionCatalog& catalog) {
  catalog.add({"cloudwatch", cloudwatch::kModel,
               [](const CompanionContext& context) -> Result<std::unique_ptr<Service>> {
                 return std::unique_ptr<Service>(TRY(cloudwatch::Service::open(context)));
               }});
}

}  // namespace millrace
