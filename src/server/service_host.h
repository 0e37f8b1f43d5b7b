// ServiceHost: the whole service without its command line: data directory, keys, companions,
// dispatcher, port.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "env/env.h"

namespace millrace {

struct ServiceHostOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 4566;
  std::string dataDirectory;
  std::string region = "us-east-1";
  std::string account = "000000000000";
  bool authentication = true;
  // Files; empty = a certificate of our own below the data directory, made at first start.
  std::string certificateFile;
  std::string privateKeyFile;
  // The root user's keys; empty = those in DATA/credentials, made at first start.
  std::string rootAccessKeyId;
  std::string rootSecretAccessKey;
  // Where applications are remembered: postgresql://...; empty = in the data directory.
  std::string store;
  // Of applications ("applications", "kpus", "snapshots", "tags"); the others are AWS's.
  std::map<std::string, int64_t> quotas;
  // False: none is kept here; all are AWS's, but for those with an endpoint in the settings.
  bool companions = true;
  // Of companions: "kinesis.fsync" -> "always". "kinesis.endpoint" -> a URL, or "aws" for AWS's
  // own: the service is there and not here.
  std::map<std::string, std::string> settings;
};

// Thread-safe. The destructor stops it.
class ServiceHost {
 public:
  // Locks the data directory, opens everything and listens. Errors: the directory is in use by
  // another process, the port is taken, a file is damaged.
  static Result<std::unique_ptr<ServiceHost>> start(Env& env, Log& log, ServiceHostOptions options);
  virtual ~ServiceHost() = default;

  virtual uint16_t port() const = 0;
  // Lets running requests finish for a few seconds, then closes files in order.
  virtual void stop() = 0;
};

}  // namespace millrace
