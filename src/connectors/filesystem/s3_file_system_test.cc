// Files in S3 on a small S3 in memory, behind the transport: the client's real encoding is used.
#include "connectors/filesystem/s3_file_system.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "aws/client/scripted_transport.h"
#include "env/sim/sim_env.h"
#include "http/url.h"

namespace millrace {
namespace {

// What it holds is plain to see. Requests are answered as S3 does; anything unexpected with 501.
class MemoryS3 final : public HttpTransport {
 public:
  std::map<std::string, std::string> objects;                 // "bucket/key"
  std::map<std::string, std::map<int, std::string>> uploads;  // "id bucket/key"
  int failures = 0;                                           // of the next requests: 503
  bool denied = false;
  int requests = 0;

  Result<HttpResponse> send(const HttpOrigin&, const HttpRequest& request,
                            const SendOptions&) override {
    std::lock_guard lock(mutex_);
    ++requests;
    if (failures > 0) return --failures, error(503, "SlowDown");
    if (denied) return error(403, "AccessDenied");
    std::string name = percentDecode(request.path.substr(1));
    QueryParameters query = parseQuery(request.query);
    if (name.find('/') == std::string::npos) return ofBucket(request, name, query);
    if (findParameter(query, "uploads") || findParameter(query, "uploadId")) {
      return ofUpload(request, name, query);
    }
    if (request.method == "PUT") return put(request, name);
    if (request.method == "DELETE") return objects.erase(name), response(204, "");
    auto found = objects.find(name);
    if (found == objects.end()) return error(404, "NoSuchKey");
    return get(request, found->second);
  }

 private:
  static HttpResponse response(int status, std::string body, HttpHeaders headers = {}) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    return response;
  }
  static HttpResponse error(int status, const std::string& code) {
    return response(status, "<Error><Code>" + code + "</Code><Message>m</Message></Error>");
  }

  HttpResponse put(const HttpRequest& request, const std::string& name) {
    std::string_view source = request.headers.get("x-amz-copy-source");
    if (source.empty()) return objects[name] = request.body, response(200, "");
    auto from = objects.find(percentDecode(source));
    if (from == objects.end()) return error(404, "NoSuchKey");
    objects[name] = from->second;
    return response(200, "<CopyObjectResult/>");
  }

  static HttpResponse get(const HttpRequest& request, const std::string& content) {
    HttpHeaders headers{{"ETag", "\"1\""}};
    if (request.method == "HEAD") {
      headers.add("Content-Length", std::to_string(content.size()));
      return response(200, "", headers);
    }
    size_t begin = 0, end = 0;
    std::string range(request.headers.get("Range"));
    if (std::sscanf(range.c_str(), "bytes=%zu-%zu", &begin, &end) != 2) return error(501, "Range");
    if (begin >= content.size()) return error(416, "InvalidRange");
    return response(206, content.substr(begin, end - begin + 1), headers);
  }

  HttpResponse ofUpload(const HttpRequest& request, const std::string& name,
                        const QueryParameters& query) {
    const std::string* id = findParameter(query, "uploadId");
    if (id == nullptr) {
      std::string made = std::to_string(++lastUpload_);
      uploads[made + ' ' + name];
      return response(200, "<R><UploadId>" + made + "</UploadId></R>");
    }
    auto upload = uploads.find(*id + ' ' + name);
    if (upload == uploads.end()) return error(404, "NoSuchUpload");
    if (request.method == "PUT") {
      int number = std::stoi(*findParameter(query, "partNumber"));
      upload->second[number] = request.body;
      return response(200, "", {{"ETag", fmt::format("\"part{}\"", number)}});
    }
    if (request.method == "POST") {
      std::string whole;
      for (const auto& [number, bytes] : upload->second) {
        std::string tag = fmt::format("part{}&quot;</ETag><PartNumber>{}<", number, number);
        if (request.body.find(tag) == std::string::npos) return error(400, "InvalidPart");
        whole += bytes;
      }
      objects[name] = whole;
    }
    uploads.erase(upload);
    return response(200, "<R/>");
  }

