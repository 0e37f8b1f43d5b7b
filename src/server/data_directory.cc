#include "server/data_directory.h"

#include <fmt/format.h>

#include "env/file_system.h"
#include "env/private_file.h"

namespace millrace {

Result<DataDirectory> DataDirectory::open(Env& env, std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  TRY(env.files().makeDirectories(path));
  int64_t holder = 0;
  Result<std::unique_ptr<FileLock>> lock = FileLock::acquire(path + "/lock", &holder);
  if (!lock.ok() && holder != 0) {
    return Error(ErrorKind::kPermission,
                 fmt::format("data directory '{}' is in use by process {}", path, holder))
        .withHint("Stop that process, or use another directory with --data.");
  }
  return DataDirectory(env, std::move(path), TRY(std::move(lock)));
}

Result<std::string> DataDirectory::folder(std::string_view name) const {
  std::string path = file(name);
  TRY(env_->files().makeDirectories(path));
  return path;
}

Result<std::string> DataDirectory::privateFolder(std::string_view name) const {
  std::string path = TRY(folder(name));
  TRY(makeDirectoryPrivate(path));
  return path;
}

Result<Certificate> DataDirectory::certificate(const std::string& certificateFile,
                                               const std::string& privateKeyFile,
                                               const std::string& host) const {
  FileSystem& files = env_->files();
  if (certificateFile.empty() != privateKeyFile.empty()) {
    return Error(ErrorKind::kMissingOption,
                 "a certificate needs its key, and a key its certificate")
        .withHint("Give both --https-certificate and --https-key, or neither.");
  }
  if (!certificateFile.empty()) {
    return Certificate{TRY(readFile(files, certificateFile)), TRY(readFile(files, privateKeyFile))};
  }
  std::string folder = TRY(this->folder("tls"));
  std::string certificatePath = folder + "/certificate.pem";
  std::string keyPath = folder + "/key.pem";
  if (files.exists(certificatePath) && files.exists(keyPath)) {
    return Certificate{TRY(readFile(files, certificatePath)), TRY(readFile(files, keyPath))};
  }
  std::vector<std::string> names = {"localhost", "*.localhost", "*.s3.localhost"};
  std::vector<std::string> addresses = {"127.0.0.1", "::1"};
  bool isAddress = host.find_first_not_of("0123456789.:abcdefABCDEF") == std::string::npos;
  if (!isAddress && host != "localhost") names.push_back(host);
  Certificate made = TRY(
      makeCertificate(names, addresses, env_->clock().nowMillis() / 1000, env_->random().next()));
  TRY(writePrivateFile(keyPath, made.privateKey));
  TRY(writeFileAtomically(files, certificatePath, made.certificate));
  return made;
}

}  // namespace millrace
