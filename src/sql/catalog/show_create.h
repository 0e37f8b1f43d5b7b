// SHOW CREATE TABLE and SHOW CREATE VIEW: statements that give the objects of the catalogue back,
// in Flink's layout.
#pragma once

#include <string>

#include "sql/catalog/catalog.h"

namespace millrace {

std::string showCreate(const CatalogTable& table);
std::string showCreate(const CatalogView& view);

}  // namespace millrace