  HttpResponse ofBucket(const HttpRequest& request, const std::string& bucket,
                        const QueryParameters& query) {
    if (bucket != "b") return error(404, "NoSuchBucket");
    if (request.method == "POST") {
      for (size_t at = 0; (at = request.body.find("<Key>", at)) != std::string::npos; ++at) {
        size_t end = request.body.find("</Key>", at);
        objects.erase(bucket + '/' + request.body.substr(at + 5, end - at - 5));
      }
      return response(200, "<DeleteResult/>");
    }
    const std::string* prefix = findParameter(query, "prefix");
    const std::string* after = findParameter(query, "continuation-token");
    bool deep = findParameter(query, "delimiter") == nullptr;
    std::string begin = prefix == nullptr ? "" : *prefix;
    std::map<std::string, bool> entries;  // and whether it is a common prefix
    for (const auto& [name, content] : objects) {
      std::string key = name.substr(bucket.size() + 1);
      if (!key.starts_with(begin)) continue;
      size_t slash = key.find('/', begin.size());
      bool common = !deep && slash != std::string::npos;
      entries[common ? key.substr(0, slash + 1) : key] = common;
    }
    // Pages of two, so that paging is seen.
    std::string body = "<R>";
    int count = 0;
    for (const auto& [key, common] : entries) {
      if (after != nullptr && key <= *after) continue;
      if (count++ == 2) break;
      std::string encoded = percentEncode(key, "/");
      body += common ? "<CommonPrefixes><Prefix>" + encoded + "</Prefix></CommonPrefixes>"
                     : "<Contents><Key>" + encoded + "</Key><Size>1</Size></Contents>";
      if (count == 2 && key != entries.rbegin()->first) {
        body += "<IsTruncated>true</IsTruncated><NextContinuationToken>" + key +
                "</NextContinuationToken>";
      }
    }
    return response(200, body + "</R>");
  }

  std::mutex mutex_;
  int lastUpload_ = 0;
};

class S3FileSystemTest : public testing::Test {
 protected:
  S3FileSystemTest() {
    ClientContext context;
    context.env = &env;
    context.transport = s3;
    context.cancellation = std::make_shared<NotedWaits>();
    context.variables = [](const std::string& name) -> std::optional<std::string> {
      if (name == "AWS_REGION") return "us-east-1";
      if (name == "AWS_ENDPOINT_URL") return "http://127.0.0.1:1";
      if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY") return "k";
      return {};
    };
    files = makeS3FileSystem(context);
  }

  void write(const std::string& path, std::string_view content) {
    auto file = files->create(path);
    ASSERT_TRUE(file.ok()) << file.error().describe();
    ASSERT_TRUE(file.value()->append(content).ok());
    Status closed = file.value()->close();
    ASSERT_TRUE(closed.ok()) << closed.error().describe();
  }

  std::string names(const std::string& directory) {
    auto found = files->list(directory);
    if (!found.ok()) return found.error().message();
    std::string text;
    for (const FileInfo& file : found.value()) {
      text += file.path + (file.isDirectory ? "/ " : " ");
    }
    return text;
  }

