"""What policies permit and refuse, through the services themselves."""

from iam_server import ACCOUNT, ROOT_KEYS, allow, equal, fails, policy, shared


def test_nothing_is_permitted_without_a_policy():
    server = shared()
    keys = server.new_user("powerless")
    iam = server.client("iam", keys)
    response = fails(
        "AccessDenied", f"User: arn:aws:iam::{ACCOUNT}:user/powerless is not authorized to perform:"
        f" iam:CreateUser on resource: arn:aws:iam::{ACCOUNT}:user/x/new because no identity-based"
        " policy allows the iam:CreateUser action", iam.create_user, UserName="new", Path="/x/",
    )
    equal(response["ResponseMetadata"]["HTTPStatusCode"], 403)
    # Everyone may ask who they are.
    server.client("sts", keys).get_caller_identity()


def test_resources_and_denials():
    server = shared()
    keys = server.new_user(
        "partial", allow("iam:*", f"arn:aws:iam::{ACCOUNT}:user/mine/*"),
        {"Effect": "Deny", "Action": "iam:DeleteUser", "Resource": "*"},
    )
    iam = server.client("iam", keys)
    iam.create_user(UserName="m1", Path="/mine/")
    iam.get_user(UserName="m1")
    fails("AccessDenied", None, iam.create_user, UserName="m2")
    fails("AccessDenied", f"User: arn:aws:iam::{ACCOUNT}:user/partial is not authorized to perform:"
          f" iam:DeleteUser on resource: arn:aws:iam::{ACCOUNT}:user/mine/m1 with an explicit deny"
          " in an identity-based policy", iam.delete_user, UserName="m1")


def test_users_see_to_themselves():
    server = shared()
    own = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
    keys = server.new_user("self", allow(["iam:GetUser", "iam:*AccessKey*"], own))
    server.iam().create_user(UserName="notself")
    iam = server.client("iam", keys)
    iam.get_user()
    iam.list_access_keys()
    iam.create_access_key(UserName="self")
    fails("AccessDenied", None, iam.get_user, UserName="notself")
    fails("AccessDenied", None, iam.create_access_key, UserName="notself")


def test_tags_as_conditions():
    server = shared()
    keys = server.new_user(
        "tagconditions",
        allow(["iam:CreateUser", "iam:TagUser"],
              Condition={"StringEquals": {"aws:RequestTag/team": "red"},
                         "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}),
        allow("iam:DeleteUser", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}}),
    )
    iam = server.client("iam", keys)
    red = {"Key": "team", "Value": "red"}
    fails("AccessDenied", None, iam.create_user, UserName="tc1")
    fails("AccessDenied", None, iam.create_user, UserName="tc1",
          Tags=[{"Key": "team", "Value": "blue"}])
    fails("AccessDenied", None, iam.create_user, UserName="tc1",
          Tags=[red, {"Key": "other", "Value": "x"}])
    iam.create_user(UserName="tc1", Tags=[red])
    server.iam().create_user(UserName="tc2")
    fails("AccessDenied", None, iam.delete_user, UserName="tc2")
    iam.delete_user(UserName="tc1")


def test_addresses_and_transport_as_conditions():
    server = shared()
    keys = server.new_user(
        "addresses",
        allow("iam:ListUsers", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}),
        allow("iam:ListRoles", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        allow("iam:ListGroups", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        allow("iam:ListPolicies", Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01"}}),
        allow("iam:ListAccountAliases",
              Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
    )
    iam = server.client("iam", keys)
    iam.list_users()
    iam.list_account_aliases()
    fails("AccessDenied", None, iam.list_roles)
    fails("AccessDenied", None, iam.list_groups)
    fails("AccessDenied", None, iam.list_policies)


def test_boundaries_limit():
    server = shared()
    keys = server.new_user("bounded", allow("iam:*"))
    server.iam().put_user_permissions_boundary(
        UserName="bounded", PermissionsBoundary="arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    )
    iam = server.client("iam", keys)
    iam.list_users()
    message = fails("AccessDenied", None, iam.create_user, UserName="b1")["Error"]["Message"]
    assert message.endswith("because no permissions boundary allows the iam:CreateUser action")
    server.iam().delete_user_permissions_boundary(UserName="bounded")
    iam.create_user(UserName="b1")


def test_changes_hold_at_once():
    server = shared()
    keys = server.new_user("changing")
    iam = server.client("iam", keys)
    for _ in range(5):
        fails("AccessDenied", None, iam.list_users)
        server.iam().put_user_policy(UserName="changing", PolicyName="p",
                                     PolicyDocument=policy(allow("iam:ListUsers")))
        iam.list_users()
        server.iam().delete_user_policy(UserName="changing", PolicyName="p")


def test_wrong_keys():
    server = shared()
    fails("InvalidClientTokenId", None,
          server.client("iam", ("AKIAAAAAAAAAAAAAAAAA", "x", None)).list_users)
    fails("SignatureDoesNotMatch", None,
          server.client("iam", (ROOT_KEYS[0], "wrong", None)).list_users)
