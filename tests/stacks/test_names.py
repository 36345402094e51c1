"""The longest suffix that an environment may have leaves every name as short as AWS demands, and in its letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from environments.problem import Problem
from stacks.citizen_data import CitizenData
from stacks.environment import load
from tests.stacks.ha import FILE, synthesized
from tests.template import Template

LONGEST = "pr-12345678901234567"

_WORDS = r"[A-Za-z0-9_-]+"
_DASHES = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_GENERATED = 26
"""Characters that Terraform adds to a prefix."""

LIMITS = {
    ("aws_backup_plan", "name"): (50, _WORDS),
    ("aws_backup_restore_testing_plan", "name"): (50, r"\w+"),
    ("aws_backup_restore_testing_selection", "name"): (50, r"\w+"),
    ("aws_backup_selection", "name"): (50, r"[A-Za-z0-9._-]+"),
    ("aws_backup_vault", "name"): (50, _WORDS),
    ("aws_cloudwatch_composite_alarm", "alarm_name"): (255, _WORDS),
    ("aws_cloudwatch_dashboard", "dashboard_name"): (255, _WORDS),
    ("aws_cloudwatch_event_rule", "name"): (64, _WORDS),
    ("aws_cloudwatch_log_group", "name"): (512, r"[A-Za-z0-9_/.#-]+"),
    ("aws_cloudwatch_metric_alarm", "alarm_name"): (255, _WORDS),
    ("aws_db_event_subscription", "name"): (255, _DASHES),
    ("aws_db_instance", "final_snapshot_identifier"): (255, _DASHES),
    ("aws_db_instance", "identifier"): (63, _DASHES),
    ("aws_db_parameter_group", "name_prefix"): (255 - _GENERATED, f"{_DASHES}-"),
    ("aws_db_subnet_group", "name_prefix"): (255 - _GENERATED, f"{_DASHES}-"),
    ("aws_efs_file_system", "creation_token"): (64, _WORDS),
    ("aws_iam_policy", "name"): (128, _WORDS),
    ("aws_iam_role", "name"): (64, _WORDS),
    ("aws_kms_alias", "name"): (256, f"alias/{_WORDS}"),
    ("aws_lambda_function", "function_name"): (64, _WORDS),
    ("aws_rds_cluster", "cluster_identifier"): (52, _DASHES),
    ("aws_rds_cluster", "final_snapshot_identifier"): (255, _DASHES),
    ("aws_rds_cluster_parameter_group", "name_prefix"): (255 - _GENERATED, f"{_DASHES}-"),
    ("aws_s3_bucket", "bucket"): (63, _DASHES),
    ("aws_secretsmanager_secret", "name"): (512, _WORDS),
    ("aws_security_group", "name"): (255, _WORDS),
    ("aws_sns_topic", "name"): (256, _WORDS),
    ("aws_sqs_queue", "name"): (80, _WORDS),
}
"""The longest value and its letters (sources: botocore's service models and the provider's validation, 2026-11)."""

NO_NAMES = {
    "description",
    "alarm_description",
    "alarm_rule",
    "assume_role_policy",
    "dashboard_body",
    "policy",
}

SYSTEMS = {
    "replica-and-second-region": 'database = { replica = {} }\nsecond_region = { region = "eu-central-1" }',
    "cluster": 'database = { instance_class = "db.m6gd.large", cluster = {} }',
}


def _given(template: Template) -> Iterator[tuple[tuple[str, str], str]]:
    """Every text with the suffix in it that is an argument of a resource; expressions are filled in elsewhere."""
    for kind, resource in template.everything():
        for argument, value in resource.items():
            named = isinstance(value, str) and LONGEST.replace("-", "_") in value.replace("-", "_")
            if named and argument not in NO_NAMES and argument != "//":
                yield (kind, argument), re.sub(r"\$\{[^}]*\}", "eu-central-2", value)


def _synthesized(which: str, folder: Path) -> Template:
    if which == "citizen-data":
        environment = load("prod", suffix=LONGEST)
        return Template.synthesized(lambda app: CitizenData(app, environment=environment), name=which)
    (folder / "test.tfvars").write_text(FILE % ("regulated", SYSTEMS[which]), encoding="utf-8")
    return synthesized(load("test", folder=folder, suffix=LONGEST).database_ha)


@pytest.mark.parametrize("which", ["citizen-data", *SYSTEMS])
def test_no_name_is_longer_than_aws_takes(which: str, tmp_path: Path) -> None:
    found = list(_given(_synthesized(which, tmp_path)))
    assert {place for place, _name in found} <= set(LIMITS), "say what AWS takes of a new name"
    for place, name in found:
        longest, letters = LIMITS[place]
        assert len(name) <= longest, (place, name)
        assert re.fullmatch(letters, name), (place, name)
    assert len(found) > 50


def test_a_longer_suffix_is_refused() -> None:
    assert len(LONGEST) == 20
    with pytest.raises(Problem, match="suffix"):
        load("dev", suffix=f"{LONGEST}8")
