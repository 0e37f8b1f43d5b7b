"""Buckets: life, names, versioning, locations."""

from s3_support import (
    S3Server, bucket_name, equal, fails, make_bucket, on_shared_server, versioned_bucket,
)


@on_shared_server
def test_bucket_life(server):
    s3 = server.client("s3")
    name = bucket_name()
    fails("404", 404, s3.head_bucket, Bucket=name)
    equal(s3.create_bucket(Bucket=name)["Location"], "/" + name)
    equal(s3.head_bucket(Bucket=name)["BucketRegion"], "us-east-1")
    assert name in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.delete_bucket(Bucket=name)
    fails("NoSuchBucket", 404, s3.delete_bucket, Bucket=name)
    fails("NoSuchBucket", 404, s3.list_objects_v2, Bucket=name)


@on_shared_server
def test_bucket_that_exists(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    s3.create_bucket(Bucket=name)  # us-east-1 says yes once more
    with S3Server("--region", "eu-west-1") as other:
        elsewhere = other.client(region="eu-west-1")
        location = {"LocationConstraint": "eu-west-1"}
        name = bucket_name()
        elsewhere.create_bucket(Bucket=name, CreateBucketConfiguration=location)
        fails("BucketAlreadyOwnedByYou", 409, elsewhere.create_bucket, Bucket=name,
              CreateBucketConfiguration=location)
        fails("IllegalLocationConstraintException", 400, elsewhere.create_bucket,
              Bucket=bucket_name())
        equal(elsewhere.get_bucket_location(Bucket=name)["LocationConstraint"], "eu-west-1")


@on_shared_server
def test_bucket_location(server):
    s3 = server.client("s3")
    equal(s3.get_bucket_location(Bucket=make_bucket(s3))["LocationConstraint"], None)
    name = make_bucket(s3, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    equal(s3.get_bucket_location(Bucket=name)["LocationConstraint"], "eu-central-1")
    fails("InvalidLocationConstraint", 400, s3.create_bucket, Bucket=bucket_name(),
          CreateBucketConfiguration={"LocationConstraint": "us-east-1"})


@on_shared_server
def test_bucket_names(server):
    s3 = server.client("s3")
    for name in ("ab", "Upper", "a_b", "a..b", "-ab", "192.168.0.1", "xn--abc", "x" * 64):
        fails("InvalidBucketName", 400, server.unchecked().create_bucket, Bucket=name)
    for name in ("abc", "a.b-c.1", "x" * 63):
        s3.create_bucket(Bucket=name)
        s3.delete_bucket(Bucket=name)


@on_shared_server
def test_bucket_not_empty(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    response = fails("BucketNotEmpty", 409, s3.delete_bucket, Bucket=name)
    equal(response["Error"]["BucketName"], name)
    s3.delete_object(Bucket=name, Key="a")
    s3.create_multipart_upload(Bucket=name, Key="unfinished")
    s3.delete_bucket(Bucket=name)


@on_shared_server
def test_expected_owner(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    s3.head_bucket(Bucket=name, ExpectedBucketOwner=server.account)
    fails("403", 403, s3.head_bucket, Bucket=name, ExpectedBucketOwner="999999999999")
    fails("AccessDenied", 403, s3.put_object, Bucket=name, Key="a", Body=b"",
          ExpectedBucketOwner="999999999999")


@on_shared_server
def test_list_buckets_in_pages(server):
    s3 = server.client("s3")
    names = sorted(make_bucket(s3, "paged") for _ in range(5))
    found = []
    for page in s3.get_paginator("list_buckets").paginate(
        Prefix="paged", PaginationConfig={"PageSize": 2}
    ):
        assert len(page["Buckets"]) <= 2
        found += [bucket["Name"] for bucket in page["Buckets"]]
    equal(found, names)
    fails("InvalidArgument", 400, server.unchecked().list_buckets, MaxBuckets=0)


@on_shared_server
def test_versioning_states(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    assert "Status" not in s3.get_bucket_versioning(Bucket=name)
    for status in ("Enabled", "Suspended", "Enabled"):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})
        equal(s3.get_bucket_versioning(Bucket=name)["Status"], status)
    fails("IllegalVersioningConfigurationException", 400, s3.put_bucket_versioning, Bucket=name,
          VersioningConfiguration={})
    fails("MalformedXML", 400, s3.put_bucket_versioning, Bucket=name,
          VersioningConfiguration={"Status": "enabled"})


@on_shared_server
def test_versions_of_a_key(server):
    s3 = server.client("s3")
    name = versioned_bucket(s3)
    first = s3.put_object(Bucket=name, Key="k", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket=name, Key="k", Body=b"2")["VersionId"]
    assert first != second and len(first) == 32
    equal(s3.get_object(Bucket=name, Key="k")["VersionId"], second)
    equal(s3.get_object(Bucket=name, Key="k", VersionId=first)["Body"].read(), b"1")
    marker = s3.delete_object(Bucket=name, Key="k")
    equal(marker["DeleteMarker"], True)
    response = fails("NoSuchKey", 404, s3.get_object, Bucket=name, Key="k")
    headers = response["ResponseMetadata"]["HTTPHeaders"]
    equal(headers["x-amz-delete-marker"], "true")
    equal(headers["x-amz-version-id"], marker["VersionId"])
    fails("MethodNotAllowed", 405, s3.get_object, Bucket=name, Key="k",
          VersionId=marker["VersionId"])
    fails("405", 405, s3.head_object, Bucket=name, Key="k", VersionId=marker["VersionId"])
    removed = s3.delete_object(Bucket=name, Key="k", VersionId=marker["VersionId"])
    equal((removed["DeleteMarker"], removed["VersionId"]), (True, marker["VersionId"]))
    equal(s3.get_object(Bucket=name, Key="k")["Body"].read(), b"2")
    s3.delete_object(Bucket=name, Key="k", VersionId=second)
    equal(s3.get_object(Bucket=name, Key="k")["Body"].read(), b"1")
    fails("NoSuchVersion", 404, s3.get_object, Bucket=name, Key="k", VersionId=second)
    fails("InvalidArgument", 400, s3.get_object, Bucket=name, Key="k", VersionId="nonsense")
    equal(s3.delete_object(Bucket=name, Key="k", VersionId=second)["VersionId"], second)


@on_shared_server
def test_suspended_versioning(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="k", Body=b"before")
    enabled, suspended = {"Status": "Enabled"}, {"Status": "Suspended"}
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=enabled)
    kept = s3.put_object(Bucket=name, Key="k", Body=b"kept")["VersionId"]
    equal(s3.get_object(Bucket=name, Key="k", VersionId="null")["Body"].read(), b"before")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=suspended)
    s3.put_object(Bucket=name, Key="k", Body=b"after")
    versions = s3.list_object_versions(Bucket=name)["Versions"]
    equal([(v["VersionId"], v["IsLatest"]) for v in versions], [("null", True), (kept, False)])
    equal(s3.delete_object(Bucket=name, Key="k")["VersionId"], "null")
    listed = s3.list_object_versions(Bucket=name)
    equal([v["VersionId"] for v in listed["Versions"]], [kept])
    equal([v["VersionId"] for v in listed["DeleteMarkers"]], ["null"])


@on_shared_server
def test_list_versions_in_pages(server):
    s3 = server.client("s3")
    name = versioned_bucket(s3)
    expected = []
    for key in ("a", "b/1", "b/2", "c"):
        ids = [s3.put_object(Bucket=name, Key=key, Body=b"x")["VersionId"] for _ in range(3)]
        expected += [(key, version) for version in reversed(ids)]
    for size in (1, 2, 5, 100):
        found = []
        pages = s3.get_paginator("list_object_versions").paginate(
            Bucket=name, PaginationConfig={"PageSize": size}
        )
        for page in pages:
            found += [(v["Key"], v["VersionId"]) for v in page.get("Versions", [])]
        equal(found, expected)
    page = s3.list_object_versions(Bucket=name, Delimiter="/", MaxKeys=4)
    equal([v["Key"] for v in page["Versions"]], ["a"] * 3)
    equal([p["Prefix"] for p in page["CommonPrefixes"]], ["b/"])
    equal((page["IsTruncated"], page["NextKeyMarker"]), (True, "b/"))
    fails("InvalidArgument", 400, s3.list_object_versions, Bucket=name, VersionIdMarker="x")
