from __future__ import annotations

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.backup.backup import Backup
from modules.backup.settings import BackupSettings
from modules.settings import Profile
from tests.modules.site import Site, name
from tests.template import Template, statements


def _template(profile: Profile, *, removable: bool = False, **settings: object) -> Template:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        Backup(
            stack,
            "backup",
            name=name,
            account=site.account,
            settings=BackupSettings.model_validate(settings),
            profile=profile,
            removable=removable,
            continuous_days=35,
            covered={"filesystem": "arn:fs", "database": "arn:db"},
            key=site.key,
            topic=site.topic,
        )

    return Template.of(build)


@pytest.fixture(scope="module")
def ephemeral() -> Template:
    return _template("ephemeral")


@pytest.fixture(scope="module")
def regulated() -> Template:
    return _template("regulated")


def test_the_vault_is_encrypted_with_our_key(ephemeral: Template) -> None:
    assert ephemeral.one("aws_backup_vault")["kms_key_arn"].startswith("${aws_kms_key.")


def test_c01_c02_the_plan_is_continuous_daily_and_long_term(ephemeral: Template) -> None:
    rules = {rule["rule_name"]: rule for rule in ephemeral.one("aws_backup_plan")["rule"]}
    assert rules["continuous"]["enable_continuous_backup"] is True
    assert rules["continuous"]["lifecycle"] == {"delete_after": 35}
    assert rules["daily"]["schedule"] == "cron(0 2 * * ? *)"
    assert rules["daily"]["lifecycle"] == {"delete_after": 35}
    assert rules["long-term"]["lifecycle"] == {"delete_after": 365}


def test_it_covers_database_and_file_system(ephemeral: Template) -> None:
    assert ephemeral.one("aws_backup_selection")["resources"] == ["arn:db", "arn:fs"]


def test_its_role_is_there_before_its_selection(ephemeral: Template) -> None:
    attachments = ephemeral.all("aws_iam_role_policy_attachment")
    assert {attachment["policy_arn"].split("/")[-1] for attachment in attachments} == {
        "AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForRestores",
    }
    assert len(ephemeral.one("aws_backup_selection")["depends_on"]) == 2


def test_an_ephemeral_vault_can_be_emptied(ephemeral: Template) -> None:
    assert ephemeral.one("aws_backup_vault")["force_destroy"] is True
    assert ephemeral.all("aws_backup_vault_lock_configuration") == []
    assert set(statements(ephemeral.one("aws_backup_vault_policy")["policy"])) == {"DenyOtherAccounts"}


def test_a_regulated_vault_is_locked_in_governance_mode(regulated: Template) -> None:
    lock = regulated.one("aws_backup_vault_lock_configuration")
    assert (lock["min_retention_days"], lock["max_retention_days"]) == (35, 365)
    assert "changeable_for_days" not in lock  # compliance mode, which nobody could ever lift
    assert regulated.one("aws_backup_vault")["force_destroy"] is False


def test_nobody_deletes_recovery_points_of_a_regulated_vault(regulated: Template) -> None:
    statement = statements(regulated.one("aws_backup_vault_policy")["policy"])["KeepRecoveryPoints"]
    assert statement["Effect"] == "Deny"
    assert "backup:DeleteRecoveryPoint" in statement["Action"]


def test_a_regulated_vault_can_be_released() -> None:
    template = _template("regulated", removable=True)
    assert template.one("aws_backup_vault")["force_destroy"] is True
    assert template.all("aws_backup_vault_lock_configuration") == []


def test_every_rule_fits_the_lock(regulated: Template) -> None:
    lock = regulated.one("aws_backup_vault_lock_configuration")
    for rule in regulated.one("aws_backup_plan")["rule"]:
        assert lock["min_retention_days"] <= rule["lifecycle"]["delete_after"] <= lock["max_retention_days"]


def test_failed_jobs_are_reported(ephemeral: Template) -> None:
    assert "BACKUP_JOB_FAILED" in ephemeral.one("aws_backup_vault_notifications")["backup_vault_events"]


def test_c03_cold_storage() -> None:
    template = _template("ephemeral", cold_storage_after_days=30, long_term_retention_days=120)
    rules = {rule["rule_name"]: rule for rule in template.one("aws_backup_plan")["rule"]}
    assert rules["long-term"]["lifecycle"] == {"cold_storage_after": 30, "delete_after": 120}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"daily_schedule": "cron(*/5 * * * ? *)"}, "C01"),
        ({"daily_schedule": "cron(0,30 * * * ? *)"}, "C01"),
        ({"daily_schedule": "rate(5 minutes)"}, "not a schedule"),
        ({"daily_retention_days": 0}, "daily_retention_days"),
        ({"cold_storage_after_days": 30, "long_term_retention_days": 119}, "C03"),
    ],
)
def test_settings_that_aws_would_refuse(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        BackupSettings.model_validate(settings)
