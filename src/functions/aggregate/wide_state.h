// 128-bit integers inside aggregate states, which are only 8-byte aligned.
#pragma once

#include <cstdint>
#include <cstring>

#include "types/type.h"

namespace millrace {

struct WideState {
  uint64_t low = 0;
  uint64_t high = 0;

  int128 get() const {
    return static_cast<int128>((static_cast<unsigned __int128>(high) << 64) | low);
  }
  void set(int128 value) {
    low = static_cast<uint64_t>(value);
    high = static_cast<uint64_t>(static_cast<unsigned __int128>(value) >> 64);
  }
};

// Columns of int128 are aligned, states are not: a stored value of type T and its way in and out.
template <typename T>
struct Stored {
  using Type = T;
  static T load(const Type& stored) { return stored; }
  static void store(Type& stored, const T& value) { stored = value; }
};
template <>
struct Stored<int128> {
  using Type = WideState;
  static int128 load(const WideState& stored) { return stored.get(); }
  static void store(WideState& stored, int128 value) { stored.set(value); }
};

}  // namespace millrace
