// The tables of the store, as a list of migrations. Columns are what queries look for; everything
// else is in the record.
#pragma once

#include <span>
#include <string_view>

namespace millrace::kinesisanalyticsv2 {

// Released scripts never change; new ones are appended.
std::span<const std::string_view> storeMigrations();

}  // namespace millrace::kinesisanalyticsv2
