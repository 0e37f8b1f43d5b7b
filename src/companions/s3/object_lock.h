// Object Lock: retention and legal holds, which keep versions from being removed.
#pragma once

#include "aws/model/api_error.h"
#include "aws/model/timestamp.h"
#include "companions/s3/store/records.h"
#include "companions/s3/store/store.h"

namespace millrace::s3 {

inline constexpr std::string_view kObjectLockConfiguration = "object-lock";

// A new version: what the client wants is checked, and the bucket's default retention filled in.
Outcome<void> applyLock(Transaction& transaction, const BucketRecord& bucket,
                        StoredAttributes& attributes, Timestamp now);

// AccessDenied when the version must not be removed now. `bypass` lifts GOVERNANCE.
Outcome<void> checkUnlocked(const ObjectRecord& object, Timestamp now, bool bypass);

// The retention may be made longer; shorter or weaker only with `bypass`, and never in COMPLIANCE.
Outcome<void> checkRetentionChange(const StoredAttributes& before, std::string_view mode,
                                   std::optional<Timestamp> until, Timestamp now, bool bypass);

// InvalidRequest where the bucket has no Object Lock.
Outcome<void> requireObjectLock(const BucketRecord& bucket);

}  // namespace millrace::s3
