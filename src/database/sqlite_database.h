// The Database in a file.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "database/database.h"

namespace millrace {

Result<std::unique_ptr<Database>> openSqliteDatabase(const std::string& path,
                                                     Migrations migrations);

}  // namespace millrace
