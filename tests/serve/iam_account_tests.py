"""What concerns the account as a whole."""

from iam_server import ACCOUNT, equal, fails, shared


def test_the_alias():
    server = shared()
    iam = server.iam()
    equal(iam.list_account_aliases()["AccountAliases"], [])
    iam.create_account_alias(AccountAlias="mill")
    equal(iam.list_account_aliases()["AccountAliases"], ["mill"])
    fails("NoSuchEntity", None, iam.delete_account_alias, AccountAlias="other")
    iam.delete_account_alias(AccountAlias="mill")
    equal(iam.list_account_aliases()["AccountAliases"], [])


def test_the_summary():
    server = shared()
    iam = server.iam()
    before = iam.get_account_summary()["SummaryMap"]
    iam.create_user(UserName="counted")
    after = iam.get_account_summary()["SummaryMap"]
    equal(after["Users"], before["Users"] + 1)
    equal(after["AccessKeysPerUserQuota"], 2)
    iam.delete_user(UserName="counted")


def test_root_is_a_user_too():
    server = shared()
    equal(server.iam().get_user()["User"]["Arn"], f"arn:aws:iam::{ACCOUNT}:root")
    equal(server.client("sts").get_caller_identity()["Arn"], f"arn:aws:iam::{ACCOUNT}:root")


def test_what_is_not_offered_says_so():
    server = shared()
    fails("InvalidAction", None, server.iam().list_virtual_mfa_devices)
