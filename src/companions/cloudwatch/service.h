// CloudWatch metrics: data points, their statistics and the list of metrics. Without alarms,
// dashboards, streams and metric math.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "aws/server/service.h"
#include "companions/cloudwatch/store/metric_store.h"
#include "companions/companion.h"

namespace millrace::cloudwatch {

class Service final : public millrace::Service {
 public:
  static Result<std::unique_ptr<Service>> open(const CompanionContext& context);
  ~Service() override;

  AccessRequest accessOf(const RequestContext& context, const Document& input) override;
  void stop() override;

  MetricStore& store() { return *store_; }

 private:
  Service(Env& env, Log& log, std::unique_ptr<MetricStore> store);
  void run();

  Env& env_;
  Log& log_;
  std::unique_ptr<MetricStore> store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // deletes what is old
};

}  // namespace millrace::cloudwatch
