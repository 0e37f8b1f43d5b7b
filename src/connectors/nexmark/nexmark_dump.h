// Writes Nexmark events to files, for engines that read files.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "connectors/nexmark/nexmark_model.h"
#include "env/env.h"

namespace millrace {

enum class NexmarkFileFormat : uint8_t { kJson, kCsv };

struct NexmarkDump {
  NexmarkOptions model;
  int64_t events = 1'000'000;
  int64_t parts = 1;
  NexmarkFileFormat format = NexmarkFileFormat::kJson;
  std::string directory;
};

// Writes part-0 .. part-(P-1) with the extension .json or .csv. Events are numbered from 0; every
// 50 consecutive ones go to the next part. A csv record has the columns event_type, person, auction
// and bid; a row's fields are separated by ';' and a missing row is empty.
Status dumpNexmark(const NexmarkDump& dump, Env& env);

// Appends one event as a JSON object, with its line end; and as a csv record.
void appendNexmarkJson(const NexmarkModel& model, int64_t event, std::string& out);
void appendNexmarkCsv(const NexmarkModel& model, int64_t event, std::string& out);

}  // namespace millrace
