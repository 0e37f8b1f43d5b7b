// What a RuntimeEnvironment is: "FLINK-1_20", "SQL-1_0", "ZEPPELIN-FLINK-3_0".
#pragma once

#include <string_view>

namespace millrace::kinesisanalyticsv2 {

inline bool isSql(std::string_view runtime) { return runtime.starts_with("SQL-"); }
inline bool isStudio(std::string_view runtime) { return runtime.starts_with("ZEPPELIN-"); }
inline bool isFlink(std::string_view runtime) { return runtime.starts_with("FLINK-"); }

}  // namespace millrace::kinesisanalyticsv2
