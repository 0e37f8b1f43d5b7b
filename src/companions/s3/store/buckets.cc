#include "companions/s3/store/buckets.h"

#include "companions/s3/store/attributes_json.h"

namespace millrace::s3 {

namespace {

BucketRecord bucketOf(const Row& row) {
  BucketRecord bucket;
  bucket.id = row.integer(0);
  bucket.name = row.text(1);
  bucket.region = row.text(2);
  bucket.account = row.text(3);
  bucket.created = {row.integer(4)};
  bucket.versioning = row.text(5);
  bucket.objectLock = row.integer(6) != 0;
  return bucket;
}

std::string text(std::string_view view) { return std::string(view); }

}  // namespace

Result<std::optional<BucketRecord>> findBucket(Transaction& transaction, std::string_view name) {
  std::optional<BucketRecord> bucket;
  TRY(transaction.connection.query(
      "SELECT id, name, region, account, created, versioning, object_lock FROM bucket "
      "WHERE name = ?",
      {text(name)}, [&](const Row& row) { bucket = bucketOf(row); }));
  return bucket;
}

Result<BucketRecord> insertBucket(Transaction& transaction, BucketRecord bucket) {
  TRY(transaction.connection.query(
      "INSERT INTO bucket (name, region, account, created, versioning, object_lock) "
      "VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
      {bucket.name, bucket.region, bucket.account, bucket.created.millis, bucket.versioning,
       int64_t{bucket.objectLock}},
      [&](const Row& row) { bucket.id = row.integer(0); }));
  return bucket;
}

Status eraseBucket(Transaction& transaction, int64_t bucket) {
  Connection& connection = transaction.connection;
  TRY(connection.query(
      "SELECT file FROM upload_part WHERE upload IN (SELECT id FROM upload WHERE bucket = ?)",
      {bucket}, [&](const Row& row) { transaction.discard(row.text(0)); }));
  TRY(connection.run(
      "DELETE FROM upload_part WHERE upload IN (SELECT id FROM upload WHERE bucket = ?)",
      {bucket}));
  TRY(connection.run("DELETE FROM upload WHERE bucket = ?", {bucket}));
  TRY(connection.run("DELETE FROM bucket_configuration WHERE bucket = ?", {bucket}));
  return connection.run("DELETE FROM bucket WHERE id = ?", {bucket});
}

Status setVersioning(Transaction& transaction, int64_t bucket, std::string_view versioning) {
  return transaction.connection.run("UPDATE bucket SET versioning = ? WHERE id = ?",
                                    {text(versioning), bucket});
}

Status enableObjectLock(Transaction& transaction, int64_t bucket) {
  return transaction.connection.run("UPDATE bucket SET object_lock = 1 WHERE id = ?", {bucket});
}

Result<bool> hasObjects(Transaction& transaction, int64_t bucket) {
  bool found = false;
  TRY(transaction.connection.query("SELECT 1 FROM object WHERE bucket = ? LIMIT 1", {bucket},
                                   [&](const Row&) { found = true; }));
  return found;
}

Result<std::vector<BucketRecord>> scanBuckets(Transaction& transaction, std::string_view prefix,
                                              std::string_view after, size_t limit) {
  std::vector<BucketRecord> buckets;
  TRY(transaction.connection.query(
      "SELECT id, name, region, account, created, versioning, object_lock FROM bucket "
      "WHERE name > ? AND substr(name, 1, length(?)) = ? ORDER BY name LIMIT ?",
      {text(after), text(prefix), text(prefix), static_cast<int64_t>(limit)},
      [&](const Row& row) { buckets.push_back(bucketOf(row)); }));
  return buckets;
}

Result<std::optional<Document>> findConfiguration(Transaction& transaction, int64_t bucket,
                                                  std::string_view kind, std::string_view name) {
  std::optional<std::string> json;
  TRY(transaction.connection.query(
      "SELECT document FROM bucket_configuration WHERE bucket = ? AND kind = ? AND name = ?",
      {bucket, text(kind), text(name)}, [&](const Row& row) { json = row.text(0); }));
  if (!json) return std::optional<Document>();
  return std::optional<Document>(TRY(documentFromJson(*json)));
}

Status putConfiguration(Transaction& transaction, int64_t bucket, std::string_view kind,
                        const Document& document, std::string_view name) {
  return transaction.connection.run(
      "INSERT OR REPLACE INTO bucket_configuration (bucket, kind, name, document) "
      "VALUES (?, ?, ?, ?)",
      {bucket, text(kind), text(name), documentToJson(document)});
}

Result<bool> eraseConfiguration(Transaction& transaction, int64_t bucket, std::string_view kind,
                                std::string_view name) {
  TRY(transaction.connection.run(
      "DELETE FROM bucket_configuration WHERE bucket = ? AND kind = ? AND name = ?",
      {bucket, text(kind), text(name)}));
  return transaction.connection.changes() > 0;
}

Result<std::map<std::string, Document>> listConfigurations(Transaction& transaction, int64_t bucket,
                                                           std::string_view kind) {
  std::map<std::string, std::string> jsons;
  TRY(transaction.connection.query(
      "SELECT name, document FROM bucket_configuration WHERE bucket = ? AND kind = ?",
      {bucket, text(kind)}, [&](const Row& row) { jsons.emplace(row.text(0), row.text(1)); }));
  std::map<std::string, Document> documents;
  for (const auto& [name, json] : jsons) documents.emplace(name, TRY(documentFromJson(json)));
  return documents;
}

}  // namespace millrace::s3
