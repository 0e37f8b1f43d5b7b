#include "server/certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace millrace {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

constexpr int64_t kDaySeconds = 86'400;
constexpr int64_t kLifetimeDays = 3650;

std::string textOf(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

bool addExtension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool fill(X509* certificate, EVP_PKEY* key, const std::string& alternatives, int64_t nowSeconds,
          uint64_t serial) {
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
  ASN1_TIME_set(X509_getm_notBefore(certificate), nowSeconds - kDaySeconds);
  ASN1_TIME_set(X509_getm_notAfter(certificate), nowSeconds + kLifetimeDays * kDaySeconds);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("Millrace"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  return X509_set_pubkey(certificate, key) == 1 &&
         addExtension(certificate, NID_subject_alt_name, alternatives) &&
         addExtension(certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

Result<Certificate> makeCertificate(const std::vector<std::string>& names,
                                    const std::vector<std::string>& addresses, int64_t nowSeconds,
                                    uint64_t serial) {
  std::string alternatives;
  for (const std::string& name : names) alternatives += fmt::format(",DNS:{}", name);
  for (const std::string& address : addresses) alternatives += fmt::format(",IP:{}", address);
  std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
  std::unique_ptr<X509, Free> certificate(X509_new());
  if (!key || !certificate || alternatives.empty() ||
      !fill(certificate.get(), key.get(), alternatives.substr(1), nowSeconds, serial)) {
    return Error(ErrorKind::kInternal, "OpenSSL could not make a certificate");
  }
  std::unique_ptr<BIO, Free> certificateText(BIO_new(BIO_s_mem()));
  std::unique_ptr<BIO, Free> keyText(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificateText.get(), certificate.get());
  PEM_write_bio_PrivateKey(keyText.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return Certificate{textOf(certificateText.get()), textOf(keyText.get())};
}

}  // namespace millrace
