// Which options are secret, by Flink's rule, and how text is shown to people without their values.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

// "s3.secret-key", "aws.credentials.basic.secretkey", "properties.sasl.jaas.config" ...
bool isSecretOption(std::string_view key);

// SQL with the value behind every secret key ('key' = 'value') made of stars, one for each
// character: places in it stay what they are. The text need not parse.
std::string hideSecretOptions(std::string_view sql);

}  // namespace millrace
