from __future__ import annotations

import json

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.aws.role import Role
from modules.credentials.credentials import Credentials
from modules.credentials.settings import CredentialsSettings
from modules.settings import Profile
from tests.modules.site import Site
from tests.template import Template, statements


def _build(stack: TerraformStack, settings: CredentialsSettings, profile: Profile) -> None:
    site = Site(stack)
    credentials = Credentials(
        stack,
        "credentials",
        secret_name="dr-db-credentials-test",
        account=site.account,
        settings=settings,
        profile=profile,
        username="citizen_admin",
        database_name="citizens",
        key=site.key,
    )
    role = Role(
        stack,
        "app",
        name="app",
        service="lambda.amazonaws.com",
        account=site.account,
        description="an application",
    )
    credentials.grant_read(role)


def _template(profile: Profile = "ephemeral", **settings: object) -> Template:
    return Template.of(lambda stack: _build(stack, CredentialsSettings.model_validate(settings), profile))


@pytest.fixture(scope="module")
def existing() -> Template:
    return _template()


@pytest.fixture(scope="module")
def created() -> Template:
    return _template(source="created")


def test_an_existing_entry_is_referenced_not_created(existing: Template) -> None:
    assert existing.all("aws_secretsmanager_secret") == []
    assert existing.all("aws_secretsmanager_secret_version") == []
    (entry,) = existing.document["data"]["aws_secretsmanager_secret"].values()
    assert entry["name"] == "dr-db-credentials-test"


def test_its_value_is_read_by_an_ephemeral_block_only(existing: Template) -> None:
    assert existing.document["ephemeral"] == {
        "aws_secretsmanager_secret_version": {
            "test_credentials_current": {"secret_id": "dr-db-credentials-test"}
        }
    }
    assert "aws_secretsmanager_secret_version" not in existing.document["data"]


def test_a_created_entry_gets_a_password_that_terraform_keeps_nowhere(created: Template) -> None:
    version = created.one("aws_secretsmanager_secret_version")
    assert "secret_string" not in version
    assert (
        "ephemeral.aws_secretsmanager_random_password.test_credentials_generated"
        in version["secret_string_wo"]
    )
    assert version["secret_string_wo_version"] == 1
    generated = created.document["ephemeral"]["aws_secretsmanager_random_password"][
        "test_credentials_generated"
    ]
    assert generated["password_length"] == 32
    assert set("/@\" '") <= set(generated["exclude_characters"])


def test_the_database_gets_the_password_that_the_entry_has(created: Template) -> None:
    # Read back through the entry: passing the generated value on would set two different ones after a broken apply.
    read = created.document["ephemeral"]["aws_secretsmanager_secret_version"]["test_credentials_current"]
    assert "aws_secretsmanager_secret_version." in read["secret_id"]


def test_a_created_entry_is_encrypted_with_our_key(created: Template) -> None:
    assert created.one("aws_secretsmanager_secret")["kms_key_id"].startswith("${aws_kms_key.")


@pytest.mark.parametrize(("profile", "days"), [("ephemeral", 0), ("regulated", 14)])
def test_c21_the_profile_decides_how_long_a_deleted_entry_can_come_back(profile: Profile, days: int) -> None:
    template = _template(profile, source="created", recovery_window_days=14)
    assert template.one("aws_secretsmanager_secret")["recovery_window_in_days"] == days


def test_the_entrys_policy_denies_plain_text_and_other_accounts(existing: Template) -> None:
    resource = existing.one("aws_secretsmanager_secret_policy")
    assert resource["block_public_policy"] is True
    policy = statements(resource["policy"])
    assert {statement["Effect"] for statement in policy.values()} == {"Deny"}
    assert "aws:PrincipalAccount" in json.dumps(
        policy["DenyOtherAccounts"]["Condition"]["StringNotEqualsIfExists"]
    )


def test_a_reader_may_read_this_entry_and_use_its_key_for_it_only(existing: Template) -> None:
    policy = statements(existing.one("aws_iam_role_policy", "app/policy")["policy"])
    assert policy["ReadCredentials"]["Resource"] != "*"
    condition = policy["DecryptCredentials"]["Condition"]["StringEquals"]
    assert "data.aws_secretsmanager_secret." in condition["kms:EncryptionContext:SecretARN"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"source": "new"}, "existing"),
        ({"rotation_days": 0}, "greater than or equal to 1"),
        ({"rotation_days": 1001}, "less than or equal to 1000"),
        ({"recovery_window_days": 3}, "C21"),
        ({"recovery_window_days": 31}, "C21"),
        ({"secret_name": "a b"}, "secret_name"),
    ],
)
def test_settings_that_aws_would_refuse(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        CredentialsSettings.model_validate(settings)
