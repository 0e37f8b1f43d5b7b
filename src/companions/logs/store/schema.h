// The tables of the CloudWatch Logs companion. Scripts that were released never change; new ones
// are appended.
#pragma once

#include <array>
#include <string_view>

namespace millrace::logs {

// Events are clustered by group and time, as they are read; the index serves single streams. What
// stands in `garbage` was deleted (stream 0: a whole group), and its events leave little by little.
inline constexpr std::array<std::string_view, 1> kMigrations = {R"sql(
CREATE TABLE log_group (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  retention INTEGER NOT NULL,
  kms_key TEXT NOT NULL,
  class TEXT NOT NULL,
  protected INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  UNIQUE (account, region, name)
);
CREATE TABLE tag (
  log_group INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (log_group, key)
) WITHOUT ROWID;
CREATE TABLE log_stream (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  log_group INTEGER NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_event INTEGER NOT NULL,
  last_ingestion INTEGER NOT NULL,
  UNIQUE (log_group, name)
);
CREATE INDEX log_stream_by_time ON log_stream (log_group, last_event, name);
CREATE TABLE event (
  log_group INTEGER NOT NULL,
  time INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  stream INTEGER NOT NULL,
  ingested INTEGER NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (log_group, time, sequence)
) WITHOUT ROWID;
CREATE INDEX event_of_stream ON event (stream, time, sequence);
CREATE TABLE next_sequence (value INTEGER NOT NULL);
INSERT INTO next_sequence (value) VALUES (1);
CREATE TABLE garbage (
  log_group INTEGER NOT NULL,
  stream INTEGER NOT NULL,
  PRIMARY KEY (log_group, stream)
) WITHOUT ROWID;
)sql"};

}  // namespace millrace::logs
