"""``holdfast drift`` on a small system: real plans, real exit codes, and one system that never hides another."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations import deployment, terraform_cli
from operations.drift import notifying
from operations.project import Project
from tests.localcloud.server import REGION, Server
from tests.operations.conftest import Command
from tests.operations.tiny import STACK, WORD, Tiny

pytestmark = pytest.mark.terraform

ADDRESS = "aws_cloudwatch_log_group.it"


@pytest.fixture
def name() -> str:
    return f"drift-{uuid.uuid4().hex[:8]}"


def system(name: str, **arguments: Any) -> dict[str, Any]:
    """A log group and a topic."""
    return {
        "provider": {"aws": [{"region": REGION}]},
        "resource": {
            "aws_cloudwatch_log_group": {"it": {"name": name, "retention_in_days": 30, **arguments}},
            "aws_sns_topic": {"it": {"name": name}},
        },
        "output": {"topic": {"value": "${aws_sns_topic.it.arn}"}},
    }


def deploy(tiny: Tiny, content: dict[str, Any]) -> None:
    tiny.write(content)
    assert deployment.deploy(tiny.project, STACK, environment=None, approve=lambda: True)


@pytest.mark.server
def test_drift_beside_a_pending_change(
    tiny: Tiny,
    aws: Server,
    name: str,
    holdfast: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable, value in terraform_cli.choose(Project()).variables().items():
        monkeypatch.setenv(variable, value)
    deploy(tiny, system(name))
    # Somebody keeps events for a shorter time, and sends messages elsewhere; somebody else adds a tag, in the code.
    aws.client("logs").put_retention_policy(logGroupName=name, retentionInDays=1)
    topic = f"arn:aws:sns:{REGION}:123456789012:{name}"
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15555550100")
    tiny.write(system(name, tags={"a": "b"}))

    done = holdfast("drift", STACK, "--format", "json", "--watch")
    (found,) = json.loads(done.out)["systems"]
    assert (done.code, found["outcome"]) == (3, "both")
    group, receiver = found["findings"]
    assert (group["address"], group["severity"]) == (ADDRESS, "security")
    (retention,) = group["attributes"]
    assert (retention["recorded"], retention["real"], retention["next_apply"]) == (30, 1, "undoes")
    assert receiver["attributes"][0]["command"].startswith("aws sns unsubscribe")
    assert [change["address"] for change in found["pending"]] == [ADDRESS]

    # All of it is agreed.
    rules = [
        f'[[ignore]]\nstack = "{STACK}"\naddress = "{address}"\npath = "{path}"\n'
        f'reason = "It was agreed with operations."\nexpires = {datetime.now(UTC).date() + timedelta(days=30)}\n'
        for address, path in ((ADDRESS, "retention_in_days"), ("aws_sns_topic.it", "subscription"))
    ]
    file = tiny.root / "environments" / "drift.toml"
    file.write_text("".join(rules), encoding="utf-8")
    done = holdfast("drift", STACK, "--format", "json", "--watch")
    (ignored,) = json.loads(done.out)["systems"]
    assert (done.code, ignored["outcome"], ignored["gone"], ignored["notes"]) == (0, "both", [], [])
    assert len(ignored["findings"]) == 2

    # Nothing of a plan stays on the disk.
    assert list((tiny.root / ".holdfast" / "plans").glob("*")) == []


def test_what_changes_outputs_only_is_clean(tiny: Tiny, holdfast: Command) -> None:
    deploy(tiny, WORD)
    tiny.write({**WORD, "output": {**WORD["output"], "more": {"value": "x"}}})
    done = holdfast("drift")
    assert (done.code, done.out.splitlines()[0]) == (0, "tiny (dev)  outputs only")


def test_what_cannot_be_planned_is_an_error(tiny: Tiny, holdfast: Command) -> None:
    tiny.write({"resource": {"terraform_data": {"it": {"wrong": 1}}}})
    done = holdfast("drift")
    assert done.code == 1
    assert "terraform plan failed" in done.out
    assert "1 system could not be checked" in done.out


def test_one_environment_does_not_hide_another(tiny: Tiny, holdfast: Command) -> None:
    tiny.keep_states_as_ours()
    deployment.deploy(tiny.project, STACK, environment="dev", approve=lambda: True)
    main = tiny.root / "main.py"
    refuse = (
        'import os, sys\nif os.environ["HOLDFAST_ENVIRONMENT"] == "nowhere":\n    sys.exit("there is none")\n'
    )
    main.write_text(refuse + main.read_text(encoding="utf-8"), encoding="utf-8")
    done = holdfast("drift", "-e", "nowhere", "-e", "dev", "--format", "json")
    bad, good = json.loads(done.out)["systems"]
    assert done.code == 1
    assert (bad["environment"], bad["outcome"]) == ("nowhere", "error")
    assert "there is none" in bad["error"]
    assert (good["environment"], good["outcome"]) == ("dev", "clean")


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-system"],
        ["--ignore", "nowhere.toml"],
        ["--topic", "it"],
        ["--format", "json", "--format", "html"],
        ["--format", "pdf"],
        ["--nonsense"],
    ],
    ids=" ".join,
)
def test_bad_input_is_an_error_and_no_alarm(tiny: Tiny, holdfast: Command, arguments: list[str]) -> None:
    done = holdfast("drift", *arguments)
    assert (done.code, done.out) == (1, "")
    assert done.err


def test_the_report_is_written_where_the_workflow_wants_it(tiny: Tiny, holdfast: Command) -> None:
    deploy(tiny, WORD)
    out = tiny.root / "reports"
    done = holdfast("drift", STACK, "--environment", "dev", "--format", "markdown", "--out", str(out))
    assert (done.code, done.out) == (0, "")
    assert (
        (out / "1.md").read_text(encoding="utf-8").startswith("<!-- holdfast-drift dev/tiny 1/1 -->\n## ✅")
    )


def test_a_topic_is_told_of_trouble_only(
    tiny: Tiny, holdfast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(notifying, "publish", lambda report, topic: told.append(report.exit_code))
    topic = f"arn:aws:sns:{REGION}:123456789012:alerts"
    deploy(tiny, WORD)
    assert holdfast("drift", "--topic", topic).code == 0
    assert told == []
    tiny.write({"resource": {"terraform_data": {"it": {"wrong": 1}}}})
    assert holdfast("drift", "--topic", topic).code == 1
    assert told == [1]
