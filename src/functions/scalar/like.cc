// LIKE and SIMILAR TO.
#include <cstring>

#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/like_pattern.h"
#include "functions/regular_expression.h"
#include "functions/signature.h"

namespace millrace {

namespace {

class LikeState final : public FunctionState {
 public:
  Result<const LikePattern*> get(std::string_view pattern, std::string_view escape) {
    if (compiled_ && pattern == text_ && escape == escape_) return &*compiled_;
    compiled_ = TRY(LikePattern::compile(pattern, escape));
    text_ = pattern;
    escape_ = escape;
    return &*compiled_;
  }

 private:
  std::optional<LikePattern> compiled_;
  std::string text_;
  std::string escape_;
};

Result<std::unique_ptr<FunctionState>> prepareLike(Arguments, const Type&) {
  return std::unique_ptr<FunctionState>(std::make_unique<LikeState>());
}

std::string_view escapeAt(const KernelCall& call, uint32_t row) {
  return call.args.size() > 2 ? TextArgument(call, 2)[row] : std::string_view();
}

Status like(const KernelCall& call, Column& out) {
  auto& state = static_cast<LikeState&>(*call.state);
  TextArgument text(call, 0), pattern(call, 1);
  uint8_t* to = out.mutableValues<uint8_t>();
  bool constant =
      call.args[1]->isConstant() && (call.args.size() < 3 || call.args[2]->isConstant());
  if (constant) {
    const LikePattern* compiled = TRY(state.get(pattern[0], escapeAt(call, 0)));
    forEachRow(call.rows,
               [&](uint32_t row) { to[row] = compiled->matches(text.raw(row).view()) ? 1 : 0; });
    return Status();
  }
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    const LikePattern* compiled = TRY(state.get(pattern[row], escapeAt(call, row)));
    to[row] = compiled->matches(text[row]) ? 1 : 0;
  }
  return Status();
}

class SimilarState final : public FunctionState {
 public:
  RegexCache cache;
};

Result<std::unique_ptr<FunctionState>> prepareSimilar(Arguments, const Type&) {
  return std::unique_ptr<FunctionState>(std::make_unique<SimilarState>());
}

Status similar(const KernelCall& call, Column& out) {
  auto& state = static_cast<SimilarState&>(*call.state);
  TextArgument text(call, 0), pattern(call, 1);
  uint8_t* to = out.mutableValues<uint8_t>();
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    std::string translated = TRY(similarToRegex(pattern[row], escapeAt(call, row)));
    const Regex* regex = TRY(state.cache.get(translated));
    to[row] = TRY(regex->matches(text[row])) ? 1 : 0;
  }
  return Status();
}

Result<ResolvedCall> resolveLike(Arguments args) {
  return resolveCall(args, {{"string, string, [string", "boolean", like, prepareLike}});
}
Result<ResolvedCall> resolveSimilar(Arguments args) {
  return resolveCall(args, {{"string, string, [string", "boolean", similar, prepareSimilar}});
}

}  // namespace

void addLikeFunctions(FunctionCatalog& catalog) {
  catalog.add(ScalarFunction{
      .name = "LIKE",
      .family = "comparison",
      .signature = "string LIKE pattern [ESCAPE character]",
      .doc = "TRUE when the text matches: % is any text, _ any character. NOT LIKE is NOT of it.",
      .example = "'abc' LIKE 'a%'",
      .exampleResult = "true",
      .resolve = resolveLike});
  catalog.add(ScalarFunction{.name = "SIMILAR TO",
                             .family = "comparison",
                             .signature = "string SIMILAR TO pattern [ESCAPE character]",
                             .doc = "TRUE when the whole text matches the SQL regular expression.",
                             .example = "'abc' SIMILAR TO 'a(b|x)c'",
                             .exampleResult = "true",
                             .resolve = resolveSimilar});
}

}  // namespace millrace
