// WindowOutput: rows of windows on their way out, with the windows' properties appended and
// watermarks in between. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "operators/window/window_clock.h"
#include "operators/window/window_spec.h"
#include "runtime/operator.h"

namespace millrace {

enum class WindowProperty : uint8_t {
  kStart,  // TIMESTAMP(3)
  kEnd,    // TIMESTAMP(3)
  kTime,   // end - 1 ms, of the time attribute's type: the rowtime (or PROCTIME) attribute
};

class WindowOutput {
 public:
  // types: the columns in front of the properties.
  WindowOutput(std::vector<Type> types, std::vector<WindowProperty> properties, Type timeType,
               bool isLtz);
  void setClock(const WindowClock& clock) { clock_ = clock; }

  // Emits rows of one window; its start may come as a column instead.
  Status addWindow(std::vector<ColumnPtr> columns, size_t rows, int64_t start, int64_t end,
                   ColumnPtr startColumn, Output& out);
  // Emits rows of windows of their own.
  Status addWindows(std::vector<ColumnPtr> columns, std::span<const int64_t> starts,
                    std::span<const int64_t> ends, Output& out);
  // Behind what was added so far.
  void addMark(int64_t watermark);
  // Makes the rows that are held back independent of operator state.
  void ownStrings();
  // Emits what is held back. Call at the end of each call into the operator.
  Status flush(Output& out);

 private:
  Status add(Batch batch, Output& out);
  Type typeOf(WindowProperty property) const;
  ColumnPtr constantTime(const Type& type, int64_t millis, size_t rows) const;
  Batch emptyBatch() const;
  int64_t timeOf(WindowProperty property, int64_t start, int64_t end) const;

  std::vector<Type> types_;
  std::vector<WindowProperty> properties_;
  Type timeType_;
  bool isLtz_;
  WindowClock clock_;
  std::optional<Batch> pending_;  // waits for the marks behind it
};

}  // namespace millrace
