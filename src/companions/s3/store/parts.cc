#include "companions/s3/store/parts.h"

namespace millrace::s3 {

Result<std::vector<PartRecord>> selectParts(Transaction& transaction, std::string_view sql,
                                            const std::vector<SqlValue>& values) {
  std::vector<PartRecord> parts;
  TRY(transaction.connection.query(sql, values, [&](const Row& row) {
    PartRecord part;
    part.number = static_cast<int32_t>(row.integer(0));
    part.file = row.text(1);
    part.size = static_cast<uint64_t>(row.integer(2));
    part.etag = row.text(3);
    part.modified = {row.integer(4)};
    part.checksum = row.text(5);
    parts.push_back(std::move(part));
  }));
  return parts;
}

std::vector<SqlValue> partValues(int64_t owner, const PartRecord& part) {
  return {owner,     int64_t{part.number}, part.file,    static_cast<int64_t>(part.size),
          part.etag, part.modified.millis, part.checksum};
}

}  // namespace millrace::s3
