#include "runner/test_file.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace millrace {

namespace {

using Kind = TestBlock::Kind;

struct Keyword {
  std::string_view name;
  Kind kind;
};
constexpr Keyword kKeywords[] = {
    {"file", Kind::kFile},           {"set", Kind::kSet},
    {"reset", Kind::kReset},         {"skip-runs", Kind::kSkipRuns},
    {"foreach", Kind::kForeach},     {"end", Kind::kEnd},
    {"statement", Kind::kStatement}, {"table", Kind::kTable},
    {"changelog", Kind::kChangelog}, {"expressions", Kind::kExpressions},
    {"plan", Kind::kPlan},           {"edit", Kind::kEdit},
    {"in-order", Kind::kInOrder},
};

bool isBlank(std::string_view line) { return trimmed(line).empty(); }

class TestFileParser {
 public:
  TestFileParser(std::string path, std::string_view text) : lines_(splitText(text, '\n')) {
    file_.path = std::move(path);
    if (!lines_.empty() && lines_.back().empty()) lines_.pop_back();
  }

  Result<TestFile> parse() {
    TRY(checkHead());
    TestBlock block;
    bool modified = false;
    while (at_ < lines_.size()) {
      const std::string& line = lines_[at_];
      if (!modified && (isBlank(line) || line.starts_with('#'))) {
        ++at_;
        continue;
      }
      if (readModifier(line, block)) {
        modified = true;
        ++at_;
        continue;
      }
      TRY(readBlock(block));
      file_.blocks.push_back(std::move(block));
      block = TestBlock();
      modified = false;
    }
    if (modified) return wrong("a modifier without a query");
    TRY(unroll());
    return std::move(file_);
  }

 private:
  Error wrong(const std::string& message) const {
    return Error(ErrorKind::kSyntax, fmt::format("{}:{}: {}", file_.path, at_ + 1, message));
  }

  Status checkHead() const {
    constexpr std::string_view kHead[] = {"# name: ", "# description: ", "# group: ["};
    for (size_t i = 0; i < std::size(kHead); ++i) {
      if (i < lines_.size() && lines_[i].starts_with(kHead[i])) continue;
      return wrong(fmt::format("line {} must start with '{}'", i + 1, kHead[i]));
    }
    std::string_view name = trimmed(std::string_view(lines_[0]).substr(kHead[0].size()));
    if (!file_.path.ends_with(name)) return wrong("the name is not the path of the file");
    return {};
  }

  static bool readModifier(std::string_view line, TestBlock& block) {
    if (trimmed(line) == "approx") {
      block.approximate = true;
      return true;
    }
    if (line.starts_with("ties ")) {
      for (const std::string& name : splitText(line.substr(5), ',')) {
        block.ties.emplace_back(trimmed(name));
      }
      return true;
    }
    return line.starts_with("flink ") || line.starts_with("ours-only ");
  }

  Status readBlock(TestBlock& block) {
    std::string_view line = lines_[at_];
    size_t space = line.find(' ');
    std::string_view word = line.substr(0, space);
    const Keyword* keyword = nullptr;
    for (const Keyword& known : kKeywords) {
      if (known.name == word) keyword = &known;
    }
    if (keyword == nullptr) return wrong(fmt::format("unknown block '{}'", word));
    block.kind = keyword->kind;
    block.line = static_cast<uint32_t>(at_ + 1);
    if (space != std::string_view::npos) block.argument = trimmed(line.substr(space));
    TRY(checkArgument(block));
    ++at_;
    if (block.kind == Kind::kFile) return readContents(block);
    if (block.isQuery()) return readQuery(block);
    if (block.kind == Kind::kSkipRuns) file_.skipRuns = true;
    if (block.kind == Kind::kInOrder) file_.inOrder = true;
    return {};
  }

  Status checkArgument(TestBlock& block) const {
    const std::string& argument = block.argument;
    bool fits = true;
    switch (block.kind) {
      case Kind::kFile:
        fits = !argument.empty();
        break;
      case Kind::kSet:
        fits = argument.find(' ') != std::string::npos;
        break;
      case Kind::kReset:
      case Kind::kSkipRuns:
      case Kind::kInOrder:
        fits = !argument.empty();
        break;
      case Kind::kForeach:
        fits = readForeach(block);
        break;
      case Kind::kStatement:
        fits = argument == "ok" || argument.starts_with("error ");
        break;
      case Kind::kTable:
      case Kind::kChangelog:
        fits = argument.empty() || argument == "types";
        break;
      case Kind::kExpressions:
        fits = argument.empty() || argument.starts_with("from ");
        break;
      case Kind::kEdit:
        fits = argument.starts_with("full after ") || argument.starts_with("partial after ") ||
               argument.starts_with("incompatible after ");
        break;
      case Kind::kEnd:
      case Kind::kPlan:
        fits = argument.empty();
        break;
    }
    if (fits) return {};
    return wrong(fmt::format("'{}' does not follow the grammar", lines_[at_]));
  }

  static bool readForeach(TestBlock& block) {
    size_t in = block.argument.find(" in ");
    if (in == std::string::npos) return false;
    block.variable = trimmed(std::string_view(block.argument).substr(0, in));
    for (const std::string& item : splitText(block.argument.substr(in + 4), '|')) {
      block.items.emplace_back(trimmed(item));
    }
    return true;
  }

  Status readContents(TestBlock& block) {
    while (at_ < lines_.size() && lines_[at_] != "----") block.body.push_back(lines_[at_++]);
    if (at_ == lines_.size()) return wrong("a file without ---- at its end");
    ++at_;
    return {};
  }

  Status readQuery(TestBlock& block) {
    while (at_ < lines_.size() && !isBlank(lines_[at_]) && lines_[at_] != "----") {
      block.body.push_back(lines_[at_++]);
    }
    if (block.body.empty()) return wrong("a query without text");
    if (at_ < lines_.size() && lines_[at_] == "----") {
      ++at_;
      while (at_ < lines_.size() && !isBlank(lines_[at_])) block.expected.push_back(lines_[at_++]);
      return {};
    }
    bool needsResult = block.kind == Kind::kTable || block.kind == Kind::kChangelog ||
                       block.kind == Kind::kPlan || block.kind == Kind::kEdit;
    if (needsResult) return wrong("no ---- behind the query");
    return {};
  }

  Status unroll() {
    const TestBlock* loop = nullptr;
    std::vector<size_t> inside;
    for (size_t i = 0; i < file_.blocks.size(); ++i) {
      const TestBlock& block = file_.blocks[i];
      if (block.kind == Kind::kForeach) {
        if (loop != nullptr) return wrong("foreach does not nest");
        loop = &block;
        inside.clear();
      } else if (block.kind == Kind::kEnd) {
        if (loop == nullptr) return wrong("end without foreach");
        for (const std::string& item : loop->items) {
          for (size_t block : inside) file_.steps.push_back({block, loop->variable, item});
        }
        loop = nullptr;
      } else if (loop != nullptr) {
        inside.push_back(i);
      } else {
        file_.steps.push_back({i, {}, {}});
      }
    }
    if (loop != nullptr) return wrong("foreach without end");
    return {};
  }

  TestFile file_;
  std::vector<std::string> lines_;
  size_t at_ = 0;
};

}  // namespace

Result<TestFile> parseTestFile(std::string path, std::string_view text) {
  return TestFileParser(std::move(path), text).parse();
}

Result<TestFile> readTestFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return Error(ErrorKind::kIo, fmt::format("{}: cannot be read", path));
  return parseTestFile(path, text.str());
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::vector<std::string> splitText(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string joinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}

}  // namespace millrace
