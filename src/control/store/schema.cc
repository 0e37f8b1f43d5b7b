#include "control/store/schema.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

// Plain SQL that other databases understand too: numbers are handed out by `counter`, not by a
// dialect's automatic columns, and a number of a deleted application never comes back.
constexpr std::string_view kMigrations[] = {
    R"(
CREATE TABLE counter (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
CREATE TABLE application (
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  deadline BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE TABLE version (
  application BIGINT NOT NULL,
  id BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (application, id)
);
CREATE TABLE operation (
  application BIGINT NOT NULL,
  number BIGINT NOT NULL,
  id TEXT NOT NULL,
  operation TEXT NOT NULL,
  status TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (application, number)
);
CREATE INDEX operation_id ON operation (application, id);
CREATE TABLE snapshot (
  application BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  deadline BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (application, id),
  UNIQUE (application, name)
);
CREATE TABLE zip_content (
  application BIGINT NOT NULL,
  content_key TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (application, content_key)
);
CREATE INDEX application_deadline ON application (deadline);
CREATE INDEX snapshot_deadline ON snapshot (deadline);
)",
};

}  // namespace

std::span<const std::string_view> storeMigrations() { return kMigrations; }

}  // namespace millrace::kinesisanalyticsv2
