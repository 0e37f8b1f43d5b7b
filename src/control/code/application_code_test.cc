#include "control/code/application_code.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <map>

#include "control/code/zip_archive.h"

namespace millrace {
namespace {

void append(std::string& out, uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i));
}

std::string deflated(const std::string& text) {
  std::string packed(text.size() + 100, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// By the format's description, independent of the reader.
std::string zipOf(const std::map<std::string, std::string>& files, bool pack) {
  std::string out;
  std::string directory;
  for (const auto& [name, text] : files) {
    std::string data = pack ? deflated(text) : text;
    uint32_t checksum = static_cast<uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
    std::string common;
    append(common, 20, 2);
    append(common, 0, 2);
    append(common, pack ? 8 : 0, 2);
    append(common, 0, 4);
    append(common, checksum, 4);
    append(common, data.size(), 4);
    append(common, text.size(), 4);
    append(common, name.size(), 2);
    append(common, 0, 2);
    append(directory, 0x02014b50, 4);
    append(directory, 20, 2);
    directory += common;
    append(directory, 0, 10);
    append(directory, out.size(), 4);
    directory += name;
    append(out, 0x04034b50, 4);
    out += common + name + data;
  }
  size_t start = out.size();
  out += directory;
  append(out, 0x06054b50, 4);
  append(out, 0, 4);
  append(out, files.size(), 2);
  append(out, files.size(), 2);
  append(out, directory.size(), 4);
  append(out, start, 4);
  append(out, 0, 2);
  return out;
}

JobRequest requestWith(std::string zip) {
  JobRequest request;
  request.runtimeEnvironment = "FLINK-1_20";
  request.code.contentType = "ZIPFILE";
  request.code.zip = std::move(zip);
  request.properties = {{"g", {{"k", "v"}}}};
  return request;
}

TEST(ApplicationCode, ReadsTheSqlFilesOfTheRootInOrder) {
  for (bool pack : {false, true}) {
    std::string zip =
        zipOf({{"b.sql", "SELECT '${g.k}'"}, {"a.sql", std::string(5000, ' ')}, {"doc/c.sql", "x"}},
              pack);
    Result<ApplicationCode> code = loadApplicationCode(requestWith(zip), nullptr);
    ASSERT_TRUE(code.ok()) << code.error().describe();
    EXPECT_EQ(code.value().kind, CodeKind::kSql);
    ASSERT_EQ(code.value().files.size(), 2U);
    EXPECT_EQ(code.value().files[0].name, "a.sql");
    EXPECT_EQ(code.value().files[1].sql.text, "SELECT 'v'");
  }
}

TEST(ApplicationCode, TellsWhatItCannotRun) {
  JobRequest jar = requestWith(zipOf({{"META-INF/MANIFEST.MF", ""}, {"a.sql", ""}}, false));
  Result<ApplicationCode> code = loadApplicationCode(jar, nullptr);
  ASSERT_TRUE(code.ok());
  EXPECT_NE(whyNotNative(jar, code.value()).find("JAR"), std::string::npos);
  JobRequest python = requestWith(zipOf({{"main.py", "print()"}}, true));
  code = loadApplicationCode(python, nullptr);
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(code.value().kind, CodeKind::kPython);
}

TEST(ApplicationCode, NamesTheFileOfAnError) {
  Result<ApplicationCode> code =
      loadApplicationCode(requestWith(zipOf({{"a.sql", "\n'${g.x}'"}}, true)), nullptr);
  ASSERT_FALSE(code.ok());
  EXPECT_NE(code.error().describe().find("a.sql"), std::string::npos);
  EXPECT_EQ(code.error().position(), (SourcePosition{2, 2}));
}

TEST(ZipArchive, RefusesWhatIsDamaged) {
  EXPECT_FALSE(ZipArchive::open("garbage").ok());
  std::string zip = zipOf({{"a.sql", "SELECT 1"}}, true);
  for (size_t size = 0; size < zip.size(); ++size) {
    Result<ApplicationCode> code = loadApplicationCode(requestWith(zip.substr(0, size)), nullptr);
    EXPECT_TRUE(!code.ok() || code.value().kind == CodeKind::kNone) << size;
  }
  std::string flipped = zip;
  flipped[zip.find("a.sql") + 6] ^= 1;  // within the packed bytes
  EXPECT_FALSE(loadApplicationCode(requestWith(flipped), nullptr).ok());
}

}  // namespace
}  // namespace millrace
