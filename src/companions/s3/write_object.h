// How an object comes into being, whichever operation brought its content.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/server/request_context.h"
#include "companions/s3/content/intake.h"
#include "companions/s3/lookup.h"
#include "companions/s3/store/records.h"
#include "companions/s3/store/store.h"

namespace millrace::s3 {

struct WriteConditions {
  std::optional<std::string> ifMatch;
  std::optional<std::string> ifNoneMatch;
};

// Fails early, before the content is read; commitObject checks again.
Outcome<void> checkWrite(Transaction& transaction, const BucketRecord& bucket,
                         const std::string& key, const WriteConditions& conditions);

// Makes it the newest version of its key; returns it with its version, id and default retention.
Outcome<ObjectRecord> commitObject(Transaction& transaction, const BucketRecord& bucket,
                                   ObjectRecord object, const std::vector<PartRecord>& parts,
                                   const WriteConditions& conditions, RequestContext& context);

// The record and the parts of content that came in one piece.
void setContent(ObjectRecord& object, const Received& received, ChecksumAlgorithm algorithm);
std::vector<PartRecord> partsOf(const ObjectRecord& object, const Received& received);

}  // namespace millrace::s3
