#include "access/identity/unique_id.h"

namespace millrace {

namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The sizes of the alphabets are powers of two, so every character is equally likely.
std::string draw(Random& random, std::string_view begin, std::string_view alphabet, size_t count) {
  std::string text(begin);
  for (size_t i = 0; i < count; ++i) text.push_back(alphabet[random.next() % alphabet.size()]);
  return text;
}

}  // namespace

std::string makeIdentityId(Random& random, std::string_view prefix) {
  return draw(random, prefix, kBase32, 17);
}

std::string makeAccessKeyId(Random& random, std::string_view prefix) {
  return draw(random, prefix, kBase32, 16);
}

std::string makeSecretKey(Random& random) { return draw(random, "", kBase64, 40); }

std::string makeSessionToken(Random& random) {
  // As AWS's tokens begin; 192 random characters are far beyond guessing.
  return draw(random, "IQoJb3JpZ2luX2Vj", kBase64, 192);
}

}  // namespace millrace
