"""STS: sessions of roles and of users."""

import datetime
import os
import re
import signal
import stat

from iam_server import (
    ACCOUNT, SERVICE_TRUST, IamServer, allow, equal, fails, policy, shared, trust,
)


def keys_of(answer):
    given = answer["Credentials"]
    return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]


def new_role(server, name, principal, *statements, **more):
    iam = server.iam()
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(principal, **more))
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def test_a_session_of_a_role():
    server = shared()
    keys = server.new_user("assumer", allow("sts:AssumeRole"))
    arn = new_role(server, "assumed", {"AWS": ACCOUNT}, allow("iam:GetRole"))
    answer = server.client("sts", keys).assume_role(RoleArn=arn, RoleSessionName="s1")
    session = keys_of(answer)
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", session[0]), session[0]
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert 3400 < left.total_seconds() <= 3600, left
    role = server.iam().get_role(RoleName="assumed")["Role"]
    equal(answer["AssumedRoleUser"],
          {"AssumedRoleId": f"{role['RoleId']}:s1",
           "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/assumed/s1"})
    assert "PackedPolicySize" not in answer
    identity = server.client("sts", session).get_caller_identity()
    equal(identity["Arn"], answer["AssumedRoleUser"]["Arn"])
    equal(identity["UserId"], answer["AssumedRoleUser"]["AssumedRoleId"])
    iam = server.client("iam", session)
    iam.get_role(RoleName="assumed")
    fails("AccessDenied", f"User: {identity['Arn']} is not authorized to perform: iam:GetUser on"
          f" resource: arn:aws:iam::{ACCOUNT}:user/assumer because no identity-based policy allows"
          " the iam:GetUser action", iam.get_user, UserName="assumer")
    used = server.iam().get_role(RoleName="assumed")["Role"]["RoleLastUsed"]
    equal(used["Region"], "us-east-1")
    server.restart(signal.SIGKILL)
    server.client("iam", session).get_role(RoleName="assumed")
    fails("InvalidClientTokenId", None,
          server.client("sts", (*session[:2], "another token")).get_caller_identity)
    fails("InvalidClientTokenId", None,
          server.client("sts", (*session[:2], None)).get_caller_identity)


