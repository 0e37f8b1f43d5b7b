"""Users, their access keys and tags."""

import datetime
import re
import signal

from iam_server import ACCOUNT, allow, equal, fails, policy, shared


def test_a_user_is_created_found_changed_and_deleted():
    server = shared()
    iam = server.iam()
    user = iam.create_user(
        UserName="ada", Path="/team/", Tags=[{"Key": "Team", "Value": "red"}]
    )["User"]
    equal(user["Arn"], f"arn:aws:iam::{ACCOUNT}:user/team/ada")
    equal(user["Path"], "/team/")
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", user["UserId"]), user["UserId"]
    age = datetime.datetime.now(datetime.timezone.utc) - user["CreateDate"]
    assert abs(age.total_seconds()) < 120, user["CreateDate"]
    equal(user["Tags"], [{"Key": "Team", "Value": "red"}])
    equal(iam.get_user(UserName="ada")["User"], user)
    assert "Tags" not in next(u for u in iam.list_users()["Users"] if u["UserName"] == "ada")
    iam.update_user(UserName="ada", NewUserName="lovelace", NewPath="/")
    fails("NoSuchEntity", "The user with name ada cannot be found.", iam.get_user, UserName="ada")
    renamed = iam.get_user(UserName="lovelace")["User"]
    equal(renamed["UserId"], user["UserId"])
    equal(renamed["Arn"], f"arn:aws:iam::{ACCOUNT}:user/lovelace")
    iam.delete_user(UserName="lovelace")
    fails("NoSuchEntity", "The user with name lovelace cannot be found.", iam.get_user,
          UserName="lovelace")


def test_user_names_differ_in_more_than_case():
    server = shared()
    iam = server.iam()
    iam.create_user(UserName="Grace")
    response = fails("EntityAlreadyExists", "User with name grace already exists.",
                     iam.create_user, UserName="grace")
    equal(response["ResponseMetadata"]["HTTPStatusCode"], 409)
    fails("NoSuchEntity", "The user with name grace cannot be found.", iam.get_user,
          UserName="grace")
    iam.delete_user(UserName="Grace")


def test_access_keys():
    server = shared()
    iam = server.iam()
    iam.create_user(UserName="keys")
    first = iam.create_access_key(UserName="keys")["AccessKey"]
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", first["AccessKeyId"]), first["AccessKeyId"]
    equal(len(first["SecretAccessKey"]), 40)
    equal(first["Status"], "Active")
    second = iam.create_access_key(UserName="keys")["AccessKey"]
    fails("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", iam.create_access_key,
          UserName="keys")
    listed = iam.list_access_keys(UserName="keys")["AccessKeyMetadata"]
    equal({k["AccessKeyId"] for k in listed}, {first["AccessKeyId"], second["AccessKeyId"]})
    assert all("SecretAccessKey" not in k for k in listed)

    keys = (first["AccessKeyId"], first["SecretAccessKey"], None)
    identity = server.client("sts", keys).get_caller_identity()
    equal(identity["Arn"], f"arn:aws:iam::{ACCOUNT}:user/keys")
    iam.update_access_key(UserName="keys", AccessKeyId=keys[0], Status="Inactive")
    fails("InvalidClientTokenId", None, server.client("sts", keys).get_caller_identity)
    iam.update_access_key(UserName="keys", AccessKeyId=keys[0], Status="Active")
    server.client("sts", keys).get_caller_identity()
    fails("DeleteConflict", "Cannot delete entity, must delete access keys first.",
          iam.delete_user, UserName="keys")
    for key in listed:
        iam.delete_access_key(UserName="keys", AccessKeyId=key["AccessKeyId"])
    fails("NoSuchEntity", f"The Access Key with id {keys[0]} cannot be found.",
          iam.delete_access_key, UserName="keys", AccessKeyId=keys[0])
    fails("InvalidClientTokenId", None, server.client("sts", keys).get_caller_identity)
    iam.delete_user(UserName="keys")


