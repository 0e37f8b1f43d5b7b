#include "database/database.h"

#include "database/postgresql_database.h"
#include "database/sqlite_database.h"

namespace millrace {

Status Connection::run(std::string_view sql, const std::vector<SqlValue>& values) {
  return query(sql, values, [](const Row&) {});
}

bool isPostgresqlLocation(std::string_view location) {
  return location.starts_with("postgresql://") || location.starts_with("postgres://");
}

Result<std::unique_ptr<Database>> Database::open(const std::string& location,
                                                 Migrations migrations) {
  if (isPostgresqlLocation(location)) return openPostgresqlDatabase(location, migrations);
  return openSqliteDatabase(location, migrations);
}

}  // namespace millrace