def test_session_policies_narrow():
    server = shared()
    keys = server.new_user("narrower", allow("sts:AssumeRole"))
    arn = new_role(server, "narrowed", {"AWS": ACCOUNT}, allow("iam:*"))
    answer = server.client("sts", keys).assume_role(
        RoleArn=arn, RoleSessionName="s1", Policy=policy(allow("iam:GetRole"))
    )
    assert 0 < answer["PackedPolicySize"] <= 100, answer
    iam = server.client("iam", keys_of(answer))
    iam.get_role(RoleName="narrowed")
    response = fails("AccessDenied", None, iam.list_users)
    message = response["Error"]["Message"]
    assert "because no session policy allows the iam:ListUsers action" in message, message
    answer = server.client("sts", keys).assume_role(
        RoleArn=arn, RoleSessionName="s1",
        PolicyArns=[{"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}],
    )
    iam = server.client("iam", keys_of(answer))
    iam.list_users()
    fails("AccessDenied", None, iam.create_user, UserName="never")
    sts = server.client("sts", keys)
    fails("MalformedPolicyDocument", "Syntax errors in policy.", sts.assume_role, RoleArn=arn,
          RoleSessionName="s1", Policy="{")
    large = policy(allow("s3:*", [f"arn:aws:s3:::bucket{i:06}" for i in range(100)]))
    fails("PackedPolicyTooLarge", None, sts.assume_role, RoleArn=arn, RoleSessionName="s1",
          Policy=large)


def test_who_may_assume_a_role():
    server = shared()
    keys = server.new_user("stranger")
    allowed = server.new_user("friend", allow("sts:AssumeRole"))
    account = new_role(server, "of-account", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    named = new_role(server, "of-user", {"AWS": f"arn:aws:iam::{ACCOUNT}:user/stranger"})
    service = new_role(server, "of-service", {"Service": "kinesisanalytics.amazonaws.com"})
    external = new_role(server, "external", {"AWS": ACCOUNT},
                        Condition={"StringEquals": {"sts:ExternalId": "ex42"}})
    sts, friend = server.client("sts", keys), server.client("sts", allowed)
    start = f"User: arn:aws:iam::{ACCOUNT}:user/stranger is not authorized to perform:" \
        " sts:AssumeRole on resource: "
    response = fails("AccessDenied", start + account + " because no identity-based policy allows"
                     " the sts:AssumeRole action", sts.assume_role, RoleArn=account,
                     RoleSessionName="s1")
    equal(response["ResponseMetadata"]["HTTPStatusCode"], 403)
    sts.assume_role(RoleArn=named, RoleSessionName="s1")
    for arn in (service, f"arn:aws:iam::{ACCOUNT}:role/missing"):
        fails("AccessDenied", start + arn + " because no role trust policy allows the"
              " sts:AssumeRole action", sts.assume_role, RoleArn=arn, RoleSessionName="s1")
    friend.assume_role(RoleArn=account, RoleSessionName="s1")
    fails("AccessDenied", None, friend.assume_role, RoleArn=external, RoleSessionName="s1")
    friend.assume_role(RoleArn=external, RoleSessionName="s1", ExternalId="ex42")
    fails("AccessDenied", "Roles may not be assumed by root accounts.",
          server.client("sts").assume_role, RoleArn=account, RoleSessionName="s1")
    fails("ValidationError", None, friend.assume_role, RoleArn=account, RoleSessionName="a b")
    fails("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for"
          " this role.", friend.assume_role, RoleArn=account, RoleSessionName="s1",
          DurationSeconds=3601)


def test_a_new_user_of_the_name_is_not_trusted():
    server = shared()
    iam = server.iam()
    keys = server.new_user("replaced")
    arn = new_role(server, "trusting", {"AWS": f"arn:aws:iam::{ACCOUNT}:user/replaced"})
    server.client("sts", keys).assume_role(RoleArn=arn, RoleSessionName="s1")
    iam.delete_access_key(UserName="replaced", AccessKeyId=keys[0])
    iam.delete_user(UserName="replaced")
    keys = server.new_user("replaced", allow("sts:AssumeRole"))
    fails("AccessDenied", None, server.client("sts", keys).assume_role, RoleArn=arn,
          RoleSessionName="s1")


def test_chains_of_roles():
    server = shared()
    keys = server.new_user("chain", allow("sts:AssumeRole"))
    first = new_role(server, "chain-1", {"AWS": ACCOUNT}, allow("sts:AssumeRole"))
    second = new_role(server, "chain-2", {"AWS": first})
    session = keys_of(server.client("sts", keys).assume_role(RoleArn=first, RoleSessionName="a1"))
    sts = server.client("sts", session)
    sts.assume_role(RoleArn=second, RoleSessionName="b1")
    server.iam().update_role(RoleName="chain-2", MaxSessionDuration=7200)
    fails("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for"
          " roles assumed by role chaining", sts.assume_role, RoleArn=second,
          RoleSessionName="b1", DurationSeconds=7200)


def test_sessions_end_with_the_role():
    server = shared()
    keys = server.new_user("orphan", allow("sts:AssumeRole"))
    arn = new_role(server, "short", {"AWS": ACCOUNT})
    session = keys_of(server.client("sts", keys).assume_role(RoleArn=arn, RoleSessionName="s1"))
    server.iam().delete_role(RoleName="short")
    fails("InvalidClientTokenId", None, server.client("sts", session).get_caller_identity)


def test_session_tags():
    server = shared()
    keys = server.new_user("tagger", allow(["sts:AssumeRole", "sts:TagSession"]))
    arn = new_role(server, "tagged", {"AWS": ACCOUNT},
                   allow("iam:GetRole", Condition={"StringEquals": {
                       "aws:PrincipalTag/Team": "red"}}))
    sts = server.client("sts", keys)
    tags = [{"Key": "Team", "Value": "red"}]
    fails("AccessDenied", None, sts.assume_role, RoleArn=arn, RoleSessionName="s1", Tags=tags)
    document = policy({"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
                       "Principal": {"AWS": ACCOUNT}})
    server.iam().update_assume_role_policy(RoleName="tagged", PolicyDocument=document)
    red = sts.assume_role(RoleArn=arn, RoleSessionName="s1", Tags=tags)
    server.client("iam", keys_of(red)).get_role(RoleName="tagged")
    plain = sts.assume_role(RoleArn=arn, RoleSessionName="s1")
    fails("AccessDenied", None, server.client("iam", keys_of(plain)).get_role, RoleName="tagged")


def test_session_tokens_of_users():
    server = shared()
    keys = server.new_user("tokens", allow("*"))
    answer = server.client("sts", keys).get_session_token()
    session = keys_of(answer)
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert 42_000 < left.total_seconds() <= 43_200, left
    sts = server.client("sts", session)
    equal(sts.get_caller_identity()["Arn"], f"arn:aws:iam::{ACCOUNT}:user/tokens")
    fails("InvalidClientTokenId", None, server.client("iam", session).list_users)
    fails("AccessDenied", "Cannot call GetSessionToken with session credentials",
          sts.get_session_token)


def test_who_owns_a_key():
    server = shared()
    keys = server.new_user("owner")
    equal(server.client("sts").get_access_key_info(AccessKeyId=keys[0])["Account"], ACCOUNT)


def test_no_identity_provider():
    server = shared()
    sts = server.client("sts")
    token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUuY29tIn0.c2ln"
    fails("InvalidIdentityToken",
          "No OpenIDConnect provider found in your account for https://id.example.com",
          sts.assume_role_with_web_identity, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/any",
          RoleSessionName="s1", WebIdentityToken=token)
    fails("InvalidIdentityToken", None, sts.assume_role_with_web_identity,
          RoleArn=f"arn:aws:iam::{ACCOUNT}:role/any", RoleSessionName="s1",
          WebIdentityToken="nothing")


def test_secrets_are_the_owners_and_in_no_log():
    server = shared()
    keys = server.new_user("secretive", allow("sts:AssumeRole"))
    arn = new_role(server, "secretive", {"AWS": ACCOUNT})
    session = keys_of(server.client("sts", keys).assume_role(RoleArn=arn, RoleSessionName="s1"))
    for secret in (keys[1], session[1], session[2]):
        assert secret not in server.log
    folder = os.path.join(server.data, "iam")
    for name in os.listdir(folder):
        mode = stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode)
        equal((name, oct(mode)), (name, "0o600"))


def test_without_authentication_everyone_assumes():
    with IamServer("--auth", "off") as server:
        server.iam().create_role(RoleName="any", AssumeRolePolicyDocument=SERVICE_TRUST)
        answer = server.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/any", RoleSessionName="s1"
        )
        assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
