from __future__ import annotations

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.backup.backup import Backup, CopyVault, ITestedDatabase
from modules.backup.schedules import windows_meet
from modules.backup.settings import BackupSettings
from modules.settings import Profile
from tests.modules.site import Site, name
from tests.template import Resource, Template, statements


def _template(
    profile: Profile,
    *,
    removable: bool = False,
    copies: CopyVault | None = None,
    tested: ITestedDatabase | None = None,
    continuous_days: int | None = 35,
    **settings: object,
) -> Template:
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
            continuous_days=continuous_days,
            covered={"filesystem": "arn:fs", "database": "arn:db"},
            key=site.key,
            topic=site.topic,
            copies=copies,
            tested=tested,
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


def test_c47_the_plan_of_a_cluster_is_not_continuous_and_its_lock_does_not_count_on_it() -> None:
    template = _template("regulated", continuous_days=None, daily_retention_days=40)
    assert {rule["rule_name"] for rule in template.one("aws_backup_plan")["rule"]} == {"daily", "long-term"}
    assert template.one("aws_backup_vault_lock_configuration")["min_retention_days"] == 40


def test_it_covers_database_and_file_system(ephemeral: Template) -> None:
    assert ephemeral.one("aws_backup_selection")["resources"] == ["arn:db", "arn:fs"]


def test_its_role_is_there_before_its_selection(ephemeral: Template) -> None:
    role = ephemeral.address("aws_iam_role", "backup/role/role")
    attachments = [
        found for found in ephemeral.all("aws_iam_role_policy_attachment") if role in found["role"]
    ]
    assert {attachment["policy_arn"].split("/")[-1] for attachment in attachments} == {
        "AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForRestores",
    }
    assert len(ephemeral.one("aws_backup_selection")["depends_on"]) == 2


def test_an_ephemeral_vault_can_be_emptied(ephemeral: Template) -> None:
    assert ephemeral.one("aws_backup_vault")["force_destroy"] is True
    assert ephemeral.all("aws_backup_vault_lock_configuration") == []
    assert set(statements(ephemeral.one("aws_backup_vault_policy")["policy"])) == {"DenyOtherAccounts"}


def test_a_vault_is_closed_to_other_accounts_and_not_to_aws_itself(ephemeral: Template) -> None:
    closed = statements(ephemeral.one("aws_backup_vault_policy")["policy"])["DenyOtherAccounts"]
    assert closed["Condition"].keys() == {"BoolIfExists", "StringNotEqualsIfExists"}
    assert closed["Condition"]["BoolIfExists"] == {"aws:PrincipalIsAWSService": "false"}
    assert "aws:PrincipalAccount" in closed["Condition"]["StringNotEqualsIfExists"]


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


SUPPORTED_EVENTS = {
    "BACKUP_JOB_STARTED",
    "BACKUP_JOB_COMPLETED",
    "COPY_JOB_STARTED",
    "COPY_JOB_SUCCESSFUL",
    "COPY_JOB_FAILED",
    "RESTORE_JOB_STARTED",
    "RESTORE_JOB_COMPLETED",
    "RECOVERY_POINT_MODIFIED",
    "S3_BACKUP_OBJECT_FAILED",
    "S3_RESTORE_OBJECT_FAILED",
}
"""The others are accepted and never sent (source: AWS Backup API, PutBackupVaultNotifications, 2026-11)."""


def test_only_events_that_aws_backup_sends_are_asked_for(ephemeral: Template) -> None:
    assert set(ephemeral.one("aws_backup_vault_notifications")["backup_vault_events"]) <= SUPPORTED_EVENTS


def test_jobs_that_fail_or_never_start_raise_an_alarm(ephemeral: Template) -> None:
    vault = f"${{{ephemeral.address('aws_backup_vault', 'backup/vault')}.name}}"
    alarms = {alarm["metric_name"]: alarm for alarm in ephemeral.all("aws_cloudwatch_metric_alarm")}
    assert set(alarms) == {"NumberOfBackupJobsExpired", "NumberOfBackupJobsFailed"}
    for alarm in alarms.values():
        assert (alarm["namespace"], alarm["dimensions"]) == ("AWS/Backup", {"BackupVaultName": vault})
        assert (alarm["threshold"], alarm["statistic"], alarm["treat_missing_data"]) == (
            0,
            "Sum",
            "notBreaching",
        )


def test_copies_that_fail_raise_an_alarm_where_they_are_started() -> None:
    template = _template("ephemeral", copies=CopyVault(arn="arn:copies", name="copies"))
    (alarm,) = [
        one
        for one in template.all("aws_cloudwatch_metric_alarm")
        if one["metric_name"] == "NumberOfCopyJobsFailed"
    ]
    assert alarm["dimensions"] == {"BackupVaultName": "copies"}


