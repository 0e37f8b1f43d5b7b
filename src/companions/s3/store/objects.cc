#include "companions/s3/store/objects.h"

#include "companions/s3/store/attributes_json.h"
#include "companions/s3/store/parts.h"

namespace millrace::s3 {

namespace {

#define OBJECT_COLUMNS                                                                  \
  "id, key, version, current, marker, modified, size, etag, num_parts, storage_class, " \
  "checksum_algorithm, checksum_composite, checksum, attributes"

Result<ObjectRecord> objectOf(const Row& row) {
  ObjectRecord object;
  object.id = row.integer(0);
  object.key = row.text(1);
  object.version = row.text(2);
  object.current = row.integer(3) != 0;
  object.deleteMarker = row.integer(4) != 0;
  object.modified = {row.integer(5)};
  object.size = static_cast<uint64_t>(row.integer(6));
  object.etag = row.text(7);
  object.numParts = static_cast<int32_t>(row.integer(8));
  object.storageClass = row.text(9);
  if (auto algorithm = checksumAlgorithmOf(row.text(10))) {
    object.checksum = {*algorithm, row.integer(11) != 0, std::string(row.text(12))};
  }
  object.attributes = TRY(attributesFromJson(row.text(13)));
  return object;
}

// Collects rows, and the first that cannot be read.
class Collected {
 public:
  void operator()(const Row& row) {
    Result<ObjectRecord> object = objectOf(row);
    if (object.ok()) {
      objects_.push_back(std::move(object).value());
    } else if (status_.ok()) {
      status_ = std::move(object).error();
    }
  }
  Result<std::vector<ObjectRecord>> all() && {
    TRY(std::move(status_));
    return std::move(objects_);
  }
  Result<std::optional<ObjectRecord>> one() && {
    TRY(std::move(status_));
    if (objects_.empty()) return std::optional<ObjectRecord>();
    return std::optional<ObjectRecord>(std::move(objects_.front()));
  }

 private:
  std::vector<ObjectRecord> objects_;
  Status status_;
};

SqlBytes bytes(std::string_view key) { return {std::string(key)}; }

Result<std::optional<ObjectRecord>> findOne(Transaction& transaction, std::string_view sql,
                                            const std::vector<SqlValue>& values) {
  Collected collected;
  TRY(transaction.connection.query(sql, values, std::ref(collected)));
  return std::move(collected).one();
}

Status eraseRows(Transaction& transaction, int64_t object) {
  Connection& connection = transaction.connection;
  TRY(connection.query("SELECT file FROM object_part WHERE object = ?", {object},
                       [&](const Row& row) { transaction.discard(row.text(0)); }));
  TRY(connection.run("DELETE FROM object_part WHERE object = ?", {object}));
  TRY(connection.run("DELETE FROM upload WHERE object = ?", {object}));
  return connection.run("DELETE FROM object WHERE id = ?", {object});
}

Result<int64_t> insertRow(Transaction& transaction, int64_t bucket, const ObjectRecord& object) {
  int64_t id = 0;
  const auto& checksum = object.checksum;
  TRY(transaction.connection.query(
      "INSERT INTO object (bucket, key, version, current, marker, modified, size, etag, num_parts, "
      "storage_class, checksum_algorithm, checksum_composite, checksum, attributes) "
      "VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      {bucket, bytes(object.key), object.version, int64_t{object.deleteMarker},
       object.modified.millis, static_cast<int64_t>(object.size), object.etag,
       int64_t{object.numParts}, object.storageClass,
       checksum ? std::string(checksumName(checksum->algorithm)) : std::string(),
       int64_t{checksum && checksum->composite}, checksum ? checksum->value : std::string(),
       attributesToJson(object.attributes)},
      [&](const Row& row) { id = row.integer(0); }));
  return id;
}

}  // namespace

Result<std::optional<ObjectRecord>> findCurrent(Transaction& transaction, int64_t bucket,
                                                std::string_view key) {
  return findOne(transaction,
                 "SELECT " OBJECT_COLUMNS
                 " FROM object WHERE bucket = ? AND key = ? ORDER BY id DESC LIMIT 1",
                 {bucket, bytes(key)});
}

Result<std::optional<ObjectRecord>> findVersion(Transaction& transaction, int64_t bucket,
                                                std::string_view key, std::string_view version) {
  return findOne(transaction,
                 "SELECT " OBJECT_COLUMNS
                 " FROM object WHERE bucket = ? AND key = ? AND version = ?",
                 {bucket, bytes(key), std::string(version)});
}

Result<std::optional<ObjectRecord>> findById(Transaction& transaction, int64_t id) {
  return findOne(transaction, "SELECT " OBJECT_COLUMNS " FROM object WHERE id = ?", {id});
}

Result<std::vector<PartRecord>> partsOf(Transaction& transaction, int64_t object) {
  return selectParts(transaction,
                     "SELECT " PART_COLUMNS " FROM object_part WHERE object = ? ORDER BY number",
                     {object});
}

Result<int64_t> putVersion(Transaction& transaction, int64_t bucket, const ObjectRecord& object,
                           const std::vector<PartRecord>& parts) {
  Connection& connection = transaction.connection;
  if (object.version == kNullVersion) {
    auto replaced = TRY(findVersion(transaction, bucket, object.key, kNullVersion));
    if (replaced) TRY(eraseRows(transaction, replaced->id));
  }
  TRY(connection.run("UPDATE object SET current = 0 WHERE bucket = ? AND key = ? AND current = 1",
                     {bucket, bytes(object.key)}));
  int64_t id = TRY(insertRow(transaction, bucket, object));
  for (const PartRecord& part : parts) {
    TRY(connection.run("INSERT INTO object_part (object, " PART_COLUMNS
                       ") VALUES (?, ?, ?, ?, ?, ?, ?)",
                       partValues(id, part)));
  }
  return id;
}

Status eraseVersion(Transaction& transaction, int64_t bucket, const ObjectRecord& object) {
  TRY(eraseRows(transaction, object.id));
  if (!object.current) return {};
  return transaction.connection.run(
      "UPDATE object SET current = 1 WHERE id = "
      "(SELECT max(id) FROM object WHERE bucket = ? AND key = ?)",
      {bucket, bytes(object.key)});
}

Status updateAttributes(Transaction& transaction, int64_t object,
                        const StoredAttributes& attributes) {
  return transaction.connection.run("UPDATE object SET attributes = ? WHERE id = ?",
                                    {attributesToJson(attributes), object});
}

Result<std::vector<ObjectRecord>> scanVersions(Transaction& transaction, int64_t bucket,
                                               const VersionPosition& from, size_t limit,
                                               bool listedOnly) {
  // `key >=` lets the index find the place; the rest steps over what stands before it.
  constexpr std::string_view kAll =
      "SELECT " OBJECT_COLUMNS
      " FROM object WHERE bucket = ? AND key >= ? AND (key > ? OR id < ?) "
      "ORDER BY key, id DESC LIMIT ?";
  constexpr std::string_view kListed =
      "SELECT " OBJECT_COLUMNS
      " FROM object WHERE current = 1 AND marker = 0 AND bucket = ? AND key >= ? AND "
      "(key > ? OR id < ?) ORDER BY key LIMIT ?";
  Collected collected;
  TRY(transaction.connection.query(
      listedOnly ? kListed : kAll,
      {bucket, bytes(from.key), bytes(from.key), from.beforeId, static_cast<int64_t>(limit)},
      std::ref(collected)));
  return std::move(collected).all();
}

}  // namespace millrace::s3