def test_when_a_key_was_last_used():
    server = shared()
    keys = server.new_user("lastuse", allow("iam:GetUser"))
    iam = server.iam()
    used = iam.get_access_key_last_used(AccessKeyId=keys[0])
    equal(used["AccessKeyLastUsed"]["ServiceName"], "N/A")
    assert "LastUsedDate" not in used["AccessKeyLastUsed"]
    server.client("iam", keys).get_user()
    used = iam.get_access_key_last_used(AccessKeyId=keys[0])
    equal(used["UserName"], "lastuse")
    equal(used["AccessKeyLastUsed"]["ServiceName"], "iam")
    equal(used["AccessKeyLastUsed"]["Region"], "us-east-1")


def test_tags_of_users():
    server = shared()
    iam = server.iam()
    iam.create_user(UserName="tagged")
    iam.tag_user(UserName="tagged", Tags=[{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}])
    iam.tag_user(UserName="tagged", Tags=[{"Key": "B", "Value": "3"}])
    equal(iam.list_user_tags(UserName="tagged")["Tags"],
          [{"Key": "B", "Value": "3"}, {"Key": "a", "Value": "2"}])
    iam.untag_user(UserName="tagged", TagKeys=["A"])
    equal(iam.list_user_tags(UserName="tagged")["Tags"], [{"Key": "B", "Value": "3"}])
    duplicate = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    fails("InvalidInput", duplicate, iam.tag_user, UserName="tagged",
          Tags=[{"Key": "x", "Value": "1"}, {"Key": "X", "Value": "2"}])
    iam.delete_user(UserName="tagged")


def test_pages_of_users():
    server = shared()
    iam = server.iam()
    names = [f"page{i:02}" for i in range(7)]
    for name in reversed(names):
        iam.create_user(UserName=name, Path="/pages/")
    first = iam.list_users(PathPrefix="/pages/", MaxItems=3)
    assert first["IsTruncated"] and len(first["Users"]) == 3, first
    pages = iam.get_paginator("list_users").paginate(
        PathPrefix="/pages/", PaginationConfig={"PageSize": 3}
    )
    equal([u["UserName"] for page in pages for u in page["Users"]], names)
    # The user of the marker may be gone.
    iam.delete_user(UserName="page02")
    rest = iam.list_users(PathPrefix="/pages/", Marker=first["Marker"])
    equal([u["UserName"] for u in rest["Users"]], names[3:])
    for call in (iam.list_users, iam.list_roles, iam.list_policies):
        fails("ValidationError", None, call, Marker="!!")
    for name in names:
        if name != "page02":
            iam.delete_user(UserName=name)


def test_broken_constraints():
    server = shared()
    iam = server.iam()
    fails("ValidationError", None, iam.create_user, UserName="no blanks")
    fails("ValidationError", None, iam.create_user, UserName="x" * 65)
    fails("ValidationError", None, iam.create_user, UserName="path", Path="team")


def test_everything_is_there_after_a_kill():
    server = shared()
    iam = server.iam()
    iam.create_user(UserName="lasting", Tags=[{"Key": "k", "Value": "v"}])
    iam.put_user_policy(UserName="lasting", PolicyName="p", PolicyDocument=policy(allow("s3:*")))
    iam.attach_user_policy(
        UserName="lasting", PolicyArn="arn:aws:iam::aws:policy/AmazonKinesisFullAccess"
    )
    key = iam.create_access_key(UserName="lasting")["AccessKey"]
    before = iam.get_user(UserName="lasting")["User"]
    server.restart(signal.SIGKILL)
    iam = server.iam()
    equal(iam.get_user(UserName="lasting")["User"], before)
    equal(iam.list_user_policies(UserName="lasting")["PolicyNames"], ["p"])
    equal(len(iam.list_attached_user_policies(UserName="lasting")["AttachedPolicies"]), 1)
    keys = (key["AccessKeyId"], key["SecretAccessKey"], None)
    equal(server.client("sts", keys).get_caller_identity()["UserId"], before["UserId"])


def test_aws_cli_speaks_of_users():
    server = shared()
    server.aws_json("iam", "create-user", "--user-name", "cli", "--tags", "Key=a,Value=b")
    equal(server.aws_json("iam", "get-user", "--user-name", "cli")["User"]["Tags"],
          [{"Key": "a", "Value": "b"}])
    server.aws_json("iam", "delete-user", "--user-name", "cli")
