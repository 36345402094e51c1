from __future__ import annotations

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.keys.key import Key
from modules.keys.key_ring import KeyRing
from modules.keys.settings import KeySettings
from tests.modules.site import Site
from tests.template import Template, statements


@pytest.fixture(scope="module")
def ring() -> Template:
    return Template.of(lambda stack: Site(stack).keys.filesystem)


def test_a_key_that_nobody_asks_for_is_not_made() -> None:
    keys: list[KeyRing] = []
    template = Template.of(lambda stack: keys.append(Site(stack).keys))
    assert [path for path in template.paths("aws_kms_key") if "/efs/" in path] == []
    assert set(keys[0].arns) == {"backups", "database", "logs", "secrets"}


def test_one_key_for_each_kind_of_data(ring: Template) -> None:
    assert [path.split("/")[-2] for path in ring.paths("aws_kms_key")] == [
        "backups",
        "efs",
        "logs",
        "rds",
        "secrets",
    ]
    aliases = {alias["name"] for alias in ring.all("aws_kms_alias")}
    assert aliases == {f"alias/dr-{what}-test" for what in ("backups", "efs", "logs", "rds", "secrets")}


def test_every_key_rotates(ring: Template) -> None:
    for key in ring.all("aws_kms_key"):
        assert key["enable_key_rotation"] is True
        assert key["rotation_period_in_days"] == 365
        assert key["deletion_window_in_days"] == 30


def test_no_key_policy_locks_the_account_out(ring: Template) -> None:
    for key in ring.all("aws_kms_key"):
        administration = statements(key["policy"])["Administration"]
        assert administration["Principal"]["AWS"].endswith(":root")
        assert "kms:Put*" in administration["Action"]
        assert "Condition" not in administration


def test_no_key_policy_lets_anyone_use_the_key_without_a_condition(ring: Template) -> None:
    for key in ring.all("aws_kms_key"):
        for sid, statement in statements(key["policy"]).items():
            assert statement["Principal"] != {"AWS": "*"}
            if sid != "Administration":
                assert statement["Condition"], sid
            if sid == "Administration":
                assert not {"kms:Decrypt", "kms:Encrypt", "kms:*"} & set(statement["Action"])


def test_cloudwatch_logs_may_encrypt_the_accounts_log_groups_only(ring: Template) -> None:
    statement = statements(ring.one("aws_kms_key", "logs/key")["policy"])["CloudWatchLogs"]
    assert statement["Principal"] == {"Service": "logs.eu-central-2.amazonaws.com"}
    assert "log-group:*" in statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]


FUNCTION = "arn:aws:iam::123456789012:role/function"


def test_a_role_that_is_granted_decryption_is_named_once_and_decrypts_in_its_context_only() -> None:
    def build(stack: TerraformStack) -> None:
        key = Site(stack).key
        key.grant_decrypt("Function", FUNCTION, context={"kind": "letters"})
        key.grant_decrypt("Function", FUNCTION, context={"kind": "letters"})

    policy = Template.of(build).one("aws_kms_key")["policy"]
    assert policy.count("role/function") == 1
    granted = statements(policy)["Function"]
    assert granted["Action"] == "kms:Decrypt"
    assert granted["Condition"] == {"StringEquals": {"kms:EncryptionContext:kind": "letters"}}


def test_a_grant_does_not_take_the_name_of_another() -> None:
    def build(stack: TerraformStack) -> None:
        key = Site(stack).key
        key.grant_decrypt("Function", FUNCTION, context={"kind": "letters"})
        with pytest.raises(ValueError, match="another statement Function"):
            key.grant_decrypt("Function", FUNCTION, context={"kind": "parcels"})

    Template.of(build)


def test_an_existing_key_is_read_by_its_alias_and_left_alone() -> None:
    def build(stack: TerraformStack) -> None:
        Site(stack)
        key = Key.from_alias(stack, "shared", alias="platform/shared")
        key.grant_service("Logs", "logs.eu-central-2.amazonaws.com", conditions={})
        key.grant_decrypt("Function", FUNCTION, context={})
        assert key.arn
        assert key.ready

    template = Template.of(build)
    assert template.all("aws_kms_key") == []
    (data,) = template.document["data"]["aws_kms_key"].values()
    assert data["key_id"] == "alias/platform/shared"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("rotation_days", 89),
        ("rotation_days", 2561),
        ("deletion_window_days", 6),
        ("deletion_window_days", 31),
    ],
)
def test_c22_kms_limits(setting: str, value: int) -> None:
    with pytest.raises(ValidationError, match=setting):
        KeySettings.model_validate({setting: value})
