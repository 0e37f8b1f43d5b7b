// RecordSampler: some records of a stream or an object, for DiscoverInputSchema. The server
// implements it over the companions or real endpoints.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "control/model/application_role.h"

namespace millrace {

// Thread-safe; may block for some seconds.
class RecordSampler {
 public:
  virtual ~RecordSampler() = default;
  // `position`: NOW, TRIM_HORIZON or LAST_STOPPED_POINT. At most `limit` records.
  virtual Result<std::vector<std::string>> sampleStream(const std::string& streamArn,
                                                        const std::string& position,
                                                        const ApplicationRole& role,
                                                        size_t limit) = 0;
  // The first bytes of an object.
  virtual Result<std::string> sampleObject(const std::string& bucket, const std::string& key,
                                           const ApplicationRole& role, size_t limit) = 0;
};

}  // namespace millrace
