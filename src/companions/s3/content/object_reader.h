// Giving content out: a range of an object, read from its files in order.
#pragma once

#include <memory>
#include <vector>

#include "companions/s3/content/range.h"
#include "companions/s3/store/data_files.h"
#include "companions/s3/store/records.h"
#include "http/body_reader.h"

namespace millrace::s3 {

// The lease must be older than the reading of `parts` from the database; the reader keeps it.
BodyReaderPtr readObject(DataFiles& files, std::shared_ptr<FileLease> lease,
                         const std::vector<PartRecord>& parts, ByteRange range);
// All of it, also when it is empty.
BodyReaderPtr readObject(DataFiles& files, std::shared_ptr<FileLease> lease,
                         const std::vector<PartRecord>& parts);

}  // namespace millrace::s3
