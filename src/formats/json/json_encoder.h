// The json encoder: one object per row and line.
#pragma once

#include <memory>

#include "formats/format.h"
#include "formats/json/json_options.h"

namespace millrace {

std::unique_ptr<Encoder> makeJsonEncoder(const Schema& schema, const JsonOptions& options);

}  // namespace millrace
