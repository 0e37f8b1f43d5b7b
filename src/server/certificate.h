// A certificate of our own, for HTTPS where none is given.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace {

struct Certificate {
  std::string certificate;  // PEM
  std::string privateKey;   // PEM
};

// Self-signed, ECDSA P-256, for these DNS names ("*.x" allowed) and addresses, from a day before
// `nowSeconds` for ten years. `serial` makes it different from earlier ones.
Result<Certificate> makeCertificate(const std::vector<std::string>& names,
                                    const std::vector<std::string>& addresses, int64_t nowSeconds,
                                    uint64_t serial);

}  // namespace millrace
