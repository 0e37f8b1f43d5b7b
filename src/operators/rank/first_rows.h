// The first rows of every key in order of arrival (LIMIT without ORDER BY, ORDER BY proctime), over
// append-only input: only a count per key is kept.
#pragma once

#include "operators/rank/rank.h"

namespace millrace {

Result<OperatorPtr> makeFirstRows(const RankSpec& spec);

}  // namespace millrace
