#include "companions/logs/service.h"

#include <fmt/format.h>

#include <chrono>

#include "aws/model/generated/logs/errors.h"
#include "aws/model/generated/logs/service.h"
#include "aws/model/validation.h"
#include "aws/server/generated/logs/bindings.h"

namespace millrace {

namespace logs {

namespace {

constexpr int64_t kMaintainSeconds = 30;
constexpr int64_t kDeletedAtOnce = 1000;  // writers wait for no longer than that takes
constexpr size_t kMaxBatchBytes = 1'048'576;
constexpr int64_t kHourMillis = 3'600'000;
constexpr int64_t kDayMillis = 24 * kHourMillis;
constexpr int64_t kMaxAgeMillis = 14 * kDayMillis;
constexpr int64_t kMaxFutureMillis = 2 * kHourMillis;

Outcome<void> checkBatch(const std::vector<NewEvent>& events, int64_t nowMillis) {
  size_t bytes = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    bytes += events[i].message.size() + kEventOverheadBytes;
    if (i > 0 && events[i].timeMillis < events[i - 1].timeMillis) {
      return invalidParameterException(
          "Log events in a single PutLogEvents request must be in chronological order.");
    }
  }
  if (bytes > kMaxBatchBytes) {
    return invalidParameterException(
        fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kMaxBatchBytes));
  }
  std::optional<int64_t> first;
  std::optional<int64_t> last;
  for (const NewEvent& event : events) {
    if (event.timeMillis < nowMillis - kMaxAgeMillis) continue;
    if (event.timeMillis > nowMillis + kMaxFutureMillis) continue;
    if (!first) first = event.timeMillis;
    last = event.timeMillis;
  }
  if (!first || *last - *first <= kDayMillis) return {};
  return invalidParameterException(
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
}

}  // namespace

Service::Service(Env& env, Log& log, std::unique_ptr<LogStore> store)
    : millrace::Service(kModel, logs::bindings()),
      env_(env),
      log_(log),
      store_(std::move(store)),
      thread_([this] { run(); }) {}

Service::~Service() { stop(); }

Result<std::unique_ptr<Service>> Service::open(const CompanionContext& context) {
  TRY(refuseSettings(context, "logs"));
  auto store = TRY(LogStore::open(context.dataDirectory));
  return std::unique_ptr<Service>(new Service(context.env, context.log, std::move(store)));
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
    Status deleted = deleteOld();
    if (!deleted.ok()) {
      log_.error("old log events could not be deleted", {{"cause", deleted.error().describe()}});
    }
    lock.lock();
    wake_.wait_for(lock, std::chrono::seconds(kMaintainSeconds), [&] { return stopping_; });
  }
}

Status Service::deleteOld() {
  auto isStopping = [&] {
    std::lock_guard lock(mutex_);
    return stopping_;
  };
  auto repeat = [&](auto step) -> Status {
    while (!isStopping()) {
      auto more = store_->write(
          [&](Transaction& transaction) -> Outcome<bool> { return TRY(step(transaction)); });
      if (!more.ok()) return Error(ErrorKind::kIo, more.error().cause());
      if (!more.value()) break;
    }
    return {};
  };
  TRY(repeat([](Transaction& transaction) { return transaction.deleteGarbage(kDeletedAtOnce); }));
  auto groups = store_->read([](Transaction& transaction) -> Outcome<std::vector<LogGroupRecord>> {
    return TRY(transaction.expiringGroups());
  });
  if (!groups.ok()) return Error(ErrorKind::kIo, groups.error().cause());
  int64_t now = env_.clock().nowMillis();
  for (const LogGroupRecord& group : groups.value()) {
    TRY(repeat([&](Transaction& transaction) {
      return transaction.deleteExpired(group.id, group.oldestMillis(now), kDeletedAtOnce);
    }));
  }
  return {};
}

Outcome<void> Service::validate(const RequestContext& context, const Document& input) {
  if (context.operation.input == nullptr) return {};
  std::string message = validationMessage(*context.operation.input, input);
  if (message.empty()) return {};
  return invalidParameterException(std::move(message));
}

Outcome<GroupName> Service::groupOf(const std::optional<std::string>& name,
                                    const std::optional<std::string>& identifier,
                                    const RequestContext& context) {
  if (name.has_value() == identifier.has_value()) {
    return invalidParameterException(
        "Exactly one of logGroupName and logGroupIdentifier must be given.");
  }
  const std::string& given = name ? *name : *identifier;
  if (name || !given.starts_with("arn:")) {
    return GroupName{context.account, context.region, given};
  }
  std::optional<GroupName> group = parseGroupArn(given);
  if (!group || given.ends_with(":*")) {
    return invalidParameterException(
        fmt::format("'{}' is neither the name nor the ARN of a log group.", given));
  }
  return std::move(*group);
}

Outcome<LogGroupRecord> requireGroup(Transaction& transaction, const GroupName& name) {
  auto group = TRY(transaction.findGroup(name.account, name.region, name.name));
  if (!group) return resourceNotFoundException("The specified log group does not exist.");
  return std::move(*group);
}

Outcome<LogStreamRecord> requireStream(Transaction& transaction, int64_t group,
                                       const std::string& name) {
  auto stream = TRY(transaction.findStream(group, name));
  if (!stream) return resourceNotFoundException("The specified log stream does not exist.");
  return std::move(*stream);
}

Outcome<AppendedEvents> Service::append(const GroupName& groupName, const std::string& streamName,
                                        const std::vector<NewEvent>& events, int64_t nowMillis) {
  TRY(checkBatch(events, nowMillis));
  return store_->write([&](Transaction& transaction) -> Outcome<AppendedEvents> {
    LogGroupRecord group = TRY(requireGroup(transaction, groupName));
    LogStreamRecord stream = TRY(requireStream(transaction, group.id, streamName));
    AppendedEvents appended;
    std::vector<NewEvent> accepted;
    for (size_t i = 0; i < events.size(); ++i) {
      auto index = static_cast<int32_t>(i);
      int64_t time = events[i].timeMillis;
      bool tooOld = time < nowMillis - kMaxAgeMillis;
      bool expired = time < group.oldestMillis(nowMillis);
      if (tooOld) appended.tooOldEnd = index + 1;
      if (expired) appended.expiredEnd = index + 1;
      if (tooOld || expired) continue;
      if (time > nowMillis + kMaxFutureMillis) {
        appended.tooNewStart = index;
        break;
      }
      accepted.push_back(events[i]);
    }
    if (!accepted.empty()) TRY(transaction.append(stream, accepted, nowMillis));
    return appended;
  });
}

}  // namespace logs

void addLogsCompanion(CompanionCatalog& catalog) {
  catalog.add({"logs", logs::kModel,
               [](const CompanionContext& context) -> Result<std::unique_ptr<Service>> {
                 return std::unique_ptr<Service>(TRY(logs::Service::open(context)));
               }});
}

}  // namespace millrace
