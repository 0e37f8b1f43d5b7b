// Records as texts for the store: JSON, read back leniently (what is missing has its default), so
// that a later version may add members.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "control/model/application.h"

namespace millrace::kinesisanalyticsv2 {

std::string encodeRecord(const Application& application);
std::string encodeRecord(const ApplicationVersion& version);
std::string encodeRecord(const OperationRecord& operation);
std::string encodeRecord(const Snapshot& snapshot);

// kCorruptData when the text is no such record.
Status decodeRecord(std::string_view text, Application& application);
Status decodeRecord(std::string_view text, ApplicationVersion& version);
Status decodeRecord(std::string_view text, OperationRecord& operation);
Status decodeRecord(std::string_view text, Snapshot& snapshot);

}  // namespace millrace::kinesisanalyticsv2
