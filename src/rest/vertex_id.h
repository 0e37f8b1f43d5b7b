// Ids of vertices as Flink's clients expect them, 32 hex digits: a hash of the stable id of a
// task's first operator, so that a vertex keeps its id over restarts.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

std::string vertexId(std::string_view operatorId);

}  // namespace millrace
