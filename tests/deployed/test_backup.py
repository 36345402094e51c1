from __future__ import annotations

import json
from typing import Any

import pytest

from tests.system.fixtures import Deployed


@pytest.fixture(scope="module")
def plan(deployed: Deployed) -> dict[str, Any]:
    found = deployed.client("backup").get_backup_plan(BackupPlanId=deployed.outputs["backup_plan_id"])
    return dict(found["BackupPlan"])


def test_the_vault_has_its_own_key(deployed: Deployed) -> None:
    vault = deployed.client("backup").describe_backup_vault(
        BackupVaultName=deployed.outputs["backup_vault_name"]
    )
    assert vault["EncryptionKeyArn"] == deployed.outputs["key_arns_backups"]
    assert vault.get("Locked", False) is (deployed.outputs["profile"] == "regulated")


def test_the_vault_is_closed_to_other_accounts(deployed: Deployed) -> None:
    policy = deployed.client("backup").get_backup_vault_access_policy(
        BackupVaultName=deployed.outputs["backup_vault_name"]
    )
    (denied,) = [
        one for one in json.loads(policy["Policy"])["Statement"] if one["Sid"] == "DenyOtherAccounts"
    ]
    assert denied["Effect"] == "Deny"
    assert "aws:PrincipalAccount" in json.dumps(denied["Condition"])


def test_the_database_can_be_restored_to_any_minute(plan: dict[str, Any]) -> None:
    continuous = [rule for rule in plan["Rules"] if rule.get("EnableContinuousBackup")]
    assert continuous
    assert all(rule["Lifecycle"]["DeleteAfterDays"] <= 35 for rule in continuous)


def test_recovery_points_are_kept_for_long(plan: dict[str, Any]) -> None:
    assert max(rule["Lifecycle"]["DeleteAfterDays"] for rule in plan["Rules"]) >= 365


def test_database_and_file_system_are_selected(deployed: Deployed) -> None:
    backup = deployed.client("backup")
    plan_id = deployed.outputs["backup_plan_id"]
    chosen = [
        arn
        for selection in backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
        for arn in backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=selection["SelectionId"])[
            "BackupSelection"
        ]["Resources"]
    ]
    assert deployed.outputs["database_arn"] in chosen
    assert any(arn.endswith(deployed.outputs["filesystem_id"]) for arn in chosen)


def test_somebody_hears_of_backups_that_fail(deployed: Deployed) -> None:
    suffix = deployed.outputs["suffix"]
    found = deployed.client("cloudwatch").describe_alarms(
        AlarmNames=[f"dr-backup-{what}-{suffix}" for what in ("expired", "failed")]
    )["MetricAlarms"]
    vault = {"Name": "BackupVaultName", "Value": deployed.outputs["backup_vault_name"]}
    assert len(found) == 2
    for alarm in found:
        assert (alarm["Namespace"], alarm["Dimensions"]) == ("AWS/Backup", [vault])
        assert alarm["AlarmActions"] == [deployed.outputs["topic_arn"]]
