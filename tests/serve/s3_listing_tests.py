"""Listings: prefixes, delimiters, pages, markers, encodings."""

from s3_support import equal, fails, keys_of, make_bucket, on_shared_server, prefixes_of

KEYS = ["a", "b/1", "b/2", "b/c/3", "c", "d/e/f", "d/g", "e f", "z+ü"]


def filled(s3):
    name = make_bucket(s3, "listing")
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    return name


@on_shared_server
def test_prefix_and_delimiter(server):
    s3 = server.client("s3")
    name = filled(s3)
    for call in (s3.list_objects, s3.list_objects_v2):
        page = call(Bucket=name)
        equal((keys_of(page), prefixes_of(page), page["IsTruncated"]), (KEYS, [], False))
        page = call(Bucket=name, Delimiter="/")
        equal((keys_of(page), prefixes_of(page)), (["a", "c", "e f", "z+ü"], ["b/", "d/"]))
        page = call(Bucket=name, Prefix="b/", Delimiter="/")
        equal((keys_of(page), prefixes_of(page)), (["b/1", "b/2"], ["b/c/"]))
        page = call(Bucket=name, Prefix="b", Delimiter="/")
        equal((keys_of(page), prefixes_of(page)), ([], ["b/"]))
        page = call(Bucket=name, Prefix="nothing")
        equal((keys_of(page), prefixes_of(page)), ([], []))
        page = call(Bucket=name, MaxKeys=0)
        equal((keys_of(page), page["IsTruncated"]), ([], False))
        equal(call(Bucket=name, MaxKeys=5000)["MaxKeys"], 1000)
        fails("InvalidArgument", 400, call, Bucket=name, MaxKeys=-1)


@on_shared_server
def test_entries(server):
    s3 = server.client("s3")
    name = filled(s3)
    entry = s3.list_objects(Bucket=name, Prefix="b/c/")["Contents"][0]
    equal((entry["Key"], entry["Size"], entry["StorageClass"]), ("b/c/3", 5, "STANDARD"))
    assert len(entry["Owner"]["ID"]) == 64 and entry["ETag"].startswith('"')
    assert "Owner" not in s3.list_objects_v2(Bucket=name)["Contents"][0]
    assert "Owner" in s3.list_objects_v2(Bucket=name, FetchOwner=True)["Contents"][0]


@on_shared_server
def test_pages(server):
    s3 = server.client("s3")
    name = filled(s3)
    for operation in ("list_objects", "list_objects_v2"):
        for options in ({}, {"Delimiter": "/"}, {"Prefix": "d/"},
                        {"Prefix": "b", "Delimiter": "/"}):
            whole = getattr(s3, operation)(Bucket=name, **options)
            for size in (1, 2, 3, 100):
                keys, prefixes = [], []
                for page in s3.get_paginator(operation).paginate(
                    Bucket=name, PaginationConfig={"PageSize": size}, **options
                ):
                    assert len(keys_of(page)) + len(prefixes_of(page)) <= size
                    keys += keys_of(page)
                    prefixes += prefixes_of(page)
                equal((keys, prefixes), (keys_of(whole), prefixes_of(whole)))


@on_shared_server
def test_markers(server):
    s3 = server.client("s3")
    name = filled(s3)
    equal(keys_of(s3.list_objects(Bucket=name, Marker="b/2")), KEYS[3:])
    equal(keys_of(s3.list_objects_v2(Bucket=name, StartAfter="b/3")), KEYS[3:])
    page = s3.list_objects(Bucket=name, Delimiter="/", MaxKeys=2)
    equal((page["IsTruncated"], page["NextMarker"]), (True, "b/"))
    page = s3.list_objects_v2(Bucket=name, MaxKeys=2)
    equal((page["KeyCount"], page["IsTruncated"]), (2, True))
    assert "NextMarker" not in s3.list_objects(Bucket=name, MaxKeys=2)
    fails("InvalidArgument", 400, s3.list_objects_v2, Bucket=name, ContinuationToken="nonsense")


@on_shared_server
def test_encoding(server):
    s3 = server.client("s3", parameter_validation=False)
    name = filled(s3)
    s3.put_object(Bucket=name, Key="control\x01", Body=b"")
    # botocore asks for the encoding itself, unless it is given: then names come as they are sent.
    page = s3.list_objects_v2(Bucket=name, Prefix="e ", EncodingType="url")
    equal((keys_of(page), page["Prefix"]), (["e+f"], "e+"))
    equal(keys_of(s3.list_objects(Bucket=name, Prefix="z", EncodingType="url")), ["z%2B%C3%BC"])
    assert "control\x01" in keys_of(s3.list_objects_v2(Bucket=name))
    fails("InvalidArgument", 400, s3.list_objects_v2, Bucket=name, EncodingType="base64")


@on_shared_server
def test_listing_is_consistent(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    for i in range(20):
        s3.put_object(Bucket=name, Key=f"{i:02d}", Body=b"")
        equal(len(keys_of(s3.list_objects_v2(Bucket=name))), i + 1)
    for i in range(20):
        s3.delete_object(Bucket=name, Key=f"{i:02d}")
        equal(len(keys_of(s3.list_objects_v2(Bucket=name))), 19 - i)


@on_shared_server
def test_more_than_a_page(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    for i in range(1005):
        s3.put_object(Bucket=name, Key=f"{i:04d}", Body=b"")
    page = s3.list_objects_v2(Bucket=name)
    equal((page["KeyCount"], page["IsTruncated"]), (1000, True))
    page = s3.list_objects_v2(Bucket=name, ContinuationToken=page["NextContinuationToken"])
    equal(keys_of(page), [f"{i:04d}" for i in range(1000, 1005)])
