// The data directory of `millrace serve`, held by one process at a time.
//
//   DATA/lock                 the number of the process that holds it
//   DATA/credentials          the root user's keys (mode 600)
//   DATA/tls/*.pem            the certificate of our own and its key (mode 600)
//   DATA/<companion>/         what a companion keeps (mode 700)
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "env/env.h"
#include "env/file_lock.h"
#include "server/certificate.h"

namespace millrace {

class DataDirectory {
 public:
  // Makes it if need be. The error says which process holds it.
  static Result<DataDirectory> open(Env& env, std::string path);

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + '/' + std::string(name); }
  // The directory of a companion, made; only the owner of the process may enter it. SQL may have
  // keys in it, and objects and records are nobody else's either.
  Result<std::string> privateFolder(std::string_view name) const;

  // The certificate of these files, or our own for `host`, made at first start.
  Result<Certificate> certificate(const std::string& certificateFile,
                                  const std::string& privateKeyFile, const std::string& host) const;

 private:
  Result<std::string> folder(std::string_view name) const;

  DataDirectory(Env& env, std::string path, std::unique_ptr<FileLock> lock)
      : env_(&env), path_(std::move(path)), lock_(std::move(lock)) {}

  Env* env_;
  std::string path_;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace millrace
