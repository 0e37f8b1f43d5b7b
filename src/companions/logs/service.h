// CloudWatch Logs: log groups, streams and events, with retention. Without queries, subscriptions,
// metric filters and deliveries.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "aws/server/service.h"
#include "companions/companion.h"
#include "companions/logs/names.h"
#include "companions/logs/store/log_store.h"

namespace millrace::logs {

// Of PutLogEvents; indexes as in RejectedLogEventsInfo.
struct AppendedEvents {
  std::optional<int32_t> tooNewStart;
  std::optional<int32_t> tooOldEnd;
  std::optional<int32_t> expiredEnd;
};

class Service final : public millrace::Service {
 public:
  static Result<std::unique_ptr<Service>> open(const CompanionContext& context);
  ~Service() override;

  AccessRequest accessOf(const RequestContext& context, const Document& input) override;
  // Broken constraints are InvalidParameterException here.
  Outcome<void> validate(const RequestContext& context, const Document& input) override;
  void stop() override;

  LogStore& store() { return *store_; }

  // Adds events that keep the rules of PutLogEvents; those too old or too new are left out.
  // ResourceNotFoundException, InvalidParameterException.
  Outcome<AppendedEvents> append(const GroupName& group, const std::string& stream,
                                 const std::vector<NewEvent>& events, int64_t nowMillis);

  // The group that an input names, by name or by identifier (name or ARN); exactly one of them.
  static Outcome<GroupName> groupOf(const std::optional<std::string>& name,
                                    const std::optional<std::string>& identifier,
                                    const RequestContext& context);

 private:
  Service(Env& env, Log& log, std::unique_ptr<LogStore> store);
  void run();
  Status deleteOld();

  Env& env_;
  Log& log_;
  std::unique_ptr<LogStore> store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

// ResourceNotFoundException when it does not exist.
Outcome<LogGroupRecord> requireGroup(Transaction& transaction, const GroupName& name);
Outcome<LogStreamRecord> requireStream(Transaction& transaction, int64_t group,
                                       const std::string& name);

}  // namespace millrace::logs
