#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace millrace {

void checkFailed(const char* file, int line, const char* condition, std::string_view detail) {
  std::fprintf(stderr, "millrace: bug at %s:%d: %s%s%.*s\n", file, line, condition,
               detail.empty() ? "" : ": ", static_cast<int>(detail.size()), detail.data());
  std::abort();
}

}  // namespace millrace