  SimEnv env{1};
  std::shared_ptr<MemoryS3> s3 = std::make_shared<MemoryS3>();
  std::unique_ptr<FileSystem> files;
};

TEST_F(S3FileSystemTest, SmallFilesAreOnePutAndLargeOnesAnUpload) {
  write("s3://b/dir/small", "hello");
  EXPECT_EQ(s3->objects["b/dir/small"], "hello");
  std::string large(20 << 20, 'x');
  large += "end";
  write("s3a://b/dir/large", large);
  EXPECT_EQ(s3->objects["b/dir/large"], large);
  EXPECT_TRUE(s3->uploads.empty());
  EXPECT_EQ(readFile(*files, "s3://b/dir/large").value(), large);
  auto reader = files->openForRead("s3://b/dir/large").value();
  std::string piece(10, ' ');
  EXPECT_EQ(reader->read(large.size() - 5, piece.data(), piece.size()).value(), 5u);
  EXPECT_EQ(piece.substr(0, 5), "xxend");
}

TEST_F(S3FileSystemTest, WhatIsNotClosedLeavesNothing) {
  auto file = files->create("s3://b/x").value();
  ASSERT_TRUE(file->append(std::string(17 << 20, 'x')).ok());
  EXPECT_EQ(s3->uploads.size(), 1u);
  file.reset();
  EXPECT_TRUE(s3->uploads.empty());
  EXPECT_TRUE(s3->objects.empty());
}

TEST_F(S3FileSystemTest, ListsAsDirectories) {
  for (const char* key : {"t/a", "t/b c", "t/d=1/x", "t/d=2/y", "t/e", "u"}) {
    s3->objects[std::string("b/") + key] = "1";
  }
  EXPECT_EQ(names("s3://b/t"), "s3://b/t/a s3://b/t/b c s3://b/t/d=1/ s3://b/t/d=2/ s3://b/t/e ");
  EXPECT_EQ(names("s3://b"), "s3://b/t/ s3://b/u ");
  EXPECT_TRUE(files->stat("s3://b/t/d=1").value().isDirectory);
  EXPECT_FALSE(files->exists("s3://b/t/d"));
  ASSERT_TRUE(files->removeTree("s3://b/t").ok());
  EXPECT_EQ(names("s3://b"), "s3://b/u ");
}

TEST_F(S3FileSystemTest, PartsAppearWhenTheyAreRenamed) {
  const std::string hidden = "s3://b/out/.part-1-0-0.inprogress";
  const std::string part = "s3://b/out/part-1-0-0";
  write(hidden, "rows");
  EXPECT_TRUE(files->exists(hidden));
  EXPECT_FALSE(files->exists(part));
  std::string marker = s3->objects["b/out/.part-1-0-0.inprogress"];
  ASSERT_TRUE(files->rename(hidden, part).ok());
  EXPECT_EQ(s3->objects["b/out/part-1-0-0"], "rows");
  EXPECT_FALSE(files->exists(hidden));
  // As when the process ended between the completion and the removal of the marker.
  s3->objects["b/out/.part-1-0-0.inprogress"] = marker;
  EXPECT_TRUE(files->rename(hidden, part).ok());
  EXPECT_FALSE(files->exists(hidden));
  // And when somebody removed the upload.
  s3->objects["b/out/.part-1-0-0.inprogress"] = marker;
  s3->objects.erase("b/out/part-1-0-0");
  EXPECT_EQ(files->rename(hidden, part).error().kind(), ErrorKind::kRestore);
}

TEST_F(S3FileSystemTest, RemovingAMarkerGivesUpItsUpload) {
  auto open = files->create("s3://b/out/.part-1-0-0.inprogress").value();
  EXPECT_EQ(s3->uploads.size(), 1u);
  ASSERT_TRUE(files->remove("s3://b/out/.part-1-0-0.inprogress").ok());
  EXPECT_TRUE(s3->uploads.empty());
  EXPECT_TRUE(s3->objects.empty());
}

TEST_F(S3FileSystemTest, ManifestsAppearWholeByOnePut) {
  s3->requests = 0;
  ASSERT_TRUE(writeFileAtomically(*files, "s3://b/chk-1/manifest.json", "{}").ok());
  EXPECT_EQ(s3->requests, 1);
  EXPECT_EQ(names("s3://b/chk-1"), "s3://b/chk-1/manifest.json ");
}

TEST_F(S3FileSystemTest, ErrorsSayWhatToDo) {
  auto missing = files->list("s3://other/x");
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
  EXPECT_NE(missing.error().hint().find("Create the bucket 'other'"), std::string::npos);
  EXPECT_EQ(files->openForRead("s3://b/none").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(files->openForRead("s3://").error().kind(), ErrorKind::kInvalidOption);
  s3->failures = 2;
  EXPECT_FALSE(files->exists("s3://b/none"));
  // A checkpoint that cannot be looked up is not a missing one.
  s3->denied = true;
  EXPECT_TRUE(files->exists("s3://b/none"));
  EXPECT_EQ(files->openForRead("s3://b/none").error().kind(), ErrorKind::kPermission);
}

}  // namespace
}  // namespace millrace
