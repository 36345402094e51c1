"""The regulated systems meet every rule that can be decided, or say why not."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from operations.compliance import packs, reading, waivers
from operations.compliance.assessment import Assessment, Outcome, assess
from operations.compliance.waivers import Waiver

ROOT = Path(__file__).parents[2]
SYSTEMS = pytest.mark.parametrize("system", ["citizen-data", "database-ha"])
NEEDS_THE_DEPLOYED_SYSTEM = {"secretsmanager-using-cmk"}
"""The key of an entry that was there before."""


@pytest.fixture(scope="module")
def regulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("regulated")
    environment = {**os.environ, "HOLDFAST_ENVIRONMENT": "prod", "CDKTF_OUTDIR": str(folder)}
    subprocess.run([sys.executable, "main.py"], cwd=ROOT, env=environment, check=True)
    return folder / "stacks"


def accepted_in(project: Path, now: datetime) -> list[Waiver]:
    known = [(rule.id, rule.check) for pack in packs.chosen([]) for rule in pack.rules if rule.check]
    return waivers.read(project / "environments" / "compliance.toml", known=known, today=now.date())


def assessed(stacks: Path, system: str) -> Assessment:
    every = packs.chosen([])
    now = datetime.now(UTC)
    accepted = accepted_in(ROOT, now)
    graph = reading.stack(stacks / system / "cdk.tf.json", name=system)
    return assess(graph, every, accepted, source="configuration", time=now, environment="prod")


@pytest.mark.slow
@SYSTEMS
def test_no_rule_fails_without_a_waiver(system: str, regulated: Path) -> None:
    assessment = assessed(regulated, system)
    failed = {
        one.rule.id: [judged.finding for judged in one.findings if judged.waiver is None]
        for one in assessment.rules
        if one.outcome is Outcome.FAIL
    }
    assert failed == {}
    assert assessment.exit_code == 0


@pytest.mark.slow
@SYSTEMS
def test_what_the_configuration_can_decide_is_decided(system: str, regulated: Path) -> None:
    assessment = assessed(regulated, system)
    undecided = {
        one.rule.id
        for pack in assessment.packs
        for one in assessment.decided(pack.name)
        if one.outcome is Outcome.NEEDS_RUNTIME
    }
    assert undecided <= NEEDS_THE_DEPLOYED_SYSTEM


def test_fewer_than_six_waivers_are_enough() -> None:
    assert len(accepted_in(ROOT, datetime.now(UTC))) < 6
