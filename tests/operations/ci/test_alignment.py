"""The control alignment of saved plans: what is assessed, what is written, and how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.ci import alignment
from tests.operations.ci import plans
from tests.operations.conftest import Command
from tests.operations.tiny import Tiny

KEY = "arn:aws:kms:eu-central-2:123456789012:key/11111111-2222-3333-4444-555555555555"
LAST_DAY = datetime.now(UTC).date() + timedelta(days=30)
WAIVER = f"""
[[waiver]]
rules = ["sns-encrypted-kms", "SNS.1"]
stacks = ["data"]
address = "aws_sns_topic.*"
reason = "Nothing confidential is in the messages."
compensating_control = "Only services of this account publish to it."
owner = "platform-team"
expires = {LAST_DAY}
"""


def planned(address: str, **values: Any) -> dict[str, Any]:
    type_, name = address.split(".")
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    return {"address": address, "mode": "managed", "type": type_, "name": name, "change": change}


def save(project: Tiny, stack: str, *resources: dict[str, Any], profile: str | None = "regulated") -> None:
    """A plan as ``holdfast plan`` saves it."""
    outputs = {"profile": {"actions": ["create"], "after": profile}} if profile else {}
    content = {
        "format_version": "1.2",
        "planned_values": {},
        "resource_changes": list(resources),
        "output_changes": outputs,
    }
    plans.save(
        project.project.plans / stack, stack=stack, environment="prod", content=json.dumps(content).encode()
    )


@pytest.fixture
def project(tiny: Tiny) -> Tiny:
    (tiny.root / "environments").mkdir(exist_ok=True)
    (tiny.root / "environments" / "compliance.toml").write_text("waiver = []\n", encoding="utf-8")
    return tiny


def comply(holdfast: Command, out: Path) -> Any:
    return holdfast("ci", "comply", "--environment", "prod", "--out", str(out))


def written(out: Path) -> tuple[str, dict[str, Any]]:
    report = json.loads((out / alignment.REPORT).read_text(encoding="utf-8"))
    return (out / alignment.COMMENT).read_text(encoding="utf-8"), report


def test_what_is_not_met_is_told_and_ends_with_3(holdfast: Command, project: Tiny, tmp_path: Path) -> None:
    save(project, "data", planned("aws_sns_topic.alerts", name="alerts", kms_master_key_id=None))
    save(project, "files", planned("aws_cloudwatch_log_group.it", kms_key_id=KEY, retention_in_days=365))
    done = comply(holdfast, tmp_path)
    assert done.code == 3
    assert "Control alignment of data  from the plan" in done.out
    comment, report = written(tmp_path)
    assert comment.startswith("<!-- holdfast-review prod_comply -->\n## ⛔ Control alignment of prod: ")
    assert "- `data`, `SNS.1` (" in comment
    assert "`aws_sns_topic.alerts`: `kms_master_key_id` not set" in comment
    assert report["exit_code"] == 3
    assert [one["system"] for one in report["assessments"]] == ["data", "files"]
    assert (tmp_path / alignment.PAGE).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert alignment.read(tmp_path).unmet


def test_what_is_waived_passes_and_is_told(holdfast: Command, project: Tiny, tmp_path: Path) -> None:
    (project.root / "environments" / "compliance.toml").write_text(WAIVER, encoding="utf-8")
    topic = dict.fromkeys(_feedback(), "role")
    save(project, "data", planned("aws_sns_topic.alerts", kms_master_key_id=None, policy="{}", **topic))
    comply(holdfast, tmp_path)
    comment, _ = written(tmp_path)
    assert "`kms_master_key_id` not set" not in comment
    assert f"- `data`, `sns-encrypted-kms`, `SNS.1` for `aws_sns_topic.*` until {LAST_DAY} (" in comment


def test_a_waiver_for_another_environment_is_neither_applied_nor_refused(
    holdfast: Command, project: Tiny, tmp_path: Path
) -> None:
    others = [
        f'{WAIVER}environment = "dev"\n',
        f'{WAIVER.replace("sns_topic", "sqs_queue")}environment = "dev"\n',
    ]
    (project.root / "environments" / "compliance.toml").write_text("".join(others), encoding="utf-8")
    save(project, "data", planned("aws_sns_topic.alerts", kms_master_key_id=None))
    assert comply(holdfast, tmp_path).code == 3
    comment, report = written(tmp_path)
    assert "`kms_master_key_id` not set" in comment
    assert (report["assessments"][0]["environment"], report["assessments"][0]["waivers"]) == ("prod", [])


def _feedback() -> list[str]:
    return [
        f"{protocol}_{outcome}_feedback_role_arn"
        for protocol in ("application", "firehose", "http", "lambda", "sqs")
        for outcome in ("failure", "success")
    ]


def test_a_system_that_is_made_to_be_destroyed_is_not_assessed(
    holdfast: Command, project: Tiny, tmp_path: Path
) -> None:
    save(project, "data", planned("aws_sns_topic.alerts", kms_master_key_id=None), profile="ephemeral")
    done = comply(holdfast, tmp_path)
    assert done.code == 0
    assert "its profile is ephemeral" in done.out
    comment, report = written(tmp_path)
    assert "## ⚪ Control alignment of prod: not asked for" in comment
    assert report == {"exit_code": 0, "assessments": []}
    assert not (tmp_path / alignment.PAGE).exists()


def test_a_system_that_does_not_say_what_it_is_is_assessed(
    holdfast: Command, project: Tiny, tmp_path: Path
) -> None:
    save(project, "data", planned("aws_sns_topic.alerts", kms_master_key_id=None), profile=None)
    assert comply(holdfast, tmp_path).code == 3


def test_an_expired_waiver_and_no_plan_are_refused_and_nothing_is_written(
    holdfast: Command, project: Tiny, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = comply(holdfast, out)
    assert (done.code, "there is no plan of prod" in done.err) == (2, True)
    save(project, "data", planned("aws_sns_topic.alerts", kms_master_key_id=None))
    expired = WAIVER.replace(str(LAST_DAY), "2026-01-31")
    (project.root / "environments" / "compliance.toml").write_text(expired, encoding="utf-8")
    done = comply(holdfast, out)
    assert (done.code, "expired on 2026-01-31" in done.err) == (2, True)
    assert not out.exists()


def test_what_is_not_there_is_missing(tmp_path: Path) -> None:
    assert alignment.read(tmp_path / "nothing") == alignment.Told()
