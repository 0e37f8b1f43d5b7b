// CHECK ends the process when an invariant of ours does not hold. It is for bugs only: the worker
// dies and the job restarts from its checkpoint. What a user can cause is a Result.
#pragma once

#include <string_view>

namespace millrace {

[[noreturn]] void checkFailed(const char* file, int line, const char* condition,
                              std::string_view detail);

}  // namespace millrace

// CHECK(condition) or CHECK(condition, detail): detail is anything convertible to string_view and
// is evaluated only on failure.
#define CHECK(condition, ...)                                                                   \
  do {                                                                                          \
    if (!(condition)) [[unlikely]]                                                              \
      ::millrace::checkFailed(__FILE__, __LINE__, #condition, ::std::string_view{__VA_ARGS__}); \
  } while (false)

// A branch that cannot be reached.
#define UNREACHABLE(...) \
  ::millrace::checkFailed(__FILE__, __LINE__, "unreachable", ::std::string_view{__VA_ARGS__})

#ifdef NDEBUG
#define DCHECK(condition, ...) \
  do {                         \
  } while (false)
#else
#define DCHECK(...) CHECK(__VA_ARGS__)
#endif
