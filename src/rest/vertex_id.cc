#include "rest/vertex_id.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace millrace {

std::string vertexId(std::string_view operatorId) {
  XXH128_hash_t hash = XXH3_128bits(operatorId.data(), operatorId.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace millrace
