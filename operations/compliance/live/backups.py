"""AWS Backup: plans, selections, vaults and what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.live.aws import NOT_SEEN, absent_as_none

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State

_GONE = "ResourceNotFoundException"


def plan(aws: Aws, state: State) -> Arguments | None:
    """A plan with its rules."""
    found = absent_as_none(
        lambda: aws.client("backup").get_backup_plan(BackupPlanId=state["id"])["BackupPlan"], _GONE
    )
    return found and {
        "name": found["BackupPlanName"],
        "rule": [
            {
                "rule_name": rule["RuleName"],
                "schedule": rule.get("ScheduleExpression"),
                "enable_continuous_backup": rule.get("EnableContinuousBackup", False),
                "lifecycle": {"delete_after": rule.get("Lifecycle", {}).get("DeleteAfterDays")},
            }
            for rule in found["Rules"]
        ],
    }


def selection(aws: Aws, state: State) -> Arguments | None:
    """What a plan covers."""
    plan_id, selection_id = state["plan_id"], state["id"]
    found = absent_as_none(
        lambda: aws.client("backup").get_backup_selection(BackupPlanId=plan_id, SelectionId=selection_id)[
            "BackupSelection"
        ],
        _GONE,
    )
    return found and {
        "plan_id": plan_id,
        "resources": found.get("Resources", []),
        "not_resources": found.get("NotResources", []),
        "selection_tag": [
            {"key": tag["ConditionKey"], "value": tag["ConditionValue"]}
            for tag in found.get("ListOfTags", [])
        ],
    }


def vault(aws: Aws, state: State) -> Arguments | None:
    """A vault."""
    found = _vault(aws, state["name"])
    return found and {
        "name": found["BackupVaultName"],
        "kms_key_arn": found.get("EncryptionKeyArn"),
        "force_destroy": NOT_SEEN,
    }


def lock(aws: Aws, state: State) -> Arguments | None:
    """The lock of a vault."""
    found = _vault(aws, state["backup_vault_name"])
    if not found or not found.get("Locked"):
        return None
    return {
        "backup_vault_name": found["BackupVaultName"],
        "min_retention_days": found.get("MinRetentionDays"),
        "max_retention_days": found.get("MaxRetentionDays"),
    }


def policy(aws: Aws, state: State) -> Arguments | None:
    """The policy of a vault."""
    name = state["backup_vault_name"]
    found = absent_as_none(
        lambda: aws.client("backup").get_backup_vault_access_policy(BackupVaultName=name), _GONE
    )
    return found and {"backup_vault_name": name, "policy": found["Policy"]}


def notifications(aws: Aws, state: State) -> Arguments | None:
    """What a vault tells."""
    name = state["backup_vault_name"]
    found = absent_as_none(
        lambda: aws.client("backup").get_backup_vault_notifications(BackupVaultName=name), _GONE
    )
    return found and {
        "backup_vault_name": name,
        "backup_vault_events": found["BackupVaultEvents"],
        "sns_topic_arn": found["SNSTopicArn"],
    }


def _vault(aws: Aws, name: str) -> Arguments | None:
    found: Arguments | None = absent_as_none(
        lambda: aws.client("backup").describe_backup_vault(BackupVaultName=name),
        _GONE,
        "AccessDeniedException",  # what AWS answers for a vault that is not there
    )
    return found


READERS: dict[str, Reader] = {
    "aws_backup_plan": plan,
    "aws_backup_selection": selection,
    "aws_backup_vault": vault,
    "aws_backup_vault_lock_configuration": lock,
    "aws_backup_vault_policy": policy,
    "aws_backup_vault_notifications": notifications,
}
