from __future__ import annotations

import string
from urllib.parse import quote

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.aws.role import Role
from modules.credentials.application import ApplicationCredentials
from modules.credentials.credentials import Credentials
from modules.credentials.password import PasswordSettings
from modules.credentials.settings import (
    ApplicationSettings,
    CredentialsSettings,
    check_application,
    check_replicas,
)
from modules.settings import Profile
from tests.modules.site import Site
from tests.template import Template, statements


def _build(stack: TerraformStack, settings: CredentialsSettings, profile: Profile) -> None:
    site = Site(stack)
    credentials = Credentials(
        stack,
        "credentials",
        secret_name="dr-db-credentials-test",
        description="Master user of a database",
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


class FakeDatabase:
    address = "db.example.org"
    port = 5433
    name = "citizens"


@pytest.fixture(scope="module")
def application() -> Template:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        ApplicationCredentials(
            stack,
            "application-credentials",
            secret_name="dr-app-credentials-test",
            description="Application of a database",
            account=site.account,
            settings=CredentialsSettings(replica_regions=("eu-west-1",)),
            application=ApplicationSettings(username="forms"),
            profile="regulated",
            database=FakeDatabase(),
            key=site.key,
        )

    return Template.of(build)


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
    assert set("/@\"'") <= set(generated["exclude_characters"])
    assert "include_space" not in generated


def test_a_rotation_cannot_make_terraform_create_the_version_again(created: Template) -> None:
    # Without a label of its own Secrets Manager may delete it, and Terraform would then set a new password.
    version = created.one("aws_secretsmanager_secret_version")
    assert version["version_stages"] == ["AWSCURRENT", "INITIAL"]
    assert version["lifecycle"]["ignore_changes"] == ["version_stages"]


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
    condition = policy["DenyOtherAccounts"]["Condition"]
    assert set(condition["StringNotEqualsIfExists"]) == {"aws:PrincipalAccount"}
    # A condition that denies holds for a key that is missing: services would be denied with the others.
    assert condition["BoolIfExists"] == {"aws:PrincipalIsAWSService": "false"}


def test_a_reader_may_read_this_entry_and_use_its_key_for_it_only(existing: Template) -> None:
    policy = statements(existing.one("aws_iam_policy", "app/policy")["policy"])
    assert policy["ReadCredentials"]["Resource"] != "*"
    condition = policy["DecryptCredentials"]["Condition"]["StringEquals"]
    assert "data.aws_secretsmanager_secret." in condition["kms:EncryptionContext:SecretARN"]


def test_the_key_of_a_created_entry_is_the_only_one_that_a_reader_may_use(created: Template) -> None:
    policy = statements(created.one("aws_iam_policy", "app/policy")["policy"])
    assert policy["DecryptCredentials"]["Resource"].startswith("${aws_kms_key.key_")


def test_a_created_entry_is_replicated_on_request_with_a_key_of_its_region(created: Template) -> None:
    assert "replica" not in created.one("aws_secretsmanager_secret")
    regions = ("eu-west-1", "eu-central-1")
    replicated = _template(source="created", replica_regions=regions, replica_key="alias/secrets")
    assert replicated.one("aws_secretsmanager_secret")["replica"] == [
        {"kms_key_id": "alias/secrets", "region": "eu-central-1"},
        {"kms_key_id": "alias/secrets", "region": "eu-west-1"},
    ]


def test_new_passwords_are_made_as_the_settings_say() -> None:
    template = _template(source="created", password={"length": 64, "excluded_characters": "0O1lI"})
    (generated,) = template.document["ephemeral"]["aws_secretsmanager_random_password"].values()
    assert generated["password_length"] == 64
    assert set("0O1lI/@") <= set(generated["exclude_characters"])


@pytest.mark.parametrize(
    "settings", [{}, {"length": 128}, {"excluded_characters": "-._"}, {"excluded_characters": "%&"}]
)
def test_a_password_needs_no_escape_in_a_url_whatever_is_excluded(settings: dict[str, object]) -> None:
    excluded = PasswordSettings.model_validate(settings).excluded
    left = "".join(character for character in string.printable[:94] if character not in excluded)
    assert quote(left, safe="") == left
    assert len(set(excluded)) == len(excluded)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"length": 15}, "greater than or equal to 16"),
        ({"length": 129}, "less than or equal to 128"),
        ({"excluded_characters": "-._~"}, "no punctuation"),
        ({"excluded_characters": string.digits}, "no digit"),
        (
            {"excluded_characters": string.ascii_letters[:25] + string.ascii_letters[27:51]},
            "leaves 17 characters",
        ),
        ({"excluded_characters": "ü"}, "pattern"),
    ],
)
def test_passwords_that_would_be_refused_or_guessed(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PasswordSettings.model_validate(settings)


@pytest.mark.parametrize("login", [CredentialsSettings, ApplicationSettings])
def test_c20_secrets_rotate_every_1_to_1000_days(
    login: type[CredentialsSettings | ApplicationSettings],
) -> None:
    assert [login(rotation_days=days).rotation_days for days in (1, 1000)] == [1, 1000]
    for days, message in ((0, "greater than or equal to 1"), (1001, "less than or equal to 1000")):
        with pytest.raises(ValidationError, match=message):
            login(rotation_days=days)
    assert "C20" in str(login.about("rotation_days"))  # what the message of the whole environment quotes


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"source": "new"}, "existing"),
        ({"reserved_concurrency": 0}, "greater than or equal to 1"),
        ({"application": {"username": "pg_app"}}, "keep this name"),
        ({"application": {"username": "Citizen"}}, "pattern"),
        ({"application": {"username": "a" * 49}}, "pattern"),
        ({"application": {"username": "app", "owner_role": "app"}}, "cannot log in"),
        ({"application": {"secret_name": "one"}, "secret_name": "one"}, "another name"),
        ({"application": None, "replica_regions": ("eu-west-1",)}, "no entry is created"),
        ({"replica_key": "alias/secrets"}, "without replica_regions"),
        ({"replica_regions": ("eu-west-1",), "replica_key": "secrets"}, "pattern"),
        ({"recovery_window_days": 3}, "C21"),
        ({"recovery_window_days": 31}, "C21"),
        ({"secret_name": "a b"}, "secret_name"),
    ],
)
def test_settings_that_aws_would_refuse(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        CredentialsSettings.model_validate(settings)


def test_the_applications_entry_says_all_that_a_client_needs(application: Template) -> None:
    value = application.one("aws_secretsmanager_secret_version")["secret_string_wo"]
    for field in ('username = "forms"', 'host = "db.example.org"', "port = 5433", 'dbname = "citizens"'):
        assert field in value
    assert "password = ephemeral.aws_secretsmanager_random_password." in value


def test_the_applications_entry_is_encrypted_kept_and_replicated(application: Template) -> None:
    entry = application.one("aws_secretsmanager_secret")
    assert entry["kms_key_id"].startswith("${aws_kms_key.")
    assert entry["recovery_window_in_days"] == 7
    assert [replica["region"] for replica in entry["replica"]] == ["eu-west-1"]
    assert "DenyOtherAccounts" in statements(application.one("aws_secretsmanager_secret_policy")["policy"])


@pytest.mark.parametrize(
    "regions", [("eu-central-2",), ("eu-west-1", "eu-west-1"), ("eu-middle-1",), ("us-gov-west-1",)]
)
def test_regions_that_cannot_have_a_replica(regions: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="other regions than eu-central-2, each once"):
        check_replicas(CredentialsSettings(replica_regions=regions), "eu-central-2")


def test_the_application_is_not_the_master_user() -> None:
    for login in (ApplicationSettings(username="citizen"), ApplicationSettings(owner_role="citizen")):
        with pytest.raises(ValueError, match="uses the master user citizen"):
            check_application(CredentialsSettings(application=login), "citizen")
    check_application(CredentialsSettings(application=None), "citizen_admin")
