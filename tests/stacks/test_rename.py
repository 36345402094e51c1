"""Renaming a construct of the real system: refused by every synthesis, and kept by the move that is printed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from environments import guard

ROOT = Path(__file__).parents[2]
PARTS = ("main.py", "cdktf.json", "Pipfile.lock", "environments", "functions", "modules", "stacks")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Project:
    """A copy of ours, in which constructs are renamed."""

    root: Path

    @property
    def stack(self) -> Path:
        return self.root / "stacks" / "citizen_data.py"

    @property
    def wiring(self) -> Path:
        """What the systems have in common."""
        return self.root / "modules" / "postgres" / "postgres.py"

    @property
    def synthesized(self) -> Path:
        return self.root / "cdktf.out" / "stacks" / "citizen-data" / "cdk.tf.json"

    def rename(self, old: str, new: str) -> None:
        """Give a construct of the system another id."""
        text = self.wiring.read_text(encoding="utf-8")
        renamed, found = re.subn(rf'(\(\s*scope,\s*)"{old}"', rf'\1"{new}"', text)
        assert found == 1
        self.wiring.write_text(renamed, encoding="utf-8")

    def write_at_the_end_of_the_constructor(self, lines: list[str]) -> None:
        text = self.stack.read_text(encoding="utf-8")
        body = "".join(f"        {line}\n" for line in ["from modules.aws.moves import moved", *lines])
        self.stack.write_text(f"{text}{body}", encoding="utf-8")

    def synthesize(self, environment: str = "dev") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "main.py", "citizen-data"],
            cwd=self.root,
            env={
                **os.environ,
                "HOLDFAST_ENVIRONMENT": environment,
                "PYTHONPATH": str(self.root),
                "NODE_OPTIONS": "",  # with the preload of the tests and its own, the bindings would be patched twice
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def system(self) -> guard.System:
        return guard.System.of("citizen-data", json.loads(self.synthesized.read_text(encoding="utf-8")))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name in PARTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tmp_path / name)
    return Project(tmp_path)


def test_a_renamed_database_is_refused_and_the_printed_move_keeps_all_of_it(project: Project) -> None:
    assert project.synthesize().returncode == 0
    before = project.system()

    project.rename("database", "db")
    refused = project.synthesize()
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert "aws_db_instance.database_instance_D7FC2283 " in refused.stderr
    assert 'db/instance: move_from_id("aws_db_instance.database_instance_D7FC2283")' in refused.stderr
    assert not project.synthesized.exists()

    calls = [line.strip() for line in refused.stderr.splitlines() if line.strip().startswith("moved(")]
    assert calls == ['moved(self, "database", to="db")']
    project.write_at_the_end_of_the_constructor(calls)
    kept = project.synthesize()
    assert kept.returncode == 0, kept.stderr
    after = project.system()
    assert [address for address in before.paths if not after.has(address)] == []
    assert set(after.moves) == {
        address for address, path in before.paths.items() if path.startswith("database/")
    }


def test_five_keys_in_one_renamed_ring_are_one_move(project: Project) -> None:
    project.rename("keys", "ring")
    refused = project.synthesize("prod")
    assert refused.returncode == 2
    assert "what holds data is lost in prod" in refused.stderr
    assert 'moved(self, "keys", to="ring")' in refused.stderr
    assert refused.stderr.count("moved(self") == 1
    assert len(re.findall(r"move_from_id\(.aws_kms_key\.keys_", refused.stderr)) == 5
