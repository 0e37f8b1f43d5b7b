// Injected faults: errors that operations answer because a test asks for them. An error that no
// input can cause is tried out so in clients. Refused unless enabled in so many words.
//
//   fault.enabled=true
//   fault.kinesisanalyticsv2.TagResource=ConcurrentModificationException,ResourceInUseException
//
// Each call takes the next error of its list, before the operation does anything; behind the end
// of the list the operation works.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/model/api_error.h"
#include "aws/server/service.h"
#include "base/result.h"

namespace millrace {

// Thread-safe.
class InjectedFaults {
 public:
  // `settings` without the prefix "fault.". Errors: faults that are not enabled, unknown services,
  // operations, and errors that the operation's model does not have. Null when there are none.
  static Result<std::unique_ptr<InjectedFaults>> parse(
      const std::map<std::string, std::string>& settings, const std::vector<Service*>& services);

  // The fault of this call, if there is one.
  std::optional<ApiError> next(const OperationModel& operation);

 private:
  Status add(const std::string& name, const std::string& errors,
             const std::vector<Service*>& services);

  std::mutex mutex_;
  std::map<const OperationModel*, std::deque<const ErrorModel*>> faults_;
};

}  // namespace millrace
