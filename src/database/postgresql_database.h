// The Database on a server of PostgreSQL.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "database/database.h"

namespace millrace {

Result<std::unique_ptr<Database>> openPostgresqlDatabase(const std::string& url,
                                                         Migrations migrations);

}  // namespace millrace
