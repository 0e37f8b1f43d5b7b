// SessionList: the open sessions of each key, in order of their start.
//
// A session has an id that is unique under its key as long as it is open: the time of its first
// row. Sessions of a key never touch each other. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "state/keyed_sorted_rows.h"
#include "state/state_store.h"

namespace millrace {

struct WindowSession {
  int64_t start = 0;
  int64_t end = 0;
  int64_t id = 0;
};

class SessionList {
 public:
  // keyNames: what the key columns are, or empty; window: what makes the sessions.
  Status open(StateStore& store, std::vector<Type> key, std::vector<std::string> keyNames,
              const std::string& window);
  KeyedSortedRows& rows() { return *rows_; }

  // The sessions that touch [start, end], ascending; their ranks are first, first + 1, ...
  void touching(const SortedGroup* group, int64_t start, int64_t end, size_t& first,
                std::vector<WindowSession>& found) const;
  // The rank of the session with this id, or SIZE_MAX.
  size_t find(const SortedGroup* group, int64_t id) const;
  WindowSession at(const SortedGroup* group, size_t rank) const;
  void insert(SortedGroup* group, const WindowSession& session);
  void setEnd(const SortedGroup* group, size_t rank, int64_t end);

 private:
  struct Extra {
    int64_t end;
    int64_t id;
  };
  Extra& extra(const SortedGroup* group, size_t rank) const;

  KeyedSortedRows* rows_ = nullptr;
  std::string row_;  // an encoded row, to be filled in
};

}  // namespace millrace
