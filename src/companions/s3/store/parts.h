// The columns that parts of objects and of uploads share.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "companions/s3/store/records.h"
#include "companions/s3/store/store.h"

#define PART_COLUMNS "number, file, size, etag, modified, checksum"

namespace millrace::s3 {

// The rows of a statement that selects PART_COLUMNS.
Result<std::vector<PartRecord>> selectParts(Transaction& transaction, std::string_view sql,
                                            const std::vector<SqlValue>& values);
// The owner, then PART_COLUMNS.
std::vector<SqlValue> partValues(int64_t owner, const PartRecord& part);

}  // namespace millrace::s3
