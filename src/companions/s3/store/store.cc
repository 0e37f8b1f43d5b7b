#include "companions/s3/store/store.h"

#include <set>

#include "companions/s3/store/schema.h"

namespace millrace::s3 {

Result<std::unique_ptr<Store>> Store::open(Env& env, Log& log, const std::string& directory) {
  auto files = TRY(DataFiles::open(env, log, directory));
  auto database = TRY(Database::open(directory + "/metadata.sqlite", kMigrations));
  std::unique_ptr<Store> store(new Store(std::move(database), std::move(files)));
  TRY(store->recover());
  return store;
}

// The rows of files that are gone by now leave with the next write instead of one of their own.
Status Store::note(Connection& connection, const std::vector<std::string>& garbage) {
  for (const std::string& file : files_->takeRemoved()) {
    TRY(connection.run("DELETE FROM garbage WHERE file = ?", {file}));
  }
  for (const std::string& file : garbage) {
    TRY(connection.run("INSERT OR IGNORE INTO garbage (file) VALUES (?)", {file}));
  }
  return {};
}

Status Store::recover() {
  std::vector<std::string> garbage;
  TRY(database_->read([&](Connection& connection) {
    return connection.query("SELECT file FROM garbage", {},
                            [&](const Row& row) { garbage.emplace_back(row.text(0)); });
  }));
  for (const std::string& file : garbage) files_->remove(file);
  if (!garbage.empty()) {
    TRY(database_->write(
        [](Connection& connection) { return connection.run("DELETE FROM garbage"); }));
  }
  std::vector<std::string> incoming = TRY(files_->incoming());
  if (incoming.empty()) return {};
  // One pass over all parts: files are found by their owners, so there is no index on them.
  std::set<std::string, std::less<>> orphans(incoming.begin(), incoming.end());
  TRY(database_->read([&](Connection& connection) {
    return connection.query("SELECT file FROM object_part UNION ALL SELECT file FROM upload_part",
                            {}, [&](const Row& row) {
                              auto found = orphans.find(row.text(0));
                              if (found != orphans.end()) orphans.erase(found);
                            });
  }));
  for (const std::string& file : incoming) {
    if (orphans.contains(file)) {
      files_->remove(file);
    } else {
      TRY(files_->move(file));
    }
  }
  return {};
}

}  // namespace millrace::s3