def test_c54_the_continuous_rule_starts_apart_from_all_others(ephemeral: Template) -> None:
    rules = {rule["rule_name"]: rule for rule in ephemeral.one("aws_backup_plan")["rule"]}
    for other in ("daily", "long-term"):
        assert not windows_meet(rules["continuous"]["schedule"], rules[other]["schedule"])


@pytest.mark.parametrize(
    ("settings", "continuous_days", "message"),
    [
        ({"continuous_schedule": "cron(30 2 * * ? *)"}, 7, "daily_schedule"),
        ({"daily_schedule": "cron(59 23 * * ? *)"}, 7, "daily_schedule"),
        ({"long_term_schedule": "cron(30 0 1 * ? *)"}, 7, "long_term_schedule"),
        ({"hourly_retention_days": 7}, 7, "fewer than 7"),
        ({"hourly_retention_days": 35}, None, "fewer than 35"),
    ],
)
def test_c54_rules_that_take_the_place_of_each_other(
    settings: dict[str, object], continuous_days: int | None, message: str
) -> None:
    given = BackupSettings.model_validate(settings)
    with pytest.raises(ValueError, match=message) as caught:
        given.check_rules(continuous_days)
    assert "C54" in str(caught.value)


def test_c54_rules_that_can_stand_beside_each_other() -> None:
    BackupSettings(hourly_retention_days=6).check_rules(7)
    BackupSettings(hourly_retention_days=34, continuous_schedule="cron(0 2 * * ? *)").check_rules(None)


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
        ({"daily_schedule": "cron(0 24 * * ? *)"}, "no hour 24"),
        ({"daily_schedule": "cron(0 two * * ? *)"}, "no hour two"),
        ({"daily_schedule": "cron(0 2 * * * *)"}, "days of the month"),
        ({"daily_schedule": "cron(0 2 ? * ? *)"}, "days of the month"),
        ({"daily_retention_days": 0}, "daily_retention_days"),
        ({"cold_storage_after_days": 30, "long_term_retention_days": 119}, "C03"),
    ],
)
def test_settings_that_aws_would_refuse(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        BackupSettings.model_validate(settings)


def test_c01_recovery_points_of_every_hour_are_made_if_wanted(ephemeral: Template) -> None:
    def rules(template: Template) -> dict[str, Resource]:
        return {rule["rule_name"]: rule for rule in template.one("aws_backup_plan")["rule"]}

    assert set(rules(ephemeral)) == {"continuous", "daily", "long-term"}
    hourly = rules(_template("ephemeral", hourly_retention_days=2))["hourly"]
    assert (hourly["schedule"], hourly["lifecycle"]) == ("cron(0 * * * ? *)", {"delete_after": 2})
    assert hourly["enable_continuous_backup"] is False


def test_the_lock_lets_every_rule_keep_what_it_makes() -> None:
    lock = _template("regulated", hourly_retention_days=2).one("aws_backup_vault_lock_configuration")
    assert (lock["min_retention_days"], lock["max_retention_days"]) == (2, 365)


def test_c02_all_but_continuous_recovery_points_are_copied() -> None:
    arn = "arn:aws:backup:eu-west-1:123456789012:backup-vault:copies"
    template = _template("ephemeral", copies=CopyVault(arn=arn, name="copies"))
    for rule in template.one("aws_backup_plan")["rule"]:
        copied = rule.get("copy_action", [])
        assert len(copied) == (0 if rule["rule_name"] == "continuous" else 1)
        for copy in copied:
            assert copy["destination_vault_arn"].endswith(":backup-vault:copies")
            assert copy["lifecycle"] == rule["lifecycle"]


class Tested:
    arn = "arn:db"
    subnet_group_name = "isolated"


def test_restores_are_tried_on_a_schedule_in_the_isolated_subnets() -> None:
    template = _template("ephemeral", tested=Tested(), restore_testing={"window_days": 3})
    plan = template.one("aws_backup_restore_testing_plan")
    assert (plan["name"], plan["schedule_expression"]) == ("dr_restore_testing_test", "cron(0 6 ? * 1 *)")
    (chosen,) = plan["recovery_point_selection"]
    assert chosen["selection_window_days"] == 3
    assert template.address("aws_backup_vault", "backup/vault") in chosen["include_vaults"][0]
    selection = template.one("aws_backup_restore_testing_selection")
    assert selection["protected_resource_arns"] == ["arn:db"]
    assert selection["restore_metadata_overrides"] == {"dbSubnetGroupName": "isolated"}
    assert template.address("aws_iam_role", "backup/role/role") in selection["iam_role_arn"]


def test_without_being_asked_for_nothing_is_restored(ephemeral: Template) -> None:
    assert ephemeral.all("aws_backup_restore_testing_plan") == []
    assert _template("ephemeral", tested=Tested()).all("aws_backup_restore_testing_plan") == []
