// SESSION as a table function: rows wait until their session is over.
#pragma once

#include "operators/window_table_function/window_table_function.h"

namespace millrace {

OperatorPtr makeSessionTableFunction(const WindowTableFunctionSpec& spec);

}  // namespace millrace
