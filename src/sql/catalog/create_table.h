// From CREATE TABLE and CREATE VIEW to catalogue objects.
#pragma once

#include <memory>

#include "base/result.h"
#include "sql/ast/statement.h"
#include "sql/catalog/catalog.h"

namespace millrace {

struct BindContext;

// Checks columns, types, keys, watermark and partitioning; computed columns and the watermark are
// bound once so that their errors come now.
Result<std::shared_ptr<const CatalogTable>> makeTable(const ParsedCreateTable& create,
                                                      const BindContext& context);

// Binds the query once: its columns are the view's.
Result<std::shared_ptr<const CatalogView>> makeView(const ParsedCreateView& create,
                                                    const BindContext& context);

}  // namespace millrace
