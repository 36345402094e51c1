"""``holdfast apply``: the saved plan is applied as it was reviewed, or nothing is."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from operations import terraform_cli
from operations.plans import reading
from operations.project import Project
from operations.review.classification import review
from operations.saved_plan import SavedPlan
from tests.localcloud.server import REGION, Server
from tests.operations.conftest import Command
from tests.operations.tiny import STACK, WORD, Tiny

pytestmark = pytest.mark.terraform


def saved(tiny: Tiny) -> SavedPlan:
    return SavedPlan(folder=tiny.project.plans / STACK)


def state(tiny: Tiny) -> list[Any]:
    file = tiny.root / f"{STACK}.tfstate"
    return list(json.loads(file.read_text())["resources"]) if file.exists() else []


def word(text: str) -> dict[str, Any]:
    return {**WORD, "resource": {"terraform_data": {"it": {"input": text}}}}


def test_what_was_planned_is_applied_once(
    holdfast: Command, tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert holdfast("plan", STACK).code == 0
    done = holdfast("apply", STACK)
    assert (done.code, state(tiny)) == (2, []), "nobody can be asked"
    monkeypatch.setattr("operations.console.confirm", lambda _question, option: False)
    done = holdfast("apply", STACK)
    assert (done.code, state(tiny)) == (1, [])
    assert "Adds  1" in done.out
    assert done.out.endswith("Nothing was changed.\n")

    done = holdfast("apply", STACK, "--auto-approve")
    assert done.code == 0, done.err
    assert len(state(tiny)) == 1
    assert json.loads(tiny.project.flat_outputs.read_text()) == {"word": "a word"}

    done = holdfast("apply", STACK, "--auto-approve")
    assert done.code == 2
    assert "there is no plan" in done.err


def test_a_plan_of_another_environment_is_refused(holdfast: Command, tiny: Tiny) -> None:
    holdfast("plan", STACK, "--environment", "dev")
    done = holdfast("apply", STACK, "--environment", "prod", "--auto-approve")
    assert (done.code, state(tiny)) == (2, [])
    assert "given:   tiny in dev" in done.err
    assert "allowed: tiny in prod" in done.err


def test_a_plan_of_other_code_is_refused(holdfast: Command, tiny: Tiny) -> None:
    holdfast("plan", STACK)
    tiny.write(word("another word"))
    done = holdfast("apply", STACK, "--auto-approve")
    assert (done.code, state(tiny)) == (2, [])
    assert "the plan is stale: code or settings of tiny are not those that were planned" in done.err
    assert "fix:     pipenv run holdfast plan tiny --environment dev" in done.err


def test_a_plan_of_an_older_state_is_refused(holdfast: Command, tiny: Tiny, tmp_path: Path) -> None:
    holdfast("plan", STACK)
    kept = shutil.copytree(saved(tiny).folder, tmp_path / "kept")
    assert holdfast("apply", STACK, "--auto-approve").code == 0
    shutil.copytree(kept, saved(tiny).folder)
    before = (tiny.root / f"{STACK}.tfstate").read_bytes()
    done = holdfast("apply", STACK, "--auto-approve")
    assert done.code == 2
    assert "the plan is stale: the state of tiny was changed after it was planned" in done.err
    assert (tiny.root / f"{STACK}.tfstate").read_bytes() == before


def test_a_plan_that_was_exchanged_is_refused(holdfast: Command, tiny: Tiny) -> None:
    holdfast("plan", STACK)
    plan = saved(tiny).plan
    plan.write_bytes(plan.read_bytes() + b" ")
    done = holdfast("apply", STACK, "--auto-approve")
    assert (done.code, state(tiny)) == (2, [])
    assert "is not the file that was planned" in done.err


def test_a_file_that_does_not_say_what_it_was_planned_from_is_refused(holdfast: Command, tiny: Tiny) -> None:
    holdfast("plan", STACK)
    plan, record = saved(tiny).plan, json.loads(saved(tiny).record.read_text())
    with zipfile.ZipFile(plan, "w") as content:
        content.writestr("tfplan", b"forged")
    record["files"][plan.name] = f"sha256:{hashlib.sha256(plan.read_bytes()).hexdigest()}"
    saved(tiny).record.write_text(json.dumps(record), encoding="utf-8")
    done = holdfast("apply", STACK, "--auto-approve")
    assert (done.code, state(tiny)) == (2, [])
    assert "does not say what it was planned from" in done.err


def test_a_failed_apply_is_a_failure(holdfast: Command, tiny: Tiny) -> None:
    broken = {"input": "a word", "provisioner": [{"local-exec": {"command": "exit 3"}}]}
    tiny.write({**WORD, "resource": {"terraform_data": {"it": broken}}})
    holdfast("plan", STACK)
    done = holdfast("apply", STACK, "--auto-approve")
    assert done.code == 1
    assert "local-exec provisioner error" in done.err


@pytest.mark.server
def test_what_destroys_data_is_applied_only_with_a_waiver(
    holdfast: Command, tiny: Tiny, aws: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in terraform_cli.choose(Project()).variables().items():
        monkeypatch.setenv(name, value)
    group = {"aws_cloudwatch_log_group": {"it": {"name": f"records-{tiny.root.name}"}}}
    provider = {"aws": [{"region": REGION}]}
    tiny.write({"provider": provider, "resource": group})
    holdfast("plan", STACK)
    assert holdfast("apply", STACK, "--auto-approve").code == 0
    tiny.write({"provider": provider})
    holdfast("plan", STACK)
    done = holdfast("apply", STACK, "--auto-approve")
    assert done.code == 3
    assert "Nothing was changed: the plan does not pass its review." in done.err
    assert len(state(tiny)) == 1

    waive(tiny, review(reading.read(saved(tiny).json), stack=STACK).digest)
    assert holdfast("apply", STACK, "--auto-approve").code == 0
    assert state(tiny) == []


def waive(tiny: Tiny, digest: str) -> None:
    expires = datetime.now(UTC).date() + timedelta(days=7)
    (tiny.root / "environments" / "waivers.toml").write_text(
        f'[[waiver]]\naddress = "aws_cloudwatch_log_group.it"\nplan = "{digest}"\n'
        f'reason = "Nobody needs these records any more."\nexpires = {expires}\n',
        encoding="utf-8",
    )
