// The tables of the S3 companion. Scripts that were released never change; new ones are appended.
#pragma once

#include <array>
#include <string_view>

namespace millrace::s3 {

// Names and keys are bytes, so that they sort as S3 sorts them. `id` of object grows with every
// version, so the newest of a key has the largest. `current` is 1 for the newest version of a key;
// the partial index holds what a listing shows. Files in `garbage` are no longer named by any row
// and go as soon as nobody reads them.
inline constexpr std::array<std::string_view, 1> kMigrations = {R"sql(
CREATE TABLE bucket (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  region TEXT NOT NULL,
  account TEXT NOT NULL,
  created INTEGER NOT NULL,
  versioning TEXT NOT NULL,
  object_lock INTEGER NOT NULL
);
CREATE TABLE bucket_configuration (
  bucket INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (bucket, kind, name)
) WITHOUT ROWID;
CREATE TABLE object (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket INTEGER NOT NULL,
  key BLOB NOT NULL,
  version TEXT NOT NULL,
  current INTEGER NOT NULL,
  marker INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  num_parts INTEGER NOT NULL,
  storage_class TEXT NOT NULL,
  checksum_algorithm TEXT NOT NULL,
  checksum_composite INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  attributes TEXT NOT NULL
);
CREATE UNIQUE INDEX object_by_key ON object (bucket, key, id DESC);
CREATE UNIQUE INDEX object_listed ON object (bucket, key) WHERE current = 1 AND marker = 0;
CREATE TABLE object_part (
  object INTEGER NOT NULL,
  number INTEGER NOT NULL,
  file TEXT NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modified INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  PRIMARY KEY (object, number)
) WITHOUT ROWID;
CREATE TABLE upload (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket INTEGER NOT NULL,
  key BLOB NOT NULL,
  upload_id TEXT NOT NULL UNIQUE,
  initiated INTEGER NOT NULL,
  storage_class TEXT NOT NULL,
  checksum_algorithm TEXT NOT NULL,
  checksum_composite INTEGER NOT NULL,
  attributes TEXT NOT NULL,
  object INTEGER
);
CREATE INDEX upload_by_key ON upload (bucket, key, id);
CREATE INDEX upload_by_object ON upload (object) WHERE object IS NOT NULL;
CREATE TABLE upload_part (
  upload INTEGER NOT NULL,
  number INTEGER NOT NULL,
  file TEXT NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modified INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  PRIMARY KEY (upload, number)
) WITHOUT ROWID;
CREATE TABLE garbage (file TEXT PRIMARY KEY) WITHOUT ROWID;
)sql"};

}  // namespace millrace::s3
