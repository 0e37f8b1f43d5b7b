#include "companions/s3/store/uploads.h"

#include <set>

#include "companions/s3/store/attributes_json.h"
#include "companions/s3/store/parts.h"

namespace millrace::s3 {

namespace {

#define UPLOAD_COLUMNS                                                                     \
  "id, key, upload_id, initiated, storage_class, checksum_algorithm, checksum_composite, " \
  "attributes, object"

Result<UploadRecord> uploadOf(const Row& row) {
  UploadRecord upload;
  upload.id = row.integer(0);
  upload.key = row.text(1);
  upload.uploadId = row.text(2);
  upload.initiated = {row.integer(3)};
  upload.storageClass = row.text(4);
  upload.algorithm = checksumAlgorithmOf(row.text(5));
  upload.composite = row.integer(6) != 0;
  upload.attributes = TRY(attributesFromJson(row.text(7)));
  if (!row.isNull(8)) upload.object = row.integer(8);
  return upload;
}

Result<std::vector<UploadRecord>> select(Transaction& transaction, std::string_view sql,
                                         const std::vector<SqlValue>& values) {
  std::vector<UploadRecord> uploads;
  Status status;
  TRY(transaction.connection.query(sql, values, [&](const Row& row) {
    Result<UploadRecord> upload = uploadOf(row);
    if (upload.ok()) {
      uploads.push_back(std::move(upload).value());
    } else if (status.ok()) {
      status = std::move(upload).error();
    }
  }));
  TRY(std::move(status));
  return uploads;
}

SqlBytes keyBytes(std::string_view key) { return {std::string(key)}; }

}  // namespace

Result<std::optional<UploadRecord>> findUpload(Transaction& transaction, int64_t bucket,
                                               std::string_view key, std::string_view uploadId) {
  auto found = TRY(select(transaction,
                          "SELECT " UPLOAD_COLUMNS
                          " FROM upload WHERE upload_id = ? AND bucket = ? AND key = ?",
                          {std::string(uploadId), bucket, keyBytes(key)}));
  if (found.empty()) return std::optional<UploadRecord>();
  return std::optional<UploadRecord>(std::move(found.front()));
}

Status insertUpload(Transaction& transaction, int64_t bucket, const UploadRecord& upload) {
  return transaction.connection.run(
      "INSERT INTO upload (bucket, key, upload_id, initiated, storage_class, checksum_algorithm, "
      "checksum_composite, attributes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {bucket, keyBytes(upload.key), upload.uploadId, upload.initiated.millis, upload.storageClass,
       upload.algorithm ? std::string(checksumName(*upload.algorithm)) : std::string(),
       int64_t{upload.composite}, attributesToJson(upload.attributes)});
}

Status putUploadPart(Transaction& transaction, int64_t upload, const PartRecord& part) {
  Connection& connection = transaction.connection;
  TRY(connection.query("SELECT file FROM upload_part WHERE upload = ? AND number = ?",
                       {upload, int64_t{part.number}},
                       [&](const Row& row) { transaction.discard(row.text(0)); }));
  return connection.run("INSERT OR REPLACE INTO upload_part (upload, " PART_COLUMNS
                        ") VALUES (?, ?, ?, ?, ?, ?, ?)",
                        partValues(upload, part));
}

Result<std::vector<PartRecord>> listUploadParts(Transaction& transaction, int64_t upload,
                                                int32_t after, size_t limit) {
  return selectParts(transaction,
                     "SELECT " PART_COLUMNS
                     " FROM upload_part WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",
                     {upload, int64_t{after}, static_cast<int64_t>(limit)});
}

Status finishUpload(Transaction& transaction, int64_t upload, int64_t object,
                    const std::vector<PartRecord>& used) {
  Connection& connection = transaction.connection;
  std::set<std::string, std::less<>> usedFiles;
  for (const PartRecord& part : used) usedFiles.insert(part.file);
  TRY(connection.query("SELECT file FROM upload_part WHERE upload = ?", {upload},
                       [&](const Row& row) {
                         if (!usedFiles.contains(row.text(0))) transaction.discard(row.text(0));
                       }));
  TRY(connection.run("DELETE FROM upload_part WHERE upload = ?", {upload}));
  return connection.run("UPDATE upload SET object = ? WHERE id = ?", {object, upload});
}

Status eraseUpload(Transaction& transaction, int64_t upload) {
  Connection& connection = transaction.connection;
  TRY(connection.query("SELECT file FROM upload_part WHERE upload = ?", {upload},
                       [&](const Row& row) { transaction.discard(row.text(0)); }));
  TRY(connection.run("DELETE FROM upload_part WHERE upload = ?", {upload}));
  return connection.run("DELETE FROM upload WHERE id = ?", {upload});
}

Result<std::vector<UploadRecord>> scanUploads(Transaction& transaction, int64_t bucket,
                                              const UploadPosition& from, size_t limit) {
  return select(
      transaction,
      "SELECT " UPLOAD_COLUMNS
      " FROM upload WHERE object IS NULL AND bucket = ? AND key >= ? AND "
      "(key > ? OR id > ?) ORDER BY key, id LIMIT ?",
      {bucket, keyBytes(from.key), keyBytes(from.key), from.afterId, static_cast<int64_t>(limit)});
}

}  // namespace millrace::s3
