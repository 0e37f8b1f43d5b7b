// ServiceEndpoints: which services are not kept by this process, and where they are.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace millrace {

class ServiceEndpoints {
 public:
  // By the name of the service's model: "kinesis".
  void add(std::string_view service, std::string url) {
    elsewhere_.insert_or_assign(std::string(service), std::move(url));
  }

  // Null: this process keeps it.
  const std::string* elsewhere(std::string_view service) const {
    auto found = elsewhere_.find(service);
    return found == elsewhere_.end() ? nullptr : &found->second;
  }

  const std::map<std::string, std::string, std::less<>>& all() const { return elsewhere_; }

 private:
  std::map<std::string, std::string, std::less<>> elsewhere_;
};

}  // namespace millrace
