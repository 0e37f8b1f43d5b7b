#include "runtime/operator.h"

namespace millrace {

Status Operator::inputIdle(int /*input*/, bool idle, Output& out) { return out.markIdle(idle); }

}  // namespace millrace
